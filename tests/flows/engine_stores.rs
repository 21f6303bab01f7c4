//! Every Docker Engine and image store: the push does what the plan predicts, the report verifies it, the next plan
//! finds the image, and an image that changed after planning is not pushed.

use anyhow::{Context, Result, ensure};
use transload_contract::{
    EngineOutcome, EngineWay, ImageReport, ImageResult, ImageSource, MigrationPlan,
    MigrationRequest, PlanFileOptions, PlannedAction, Proof,
};
use transload_errors::ErrorCode;
use transload_tests::computer::{Computer, Migrated, api_error, request};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Format, Index, Recipe, Target};
use transload_tests::labs::{DockerCli, EngineKind, EngineLab, RegistryLab};
use transload_tests::skopeo::{Side, Skopeo};

const PLATFORMS: [&str; 3] = ["linux/amd64", "linux/arm64/v8", "linux/s390x"];

#[tokio::test]
async fn docker_20_sends_what_the_plan_predicts() -> Result<()> {
    predictions_hold(EngineKind::Docker20).await
}

#[tokio::test]
async fn docker_26_with_the_containerd_store_sends_what_the_plan_predicts() -> Result<()> {
    predictions_hold(EngineKind::Docker26Containerd).await
}

#[tokio::test]
async fn docker_26_with_a_graph_driver_sends_what_the_plan_predicts() -> Result<()> {
    predictions_hold(EngineKind::Docker26Graph).await
}

#[tokio::test]
async fn podman_sends_what_the_plan_predicts() -> Result<()> {
    predictions_hold(EngineKind::Podman).await
}

/// With `cargo xtask engines` alone.
#[tokio::test]
async fn the_newest_docker_sends_what_the_plan_predicts() -> Result<()> {
    let newest = [EngineKind::NewestContainerd, EngineKind::NewestGraph];
    for kind in EngineKind::all().into_iter().filter(|kind| newest.contains(kind)) {
        predictions_hold(kind).await?;
    }
    Ok(())
}

/// An engine with a registry that it pulls from and an ECR that images go to.
struct Story {
    kind: EngineKind,
    _engine: EngineLab,
    cli: DockerCli,
    registry: RegistryLab,
    ecr: Ecr,
    computer: Computer,
}

async fn predictions_hold(kind: EngineKind) -> Result<()> {
    let (engine, registry, ecr) =
        (kind.start().await?, RegistryLab::start().await?, Ecr::practice().await?);
    let computer = Computer::new(ecr.home()?, Some(&engine.address()))?;
    let cli = engine.cli()?;
    let story = Story { kind, _engine: engine, cli, registry, ecr, computer };
    story.one_platform().await.with_context(|| format!("{kind:?}: one platform of an index"))?;
    story.single_image().await.with_context(|| format!("{kind:?}: a single image"))?;
    if kind.has_containerd_store() {
        story.whole_index().await.with_context(|| format!("{kind:?}: a whole index"))?;
    }
    story.changed_after_the_plan().await.with_context(|| format!("{kind:?}: changes"))
}

impl Story {
    fn source(&self, repository: &str) -> String {
        format!("{}/{repository}", self.registry.host())
    }

    /// A pull whose digest nobody asks for: Podman notes two of an index.
    async fn pull(&self, reference: &str) -> Result<()> {
        self.cli.run(["pull", reference]).succeed().await?;
        Ok(())
    }

    fn request(&self, repository: &str, tag: &str, name: &str) -> MigrationRequest {
        let source = self.source(repository);
        let images = [(source.as_str(), tag, name)];
        request(&self.ecr.connection(), &ImageSource::DockerEngine, &images)
    }

    /// The usual `docker pull` of an index: the platform of this computer and nothing else.
    async fn one_platform(&self) -> Result<()> {
        let index = Index::with_attestation(91, &PLATFORMS)?;
        Target::new(&self.registry.url(), "k/many")?.push_index(&index, "1").await?;
        self.pull(&format!("{}:1", self.source("k/many"))).await?;
        let names = self.cli.image_names().await?;
        let wanted = self.request("k/many", "1", "many");
        let Migrated { plan, report, .. } = self.computer.migrate(wanted.clone()).await?;
        let engine = plan.images[0].engine.clone().context("the plan says what arrives")?;
        let child = &index.images[0];
        let image = arrived(&report.images)?;
        ensure!(
            image.sent_bytes.is_some_and(|bytes| bytes > 10_000),
            "what ECR received is counted: {image:#?}"
        );
        match self.kind {
            EngineKind::Docker26Containerd => {
                ensure!(engine.outcome == EngineOutcome::SeenWhileSending, "{engine:?}");
                ensure!(engine.way == EngineWay::OwnPush, "{engine:?}");
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
                // The witness reads the configuration that the registry names.
                let (user, token) = self.ecr.login().await?;
                let reference = format!("{}/many:1", self.ecr.registry_host());
                let login = Some((user.as_str(), token.as_str()));
                let side = Side { reference: &reference, login };
                let raw = Skopeo::new()?.inspect_raw(side).await?;
                let manifest: serde_json::Value = serde_json::from_slice(&raw)?;
                ensure!(manifest["config"]["digest"] == child.config_digest.as_str(), "{manifest}");
            }
        }
        let in_ecr = self.ecr.aws()?.image_digest("many", "1").await?;
        ensure!(in_ecr.is_some() && in_ecr == image.ecr_digest, "{in_ecr:?} {image:#?}");
        ensure!(self.cli.image_names().await? == names, "a name was left in the engine");
        self.is_there_the_next_time(&wanted).await?;
        self.chosen_platform_that_is_not_held().await
    }

