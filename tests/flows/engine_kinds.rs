//! Every kind of image on every engine: what the plan predicts, what is pushed, and how it is verified.
//! `cargo xtask engines` prints the rows as a table.

mod expected;
mod images;

use std::io::Write;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use transload_contract::{
    EngineOutcome, EnginePushMethod, ImageReport, ImageResult, ImageSource, MigrationRequest,
    PlannedAction, PlannedImage, Proof,
};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{FinishedMigration, HeadlessApp, api_error, request};
use transload_tests::images::TestRepository;
use transload_tests::servers::{DockerCli, EngineKind, TestEngine, TestRegistry};

use crate::engine_kinds::expected::{Row, expected, none};
use crate::engine_kinds::images::{EngineImage, ImageBuilder, Kind};

/// The variable with the file that the rows are added to.
const TABLE: &str = "TRANSLOAD_ENGINE_TABLE";

#[tokio::test]
async fn docker_20_pushes_every_kind_as_predicted() -> Result<()> {
    every_kind(EngineKind::Docker20).await
}

#[tokio::test]
async fn docker_26_with_the_containerd_store_pushes_every_kind_as_predicted() -> Result<()> {
    every_kind(EngineKind::Docker26Containerd).await
}

#[tokio::test]
async fn docker_26_with_a_graph_driver_pushes_every_kind_as_predicted() -> Result<()> {
    every_kind(EngineKind::Docker26Graph).await
}

#[tokio::test]
async fn podman_pushes_every_kind_as_predicted() -> Result<()> {
    every_kind(EngineKind::Podman).await
}

/// Runs only with `cargo xtask engines`.
#[tokio::test]
async fn the_newest_docker_pushes_every_kind_as_predicted() -> Result<()> {
    let newest = [EngineKind::NewestContainerd, EngineKind::NewestGraph];
    for kind in EngineKind::all().into_iter().filter(|kind| newest.contains(kind)) {
        every_kind(kind).await?;
    }
    Ok(())
}

/// Migrates all kinds of images, and reports all differences at once.
async fn every_kind(kind: EngineKind) -> Result<()> {
    let (engine, registry, ecr) =
        (kind.start().await?, TestRegistry::start().await?, Ecr::practice().await?);
    let app = HeadlessApp::new(ecr.home()?, Some(&engine.address()))?;
    let cli = engine.cli()?;
    let version = cli.run(["version", "--format", "{{.Server.Version}}"]).succeed().await?.text();
    let fixture = Fixture { _engine: engine, cli, registry, ecr, app };
    let mut wrong = Vec::new();
    for (image, seed) in Kind::ALL.into_iter().zip(200..) {
        if !image.exists_on(kind) {
            continue;
        }
        match fixture.row(image, seed).await {
            Ok(row) => {
                note(kind, version.trim(), image, &row)?;
                let expected = expected(image, kind);
                if row != expected {
                    wrong.push(format!("{}: {row:?} instead of {expected:?}", image.name()));
                }
            }
            Err(error) => wrong.push(format!("{}: {error:#}", image.name())),
        }
    }
    ensure!(wrong.is_empty(), "{kind:?}:\n{}", wrong.join("\n"));
    Ok(())
}

fn note(kind: EngineKind, version: &str, image: Kind, row: &Row) -> Result<()> {
    let Some(path) = std::env::var_os(TABLE) else { return Ok(()) };
    let line = format!("{} | {version} | {} | {}\n", kind.store(), image.name(), row.join(" | "));
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    Ok(file.write_all(line.as_bytes())?)
}

struct Fixture {
    _engine: TestEngine,
    cli: DockerCli,
    registry: TestRegistry,
    ecr: Ecr,
    app: HeadlessApp,
}

impl Fixture {
    async fn row(&self, kind: Kind, seed: u64) -> Result<Row> {
        let builder = ImageBuilder { cli: &self.cli, registry: &self.registry, seed };
        let engine_image =
            builder.prepare(kind).await.context("the engine could not get the image")?;
        let destination = format!("to/{}", kind.path());
        let images = [(engine_image.repository.as_str(), "1", destination.as_str())];
        let mut migration_request =
            request(&self.ecr.connection(), &ImageSource::DockerEngine, &images);
        migration_request.extent.platform = kind.selected_platform().map(str::to_owned);
        let names = self.cli.image_names().await?;
        let row = self.migrated(migration_request, &engine_image, &destination).await?;
        ensure!(self.cli.image_names().await? == names, "a tag was left in the engine");
        Ok(row)
    }

