//! Every Docker Engine and image store: the push does what the plan predicts, the report verifies it, the
//! next plan finds the image, and an image that changed after planning is not pushed.

use anyhow::{Context, Result, ensure};
use transload_contract::{
    EngineOutcome, EnginePushMethod, ImageReport, ImageResult, ImageSource, MigrationPlan,
    MigrationRequest, PlanFileOptions, PlannedAction, Proof,
};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{FinishedMigration, HeadlessApp, api_error, request};
use transload_tests::images::{Format, Index, LayerCompression, Recipe, TestRepository};
use transload_tests::servers::{DockerCli, EngineKind, TestEngine, TestRegistry};
use transload_tests::skopeo::{Skopeo, SkopeoImage};

const PLATFORMS: [&str; 3] = ["linux/amd64", "linux/arm64/v8", "linux/s390x"];

#[tokio::test]
async fn docker_20_pushes_what_the_plan_predicts() -> Result<()> {
    predictions_hold(EngineKind::Docker20).await
}

#[tokio::test]
async fn docker_26_with_the_containerd_store_pushes_what_the_plan_predicts() -> Result<()> {
    predictions_hold(EngineKind::Docker26Containerd).await
}

#[tokio::test]
async fn docker_26_with_a_graph_driver_pushes_what_the_plan_predicts() -> Result<()> {
    predictions_hold(EngineKind::Docker26Graph).await
}

#[tokio::test]
async fn podman_pushes_what_the_plan_predicts() -> Result<()> {
    predictions_hold(EngineKind::Podman).await
}

/// Runs only with `cargo xtask engines`.
#[tokio::test]
async fn the_newest_docker_pushes_what_the_plan_predicts() -> Result<()> {
    let newest = [EngineKind::NewestContainerd, EngineKind::NewestGraph];
    for kind in EngineKind::all().into_iter().filter(|kind| newest.contains(kind)) {
        predictions_hold(kind).await?;
    }
    Ok(())
}

/// An engine with a registry that it pulls from, and an ECR that images are pushed to.
struct Fixture {
    kind: EngineKind,
    engine: TestEngine,
    cli: DockerCli,
    registry: TestRegistry,
    ecr: Ecr,
    app: HeadlessApp,
}

async fn predictions_hold(kind: EngineKind) -> Result<()> {
    let (engine, registry, ecr) =
        (kind.start().await?, TestRegistry::start().await?, Ecr::practice().await?);
    let app = HeadlessApp::new(ecr.home()?, Some(&engine.address()))?;
    let cli = engine.cli()?;
    let fixture = Fixture { kind, engine, cli, registry, ecr, app };
    fixture.one_platform().await.with_context(|| format!("{kind:?}: one platform of an index"))?;
    fixture.single_image().await.with_context(|| format!("{kind:?}: a single image"))?;
    if kind.has_containerd_store() {
        fixture.whole_index().await.with_context(|| format!("{kind:?}: a whole index"))?;
        fixture
            .layers_of_the_destination()
            .await
            .with_context(|| format!("{kind:?}: layers that only the destination has"))?;
    }
    if kind == EngineKind::NewestContainerd {
        fixture
            .removed_platforms()
            .await
            .with_context(|| format!("{kind:?}: removed platforms"))?;
    }
    fixture.changed_after_the_plan().await.with_context(|| format!("{kind:?}: changes"))
}

impl Fixture {
    fn source(&self, repository: &str) -> String {
        format!("{}/{repository}", self.registry.host())
    }

    /// Pulls without a check of the digest, because Podman records two for an index.
    async fn pull(&self, reference: &str) -> Result<()> {
        self.cli.run(["pull", reference]).succeed().await?;
        Ok(())
    }

    fn request(&self, repository: &str, tag: &str, name: &str) -> MigrationRequest {
        let source = self.source(repository);
        let images = [(source.as_str(), tag, name)];
        request(&self.ecr.connection(), &ImageSource::DockerEngine, &images)
    }

