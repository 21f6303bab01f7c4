//! A registry that rejects requests of a real engine for a while: temporary errors are retried, an expired
//! token is renewed, and if the engine gives up, Transload reads the image from it and pushes it.

use anyhow::{Context, Result, ensure};
use transload_contract::{EnginePushMethod, ImageResult, ImageSource, Proof};
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{FinishedMigration, HeadlessApp, request};
use transload_tests::images::{Format, Index, Recipe, TestRepository};
use transload_tests::servers::{EngineKind, TestRegistry};

const EXPIRED: &str = "Your authorization token has expired. Reauthenticate and try again.";

/// Temporary errors of ECR.
fn refusals() -> [(&'static str, Fault); 4] {
    [
        ("throttled", Fault::registry_error(429, "TOOMANYREQUESTS", "Rate exceeded")),
        ("unavailable", Fault::registry_error(503, "UNAVAILABLE", "Service unavailable")),
        ("internal failure", Fault::registry_error(500, "UNKNOWN", "Internal failure")),
        ("expired token", Fault::registry_error(403, "DENIED", EXPIRED)),
    ]
}

/// Runs only with `cargo xtask engines`: no other engine pushes the original manifests itself.
#[tokio::test]
async fn transload_pushes_what_the_newest_docker_fails_to_push() -> Result<()> {
    for kind in EngineKind::all() {
        if kind != EngineKind::NewestContainerd {
            continue;
        }
        let (engine, registry) = (kind.start().await?, TestRegistry::start().await?);
        for (seed, (what, fault)) in (500..).zip(refusals()) {
            let ecr = Ecr::practice().await?;
            // The engine is always rejected; Transload is not.
            let rule = Rule::new("POST|PUT|PATCH", "^/v2/.*/blobs/uploads/", fault)?;
            let rule = rule.header("user-agent", "(?i)docker|containerd")?;
            let proxy = FaultProxy::start(&ecr.api_url(), [rule]).await?;
            let app = HeadlessApp::new(ecr.home()?, Some(&engine.address()))?;
            let image = Recipe::small(seed).build()?;
            let index = Index::with_attestation(seed, &["linux/amd64", "linux/arm64"])?;
            let (single, part) = (format!("k/single{seed}"), format!("k/part{seed}"));
            TestRepository::new(&registry.url(), &single)?.push(&image, "1").await?;
            TestRepository::new(&registry.url(), &part)?.push_index(&index, "1").await?;
            let sources = [&single, &part].map(|path| format!("{}/{path}", registry.host()));
            for source in &sources {
                engine.cli()?.run(["pull", &format!("{source}:1")]).succeed().await?;
            }
            let images = [(sources[0].as_str(), "1", "single"), (sources[1].as_str(), "1", "part")];
            let connection = ecr.connection_through(&proxy);
            let migration_request = request(&connection, &ImageSource::DockerEngine, &images);
            let names = engine.cli()?.image_names().await?;
            let FinishedMigration { plan, report, .. } = app.migrate(migration_request).await?;
            let shown = || format!("{what}: {report:#?}");
            let by_engine =
                |way| matches!(way, EnginePushMethod::Push | EnginePushMethod::PushPlatform);
            let ways = plan.images.iter().filter_map(|image| image.engine.as_ref());
            ensure!(ways.filter(|engine| by_engine(engine.method)).count() == 2, "{plan:#?}");
            ensure!(proxy.fault_count() >= 2, "{}", shown());
            for (row, digest, proof) in [
                (&report.images[0], &image.manifest.digest, Proof::Equal),
                (&report.images[1], &index.images[0].manifest.digest, Proof::EqualToPart),
            ] {
                ensure!(row.result == ImageResult::Moved && row.proof == proof, "{}", shown());
                ensure!(row.ecr_digest.as_ref() == Some(digest), "{}", shown());
            }
            ensure!(engine.cli()?.image_names().await? == names, "{what}: a tag was left");
        }
    }
    Ok(())
}

/// Docker 26 doesn't push an index that it holds in part: Transload reads the image from the engine.
#[tokio::test]
async fn rejected_uploads_of_docker_26_images_are_retried() -> Result<()> {
    let (engine, registry) =
        (EngineKind::Docker26Containerd.start().await?, TestRegistry::start().await?);
    for (seed, (what, fault)) in (520..).zip(refusals()) {
        let ecr = Ecr::practice().await?;
        let rule = Rule::new("POST|PUT|PATCH", "^/v2/.*/blobs/uploads/", fault)?;
        let proxy = FaultProxy::start(&ecr.api_url(), [rule.skip(1).only(2)]).await?;
        let app = HeadlessApp::new(ecr.home()?, Some(&engine.address()))?;
        let index = Index::with_attestation(seed, &["linux/amd64", "linux/arm64"])?;
        let path = format!("k/part{seed}");
        TestRepository::new(&registry.url(), &path)?.push_index(&index, "1").await?;
        let source = format!("{}/{path}", registry.host());
        engine.cli()?.run(["pull", &format!("{source}:1")]).succeed().await?;
        let images = [(source.as_str(), "1", "part")];
        let connection = ecr.connection_through(&proxy);
        let migration_request = request(&connection, &ImageSource::DockerEngine, &images);
        let FinishedMigration { report, .. } = app.migrate(migration_request).await?;
        let row = &report.images[0];
        ensure!(proxy.fault_count() == 2, "{what}: {row:#?}");
        ensure!(row.result == ImageResult::Moved, "{what}: {row:#?}");
        ensure!(row.proof == Proof::EqualToPart, "{what}: {row:#?}");
        ensure!(row.ecr_digest.as_ref() == Some(&index.images[0].manifest.digest), "{what}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_expires_during_a_push_is_renewed_on_every_engine() -> Result<()> {
    for (seed, kind) in (540..).zip(EngineKind::all()) {
        let (engine, ecr) = (kind.start().await?, Ecr::practice().await?);
        let image = Recipe::small(seed).format(Format::Docker).build()?;
        let source = "127.0.0.1:9/local/app";
        engine.cli()?.load(&image, &format!("{source}:1")).await?;
        let app = HeadlessApp::new(ecr.home()?, Some(&engine.address()))?;
        let images = [(source, "1", "app")];
        let migration_request = request(&ecr.connection(), &ImageSource::DockerEngine, &images);
        let expired = FaultRule::new(FaultAction::ExpireTokens).on(Plane::Registry).method("POST");
        ecr.faults()?.add(expired.path("/v2/app/blobs/uploads/*").times(1));
        let migrated = app.migrate(migration_request).await.with_context(|| format!("{kind:?}"))?;
        let row = &migrated.report.images[0];
        ensure!(ecr.faults()?.active() == 0, "{kind:?}: the token did not expire");
        ensure!(row.result == ImageResult::Moved, "{kind:?}: {row:#?}");
        ensure!(matches!(row.proof, Proof::Equal | Proof::SameContent), "{kind:?}: {row:#?}");
    }
    Ok(())
}