    async fn migrated(
        &self,
        migration_request: MigrationRequest,
        engine_image: &EngineImage,
        destination: &str,
    ) -> Result<Row> {
        let plan = self.app.plan(migration_request.clone()).await?;
        let planned = plan.images[0].clone();
        if let PlannedAction::Refused { error } = &planned.action {
            self.nothing_at(destination).await?;
            return Ok([format!("refused, {}", code(error.code)), none(), none(), none()]);
        }
        let job = self.app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
        let FinishedMigration { report, .. } = self.app.follow(job, plan).await?;
        let image = &report.images[0];
        let (predicted, sent_by) = prediction(&planned)?;
        if let ImageResult::Failed { error } = &image.result {
            let at_destination = self.ecr.aws()?.image_digest(destination, "1").await?;
            ensure!(at_destination.is_none(), "{at_destination:?} is under the tag");
            self.nothing_at(destination).await?;
            return Ok([predicted, sent_by, none(), format!("failed, {}", code(error.code))]);
        }
        ensure!(image.result == ImageResult::Moved, "{image:#?}");
        let result_in_ecr = self.result_in_ecr(engine_image, &planned, image, destination).await?;
        let again = self.app.plan(migration_request).await?;
        let action = &again.images[0].action;
        ensure!(*action == PlannedAction::AlreadyThere, "the next plan says {action:?}");
        Ok([predicted, sent_by, result_in_ecr, proof(image.proof).to_owned()])
    }

    /// Describes the image in ECR, according to the ECR API and the manifest in the registry.
    async fn result_in_ecr(
        &self,
        engine_image: &EngineImage,
        planned: &PlannedImage,
        image: &ImageReport,
        destination: &str,
    ) -> Result<String> {
        let in_ecr = self.ecr.aws()?.image_digest(destination, "1").await?;
        let in_ecr = in_ecr.context("nothing is at the destination")?;
        ensure!(image.ecr_digest.as_ref() == Some(&in_ecr), "{in_ecr} {image:#?}");
        if let Some(promised) = &planned.source_digest {
            ensure!(*promised == in_ecr, "{promised} was promised, {in_ecr} was pushed");
        }
        let id = planned.engine.as_ref().map(|engine| engine.image_id.as_str());
        if engine_image.root.as_ref().is_some_and(|root| root.digest == in_ecr) {
            return Ok("the original".to_owned());
        }
        let child = engine_image.images.iter().find(|child| child.manifest.digest == in_ecr);
        if let Some(child) = child {
            ensure!(image.part_of.as_deref() == id, "{image:#?}");
            return Ok(format!("{} of the index", child.platform));
        }
        if engine_image.root.is_none() && id == Some(in_ecr.as_str()) {
            return Ok("the original".to_owned());
        }
        let (user, token) = self.ecr.login().await?;
        let url = format!("http://{}", self.ecr.registry_host());
        let target = TestRepository::new(&url, destination)?.login(Some((&user, &token)));
        let manifest = target.manifest_bytes(&in_ecr).await?.context("a manifest")?;
        let manifest: Value = serde_json::from_slice(&manifest)?;
        let config = manifest["config"]["digest"].as_str();
        ensure!(config == id, "another configuration than the engine's: {manifest}");
        let original =
            engine_image.images.iter().any(|image| Some(image.config_digest.as_str()) == config);
        ensure!(
            original || engine_image.images.is_empty(),
            "not the source's configuration: {manifest}"
        );
        Ok("another manifest".to_owned())
    }

    async fn nothing_at(&self, repository: &str) -> Result<()> {
        let answer = self.ecr.aws()?.json(["ecr", "describe-repositories"]).await?;
        let named = answer["repositories"].as_array().context("a list")?;
        let exists = named.iter().any(|known| known["repositoryName"] == repository);
        ensure!(!exists, "the repository {repository} was created");
        Ok(())
    }
}

fn prediction(planned: &PlannedImage) -> Result<(String, String)> {
    let Some(engine) = &planned.engine else { bail!("the plan does not predict the result") };
    let predicted = match engine.outcome {
        EngineOutcome::Whole => "the original".to_owned(),
        EngineOutcome::Part => {
            let platform = engine.platform.as_deref().context("a part has a platform")?;
            format!("{platform} of the index")
        }
        EngineOutcome::SeenWhileSending => "seen while sending".to_owned(),
        EngineOutcome::Repacked => "another manifest".to_owned(),
        EngineOutcome::Mounted => "the original, its layers mounted".to_owned(),
    };
    let sent_by = match engine.method {
        // Docker 26 refuses what it holds in part.
        EnginePushMethod::Push if engine.outcome == EngineOutcome::SeenWhileSending => {
            "engine, else Transload"
        }
        EnginePushMethod::Push => "engine",
        EnginePushMethod::PushPlatform => "engine, by platform",
        EnginePushMethod::OwnPush => "Transload",
    };
    Ok((predicted, sent_by.to_owned()))
}

fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Equal => "equal",
        Proof::EqualToPart => "equal to a part",
        Proof::SameContent => "same content",
        Proof::EqualToPushed => "equal to what was pushed",
        Proof::Different => "different",
        Proof::NotProved => "not proven",
    }
}

fn code(code: ErrorCode) -> String {
    let text = serde_json::to_value(code).ok();
    text.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}