    /// The usual `docker pull` of an index: only the platform of this computer.
    async fn one_platform(&self) -> Result<()> {
        let index = Index::with_attestation(91, &PLATFORMS)?;
        TestRepository::new(&self.registry.url(), "k/many")?.push_index(&index, "1").await?;
        self.pull(&format!("{}:1", self.source("k/many"))).await?;
        let names = self.cli.image_names().await?;
        let migration_request = self.request("k/many", "1", "many");
        let FinishedMigration { plan, report, .. } =
            self.app.migrate(migration_request.clone()).await?;
        let engine = plan.images[0].engine.clone().context("the plan predicts the result")?;
        let child = &index.images[0];
        let image = moved_image(&report.images)?;
        ensure!(
            image.sent_bytes.is_some_and(|bytes| bytes > 10_000),
            "the bytes that ECR received are counted: {image:#?}"
        );
        match self.kind {
            EngineKind::Docker26Containerd => {
                ensure!(engine.outcome == EngineOutcome::SeenWhileSending, "{engine:?}");
                ensure!(engine.method == EnginePushMethod::Push, "{engine:?}");
                self.is_part(image, &index, &child.manifest.digest)?;
            }
            EngineKind::NewestContainerd => {
                ensure!(engine.outcome == EngineOutcome::Part, "{engine:?}");
                ensure!(engine.index_platforms == PLATFORMS, "{engine:?}");
                ensure!(engine.attestations_stay, "{engine:?}");
                let promised = &plan.images[0].source_digest;
                ensure!(promised.as_ref() == Some(&child.manifest.digest), "{plan:#?}");
                self.is_part(image, &index, &child.manifest.digest)?;
            }
            _ => {
                ensure!(engine.outcome == EngineOutcome::Repacked, "{engine:?}");
                ensure!(image.proof == Proof::SameContent, "{image:#?}");
                // skopeo reads the configuration in the registry.
                let (user, token) = self.ecr.login().await?;
                let reference = format!("{}/many:1", self.ecr.registry_host());
                let login = Some((user.as_str(), token.as_str()));
                let side = SkopeoImage { reference: &reference, login };
                let raw = Skopeo::new()?.inspect_raw(side).await?;
                let manifest: serde_json::Value = serde_json::from_slice(&raw)?;
                ensure!(manifest["config"]["digest"] == child.config_digest.as_str(), "{manifest}");
            }
        }
        let in_ecr = self.ecr.aws()?.image_digest("many", "1").await?;
        ensure!(in_ecr.is_some() && in_ecr == image.ecr_digest, "{in_ecr:?} {image:#?}");
        ensure!(self.cli.image_names().await? == names, "a tag was left in the engine");
        self.next_plan_finds_it(&migration_request).await?;
        self.selected_platform_that_is_missing().await
    }

    fn is_part(&self, image: &ImageReport, index: &Index, child: &str) -> Result<()> {
        ensure!(image.proof == Proof::EqualToPart, "{image:#?}");
        ensure!(image.part_of.as_ref() == Some(&index.manifest.digest), "{image:#?}");
        ensure!(image.ecr_digest.as_deref() == Some(child), "{image:#?}");
        Ok(())
    }

    async fn next_plan_finds_it(&self, migration_request: &MigrationRequest) -> Result<()> {
        let again = self.app.plan(migration_request.clone()).await?;
        let action = &again.images[0].action;
        ensure!(*action == PlannedAction::AlreadyThere, "the next plan says {action:?}");
        Ok(())
    }

    async fn selected_platform_that_is_missing(&self) -> Result<()> {
        let mut migration_request = self.request("k/many", "1", "other-platform");
        migration_request.extent.platform = Some("linux/s390x".to_owned());
        let plan = self.app.plan(migration_request).await?;
        if self.kind == EngineKind::Docker26Containerd {
            // It does not report its platforms, so the run finds out, before it creates anything.
            let image = self.run(plan).await?;
            ensure!(failure(&image)? == ErrorCode::ManifestUnsupported, "{image:#?}");
        } else {
            let PlannedAction::Refused { error } = &plan.images[0].action else {
                anyhow::bail!("{plan:#?}");
            };
            ensure!(error.code == ErrorCode::ManifestUnsupported, "{error:?}");
        }
        self.created_nothing("other-platform").await
    }

    async fn single_image(&self) -> Result<()> {
        let image = Recipe::small(92).format(Format::Docker).build()?;
        TestRepository::new(&self.registry.url(), "k/single")?.push(&image, "1").await?;
        self.pull(&format!("{}:1", self.source("k/single"))).await?;
        let migration_request = self.request("k/single", "1", "single");
        let FinishedMigration { report, .. } = self.app.migrate(migration_request.clone()).await?;
        let moved = moved_image(&report.images)?;
        if self.kind.has_containerd_store() {
            ensure!(moved.proof == Proof::Equal, "{moved:#?}");
            ensure!(moved.ecr_digest.as_ref() == Some(&image.manifest.digest), "{moved:#?}");
        } else {
            ensure!(moved.proof == Proof::SameContent, "{moved:#?}");
        }
        self.next_plan_finds_it(&migration_request).await
    }

