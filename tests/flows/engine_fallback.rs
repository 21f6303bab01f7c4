//! A registry that refuses for a while behind a real engine: what may pass is repeated, an expired
//! token is renewed, and what the engine gives up is read from it and sent by us.

use anyhow::{Context, Result, ensure};
use transload_contract::{EngineWay, ImageResult, ImageSource, Proof};
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::computer::{Computer, Migrated, request};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Format, Index, Recipe, Target};
use transload_tests::labs::{EngineKind, RegistryLab};

const EXPIRED: &str = "Your authorization token has expired. Reauthenticate and try again.";

/// The answers of ECR that may pass.
fn refusals() -> [(&'static str, Fault); 4] {
    [
        ("throttled", Fault::registry_error(429, "TOOMANYREQUESTS", "Rate exceeded")),
        ("unavailable", Fault::registry_error(503, "UNAVAILABLE", "Service unavailable")),
        ("internal failure", Fault::registry_error(500, "UNKNOWN", "Internal failure")),
        ("expired token", Fault::registry_error(403, "DENIED", EXPIRED)),
    ]
}

/// With `cargo xtask engines` alone: no other engine pushes original manifests by itself.
#[tokio::test]
async fn what_the_newest_docker_gives_up_is_sent_by_us() -> Result<()> {
    for kind in EngineKind::all() {
        if kind != EngineKind::NewestContainerd {
            continue;
        }
        let (engine, registry) = (kind.start().await?, RegistryLab::start().await?);
        for (seed, (what, fault)) in (500..).zip(refusals()) {
            let ecr = Ecr::practice().await?;
            // The engine is refused however often it asks; we are not.
            let rule = Rule::new("POST|PUT|PATCH", "^/v2/.*/blobs/uploads/", fault)?;
            let rule = rule.header("user-agent", "(?i)docker|containerd")?;
            let proxy = FaultProxy::start(&ecr.api_url(), [rule]).await?;
            let computer = Computer::new(ecr.home()?, Some(&engine.address()))?;
            let image = Recipe::small(seed).build()?;
            let index = Index::with_attestation(seed, &["linux/amd64", "linux/arm64"])?;
            let (single, part) = (format!("k/single{seed}"), format!("k/part{seed}"));
            Target::new(&registry.url(), &single)?.push(&image, "1").await?;
            Target::new(&registry.url(), &part)?.push_index(&index, "1").await?;
            let sources = [&single, &part].map(|path| format!("{}/{path}", registry.host()));
            for source in &sources {
                engine.cli()?.run(["pull", &format!("{source}:1")]).succeed().await?;
            }
            let images = [(sources[0].as_str(), "1", "single"), (sources[1].as_str(), "1", "part")];
            let connection = ecr.connection_through(&proxy);
            let wanted = request(&connection, &ImageSource::DockerEngine, &images);
            let names = engine.cli()?.image_names().await?;
            let Migrated { plan, report, .. } = computer.migrate(wanted).await?;
            let shown = || format!("{what}: {report:#?}");
            let by_engine = |way| matches!(way, EngineWay::Push | EngineWay::PushPlatform);
            let ways = plan.images.iter().filter_map(|image| image.engine.as_ref());
            ensure!(ways.filter(|engine| by_engine(engine.way)).count() == 2, "{plan:#?}");
            ensure!(proxy.faults() >= 2, "{}", shown());
            for (row, digest, proof) in [
                (&report.images[0], &image.manifest.digest, Proof::Equal),
                (&report.images[1], &index.images[0].manifest.digest, Proof::EqualToPart),
            ] {
                ensure!(row.result == ImageResult::Moved && row.proof == proof, "{}", shown());
                ensure!(row.ecr_digest.as_ref() == Some(digest), "{}", shown());
            }
            ensure!(engine.cli()?.image_names().await? == names, "{what}: a name is left");
        }
    }
    Ok(())
}

/// Docker 26 never pushes by itself here: the image is read from it from the start.
#[tokio::test]
async fn what_we_read_from_docker_26_is_sent_again_after_a_refusal() -> Result<()> {
    let (engine, registry) =
        (EngineKind::Docker26Containerd.start().await?, RegistryLab::start().await?);
    for (seed, (what, fault)) in (520..).zip(refusals()) {
        let ecr = Ecr::practice().await?;
        let rule = Rule::new("POST|PUT|PATCH", "^/v2/.*/blobs/uploads/", fault)?;
        let proxy = FaultProxy::start(&ecr.api_url(), [rule.skip(1).only(2)]).await?;
        let computer = Computer::new(ecr.home()?, Some(&engine.address()))?;
        let index = Index::with_attestation(seed, &["linux/amd64", "linux/arm64"])?;
        let path = format!("k/part{seed}");
        Target::new(&registry.url(), &path)?.push_index(&index, "1").await?;
        let source = format!("{}/{path}", registry.host());
        engine.cli()?.run(["pull", &format!("{source}:1")]).succeed().await?;
        let images = [(source.as_str(), "1", "part")];
        let connection = ecr.connection_through(&proxy);
        let wanted = request(&connection, &ImageSource::DockerEngine, &images);
        let Migrated { report, .. } = computer.migrate(wanted).await?;
        let row = &report.images[0];
        ensure!(proxy.faults() == 2, "{what}: {row:#?}");
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
        let computer = Computer::new(ecr.home()?, Some(&engine.address()))?;
        let images = [(source, "1", "app")];
        let wanted = request(&ecr.connection(), &ImageSource::DockerEngine, &images);
        let expired = FaultRule::new(FaultAction::ExpireTokens).on(Plane::Registry).method("POST");
        ecr.faults()?.add(expired.path("/v2/app/blobs/uploads/*").times(1));
        let migrated = computer.migrate(wanted).await.with_context(|| format!("{kind:?}"))?;
        let row = &migrated.report.images[0];
        ensure!(ecr.faults()?.active() == 0, "{kind:?}: the token did not expire");
        ensure!(row.result == ImageResult::Moved, "{kind:?}: {row:#?}");
        ensure!(matches!(row.proof, Proof::Equal | Proof::SameContent), "{kind:?}: {row:#?}");
    }
    Ok(())
}