    fn is_part(&self, image: &ImageReport, index: &Index, child: &str) -> Result<()> {
        ensure!(image.proof == Proof::EqualToPart, "{image:#?}");
        ensure!(image.part_of.as_ref() == Some(&index.manifest.digest), "{image:#?}");
        ensure!(image.ecr_digest.as_deref() == Some(child), "{image:#?}");
        Ok(())
    }

    async fn is_there_the_next_time(&self, wanted: &MigrationRequest) -> Result<()> {
        let again = self.computer.plan(wanted.clone()).await?;
        let action = &again.images[0].action;
        ensure!(*action == PlannedAction::AlreadyThere, "the next plan says {action:?}");
        Ok(())
    }

    async fn chosen_platform_that_is_not_held(&self) -> Result<()> {
        let mut wanted = self.request("k/many", "1", "other-platform");
        wanted.extent.platform = Some("linux/s390x".to_owned());
        let plan = self.computer.plan(wanted).await?;
        if self.kind == EngineKind::Docker26Containerd {
            // It does not say what it holds, so the run finds it out, before it creates anything.
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
        Target::new(&self.registry.url(), "k/single")?.push(&image, "1").await?;
        self.pull(&format!("{}:1", self.source("k/single"))).await?;
        let wanted = self.request("k/single", "1", "single");
        let Migrated { report, .. } = self.computer.migrate(wanted.clone()).await?;
        let moved = arrived(&report.images)?;
        if self.kind.has_containerd_store() {
            ensure!(moved.proof == Proof::Equal, "{moved:#?}");
            ensure!(moved.ecr_digest.as_ref() == Some(&image.manifest.digest), "{moved:#?}");
        } else {
            ensure!(moved.proof == Proof::SameContent, "{moved:#?}");
        }
        self.is_there_the_next_time(&wanted).await
    }

    /// Every platform was pulled, one by one.
    async fn whole_index(&self) -> Result<()> {
        let index = Index::of_platforms(93, Format::Oci, &PLATFORMS)?;
        Target::new(&self.registry.url(), "k/whole")?.push_index(&index, "1").await?;
        let reference = format!("{}:1", self.source("k/whole"));
        for platform in PLATFORMS {
            self.cli.run(["pull", "--platform", platform, &reference]).succeed().await?;
        }
        let wanted = self.request("k/whole", "1", "whole");
        let Migrated { report, .. } = self.computer.migrate(wanted.clone()).await?;
        let moved = arrived(&report.images)?;
        ensure!(moved.proof == Proof::Equal, "{moved:#?}");
        ensure!(moved.ecr_digest.as_ref() == Some(&index.manifest.digest), "{moved:#?}");
        ensure!(moved.platforms.len() == 3, "{moved:#?}");
        ensure!(moved.platforms.iter().all(|part| part.in_ecr), "{moved:#?}");
        self.is_there_the_next_time(&wanted).await?;

        let mut arm = self.request("k/whole", "1", "arm");
        arm.extent.platform = Some("linux/arm64".to_owned());
        let Migrated { report, .. } = self.computer.migrate(arm.clone()).await?;
        self.is_part(arrived(&report.images)?, &index, &index.images[1].manifest.digest)?;
        self.is_there_the_next_time(&arm).await
    }

    async fn changed_after_the_plan(&self) -> Result<()> {
        let target = Target::new(&self.registry.url(), "k/moves")?;
        let reference = format!("{}:1", self.source("k/moves"));
        target.push(&Recipe::small(94).format(Format::Docker).build()?, "1").await?;
        self.pull(&reference).await?;
        let plan = self.computer.plan(self.request("k/moves", "1", "moves")).await?;
        let file = self.computer.data_folder().join("plan.json");
        let export = self.computer.api.migration_plan_export(plan.plan.clone(), file.clone());
        export.await.map_err(api_error)?;
        // The same name is pulled again, and means another image.
        target.push(&Recipe::small(95).format(Format::Docker).build()?, "1").await?;
        self.pull(&reference).await?;
        let names = self.cli.image_names().await?;
        let image = self.run(plan.clone()).await?;
        ensure!(failure(&image)? == ErrorCode::SourceMoved, "{image:#?}");
        let options = PlanFileOptions { allow_endpoints: true, ..PlanFileOptions::default() };
        let job =
            self.computer.api.migration_start_file(&file, options).await.map_err(api_error)?;
        let Migrated { report, .. } = self.computer.follow(job, plan).await?;
        ensure!(failure(&report.images[0])? == ErrorCode::SourceMoved, "{report:#?}");
        self.created_nothing("moves").await?;
        ensure!(self.cli.image_names().await? == names, "a name was left in the engine");

        let plan = self.computer.plan(self.request("k/moves", "1", "moves")).await?;
        self.cli.run(["rmi", &reference]).succeed().await?;
        let image = self.run(plan).await?;
        ensure!(failure(&image)? == ErrorCode::EngineImageMissing, "{image:#?}");
        self.created_nothing("moves").await
    }

    async fn run(&self, plan: MigrationPlan) -> Result<ImageReport> {
        let job = self.computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
        let Migrated { report, .. } = self.computer.follow(job, plan).await?;
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

fn arrived(images: &[ImageReport]) -> Result<&ImageReport> {
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