    /// All platforms were pulled, one by one.
    async fn whole_index(&self) -> Result<()> {
        let index = Index::of_platforms(93, Format::Oci, &PLATFORMS)?;
        TestRepository::new(&self.registry.url(), "k/whole")?.push_index(&index, "1").await?;
        let reference = format!("{}:1", self.source("k/whole"));
        for platform in PLATFORMS {
            self.cli.run(["pull", "--platform", platform, &reference]).succeed().await?;
        }
        let migration_request = self.request("k/whole", "1", "whole");
        let FinishedMigration { report, .. } = self.app.migrate(migration_request.clone()).await?;
        let moved = moved_image(&report.images)?;
        ensure!(moved.proof == Proof::Equal, "{moved:#?}");
        ensure!(moved.ecr_digest.as_ref() == Some(&index.manifest.digest), "{moved:#?}");
        ensure!(moved.platforms.len() == 3, "{moved:#?}");
        ensure!(moved.platforms.iter().all(|part| part.in_ecr), "{moved:#?}");
        self.next_plan_finds_it(&migration_request).await?;

        let mut arm = self.request("k/whole", "1", "arm");
        arm.extent.platform = Some("linux/arm64".to_owned());
        let FinishedMigration { report, .. } = self.app.migrate(arm.clone()).await?;
        self.is_part(moved_image(&report.images)?, &index, &index.images[1].manifest.digest)?;
        self.next_plan_finds_it(&arm).await
    }

    /// The engine doesn't hold layers whose content came with another image. The registry mounts them
    /// if the image came from there, and the account allows it.
    async fn layers_of_the_destination(&self) -> Result<()> {
        let (user, token) = self.ecr.login().await?;
        let registry = self.ecr.registry_host();
        self.cli.log_in(&registry, &user, &token).await?;
        let aws = self.ecr.aws()?;
        aws.run(["ecr", "create-repository", "--repository-name", "from/here"]).succeed().await?;
        let target = TestRepository::new(&format!("http://{registry}"), "from/here")?;
        let image = Recipe::small(96).compression(LayerCompression::SmallGzip).build()?;
        target.login(Some((&user, &token))).push(&image, "1").await?;
        TestRepository::new(&self.registry.url(), "k/first")?
            .push(&Recipe::small(96).build()?, "1")
            .await?;
        self.pull(&format!("{}:1", self.source("k/first"))).await?;
        let source = format!("{registry}/from/here");
        self.pull(&format!("{source}:1")).await?;
        let wanted = |name: &str| {
            let images = [(source.as_str(), "1", name)];
            request(&self.ecr.connection(), &ImageSource::DockerEngine, &images)
        };
        // Amazon ECR doesn't mount layers unless the account says so.
        let plan = self.app.plan(wanted("not-mounted")).await?;
        match (&plan.images[0].action, self.kind) {
            (PlannedAction::Refused { error }, EngineKind::NewestContainerd) => {
                ensure!(error.code == ErrorCode::EngineContentMissing, "{error:?}");
            }
            (_, EngineKind::Docker26Containerd) => {
                let image = self.run(plan).await?;
                ensure!(failure(&image)? == ErrorCode::EngineContentMissing, "{image:#?}");
            }
            (action, _) => anyhow::bail!("{action:?}"),
        }
        self.created_nothing("not-mounted").await?;
        self.ecr.api().await?.set_blob_mounting(true).await?;
        let FinishedMigration { plan, report, .. } = self.app.migrate(wanted("mounted")).await?;
        let engine = plan.images[0].engine.as_ref().context("the plan says what is pushed")?;
        let expected = match self.kind {
            EngineKind::NewestContainerd => EngineOutcome::Mounted,
            _ => EngineOutcome::SeenWhileSending,
        };
        ensure!(
            (engine.outcome, engine.method) == (expected, EnginePushMethod::Push),
            "{engine:?}"
        );
        let moved = moved_image(&report.images)?;
        ensure!(moved.proof == Proof::Equal, "{moved:#?}");
        ensure!(moved.ecr_digest.as_ref() == Some(&image.manifest.digest), "{moved:#?}");
        self.next_plan_finds_it(&wanted("mounted")).await
    }

    /// `DELETE /images/NAME?platforms=`, which Docker 28.2 and later have, takes a platform out of every
    /// name of an index.
    async fn removed_platforms(&self) -> Result<()> {
        let index = Index::of_platforms(97, Format::Oci, &PLATFORMS)?;
        TestRepository::new(&self.registry.url(), "k/removed")?.push_index(&index, "1").await?;
        let reference = format!("{}:1", self.source("k/removed"));
        for platform in PLATFORMS {
            self.cli.run(["pull", "--platform", platform, &reference]).succeed().await?;
        }
        let whole = self.app.plan(self.request("k/removed", "1", "removed-whole")).await?;
        let mut wanted = self.request("k/removed", "1", "removed-part");
        wanted.extent.platform = Some("linux/arm64".to_owned());
        let part = self.app.plan(wanted.clone()).await?;
        let outcome = |plan: &MigrationPlan| plan.images[0].engine.as_ref().map(|it| it.outcome);
        ensure!(outcome(&whole) == Some(EngineOutcome::Whole), "{whole:#?}");
        ensure!(outcome(&part) == Some(EngineOutcome::Part), "{part:#?}");
        self.remove_platform(&reference, r#"{"os":"linux","architecture":"arm64","variant":"v8"}"#)
            .await?;
        let names = self.cli.image_names().await?;
        for (plan, name) in [(whole, "removed-whole"), (part, "removed-part")] {
            let image = self.run(plan).await?;
            ensure!(failure(&image)? == ErrorCode::EngineContentMissing, "{image:#?}");
            let ImageResult::Failed { error } = &image.result else { anyhow::bail!("{image:#?}") };
            ensure!(error.message.contains("linux/arm64"), "it names the platform: {error:?}");
            self.created_nothing(name).await?;
        }
        ensure!(self.cli.image_names().await? == names, "a name was left in the engine");
        // A new plan sees what is left.
        let plan = self.app.plan(wanted).await?;
        let PlannedAction::Refused { error } = &plan.images[0].action else {
            anyhow::bail!("{plan:#?}");
        };
        ensure!(error.code == ErrorCode::ManifestUnsupported, "{error:?}");
        let plan = self.app.plan(self.request("k/removed", "1", "removed-whole")).await?;
        ensure!(outcome(&plan) == Some(EngineOutcome::Part), "{plan:#?}");
        Ok(())
    }

    async fn remove_platform(&self, reference: &str, platform: &str) -> Result<()> {
        let client = reqwest::Client::builder().unix_socket(self.engine.socket()).build()?;
        let mut address = reqwest::Url::parse(&format!("http://engine/images/{reference}"))?;
        address.query_pairs_mut().append_pair("force", "true").append_pair("platforms", platform);
        let answer = client.delete(address).send().await?;
        let status = answer.status();
        ensure!(status.is_success(), "{status}: {}", answer.text().await?);
        Ok(())
    }

    async fn changed_after_the_plan(&self) -> Result<()> {
        let target = TestRepository::new(&self.registry.url(), "k/moves")?;
        let reference = format!("{}:1", self.source("k/moves"));
        target.push(&Recipe::small(94).format(Format::Docker).build()?, "1").await?;
        self.pull(&reference).await?;
        let plan = self.app.plan(self.request("k/moves", "1", "moves")).await?;
        let file = self.app.data_folder().join("plan.json");
        let export = self.app.api.migration_plan_export(plan.plan.clone(), file.clone());
        export.await.map_err(api_error)?;
        // The same name is pulled again, and refers to another image.
        target.push(&Recipe::small(95).format(Format::Docker).build()?, "1").await?;
        self.pull(&reference).await?;
        let names = self.cli.image_names().await?;
        let image = self.run(plan.clone()).await?;
        ensure!(failure(&image)? == ErrorCode::SourceMoved, "{image:#?}");
        let options = PlanFileOptions { allow_endpoints: true, ..PlanFileOptions::default() };
        let job = self.app.api.migration_start_file(&file, options).await.map_err(api_error)?;
        let FinishedMigration { report, .. } = self.app.follow(job, plan).await?;
        ensure!(failure(&report.images[0])? == ErrorCode::SourceMoved, "{report:#?}");
        self.created_nothing("moves").await?;
        ensure!(self.cli.image_names().await? == names, "a tag was left in the engine");

        let plan = self.app.plan(self.request("k/moves", "1", "moves")).await?;
        self.cli.run(["rmi", &reference]).succeed().await?;
        let image = self.run(plan).await?;
        ensure!(failure(&image)? == ErrorCode::EngineImageMissing, "{image:#?}");
        self.created_nothing("moves").await
    }

    async fn run(&self, plan: MigrationPlan) -> Result<ImageReport> {
        let job = self.app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
        let FinishedMigration { report, .. } = self.app.follow(job, plan).await?;
        ensure!(report.repositories_created.is_empty(), "{report:#?}");
        report.images.into_iter().next().context("one image")
    }

    async fn created_nothing(&self, repository: &str) -> Result<()> {
        let answer = self.ecr.aws()?.json(["ecr", "describe-repositories"]).await?;
        let named = answer["repositories"].as_array().context("a list")?;
        ensure!(named.iter().all(|known| known["repositoryName"] != repository), "{named:?}");
        Ok(())
    }
}

fn moved_image(images: &[ImageReport]) -> Result<&ImageReport> {
    let image = images.first().context("one image")?;
    ensure!(image.result == ImageResult::Moved, "{image:#?}");
    Ok(image)
}

fn failure(image: &ImageReport) -> Result<ErrorCode> {
    match &image.result {
        ImageResult::Failed { error } => Ok(error.code),
        other => anyhow::bail!("{other:?}"),
    }
}
