//! Another user removes an image of the engine, or gives its name to another image, while its layers are sent
//! by the engine or by Transload.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use transload_contract::{ImageReport, ImageResult, ImageSource, MigrationPlan, Proof};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, api_error, request};
use transload_tests::images::{Format, Index, Recipe, TestRepository};
use transload_tests::servers::{DockerCli, EngineKind, TestRegistry};
use transload_tests::wait::wait_until_true;

/// More than the sockets and buffers between an engine and the registry can hold.
const LAYER_BYTES: usize = 4_000_000;
/// The layers stop at the registry after this many bytes.
const HELD_AFTER: u64 = 1_000_000;
const LIMIT: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// The image is removed with its content.
    Remove,
    /// Another image has the name, as after a build.
    Rebuild,
}

#[tokio::test]
async fn an_engine_image_that_changes_while_it_is_sent_is_pushed_as_planned_or_not_at_all()
-> Result<()> {
    for (number, kind) in (0..).zip(EngineKind::all()) {
        for (change, seed) in
            [(Change::Remove, 980 + 10 * number), (Change::Rebuild, 985 + 10 * number)]
        {
            run_seed(kind, change, seed).await.with_context(|| format!("{kind:?}, {change:?}"))?;
        }
    }
    Ok(())
}

async fn run_seed(kind: EngineKind, change: Change, seed: u64) -> Result<()> {
    let engine = kind.start().await?;
    let (cli, ecr, registry) =
        (engine.cli()?, Ecr::practice().await?, TestRegistry::start().await?);
    let large = |seed| Recipe::small(seed).layers([LAYER_BYTES; 2]).build();
    // Two images of one platform: an engine that pushes by platform cannot distinguish them, so Transload
    // reads this image from every containerd store.
    let index = Index::of_images(vec![large(seed)?, large(seed + 1)?], Format::Oci)?;
    TestRepository::new(&registry.url(), "k/app")?.push_index(&index, "1").await?;
    let repository = format!("{}/k/app", registry.host());
    let name = format!("{repository}:1");
    cli.run(["pull", &name]).succeed().await?;
    if kind.has_containerd_store() {
        let second = format!("{repository}@{}", index.images[1].manifest.digest);
        cli.run(["pull", &second]).succeed().await?;
    }

    let hold = Fault::HoldRequest { after_bytes: HELD_AFTER };
    let rules = [Rule::new("PUT|PATCH", "/blobs/uploads/", hold)?];
    let proxy = FaultProxy::start(&ecr.api_url(), rules).await?;
    let app = HeadlessApp::new(ecr.home()?, Some(&engine.address()))?;
    let images = [(repository.as_str(), "1", "app")];
    let migration_request =
        request(&ecr.connection_through(&proxy), &ImageSource::DockerEngine, &images);
    let plan = app.plan(migration_request).await?;
    ensure!(plan.ready, "{plan:#?}");
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    wait_until_true(LIMIT, "a layer to be half way", async || {
        proxy.requests().iter().any(|request| request.body_bytes >= HELD_AFTER)
    })
    .await?;
    apply(change, &cli, &name, seed).await?;
    let names = cli.image_names().await?;
    proxy.release();
    let report = app.follow(job, plan.clone()).await?.report;
    let in_ecr = ecr.aws()?.image_digest("app", "1").await?;
    check_row(&plan, &report.images[0], in_ecr.as_deref(), &index)
        .with_context(|| format!("{in_ecr:?}, {:#?}", report.images[0]))?;
    let left: Vec<_> = names.into_iter().filter(|name| !name.contains(&proxy.host())).collect();
    ensure!(cli.image_names().await? == left, "a tag was left in the engine, or removed");
    Ok(())
}

async fn apply(change: Change, cli: &DockerCli, name: &str, seed: u64) -> Result<()> {
    match change {
        Change::Remove => cli.run(["rmi", "--force", name]).succeed().await.map(drop),
        Change::Rebuild => {
            let other = Recipe::small(seed + 2).format(Format::Docker).layers([800]).build()?;
            cli.load(&other, name).await.map(drop)
        }
    }
}

/// The planned image with a proof, or a failure that names the engine and no tag.
fn check_row(
    plan: &MigrationPlan,
    row: &ImageReport,
    in_ecr: Option<&str>,
    index: &Index,
) -> Result<()> {
    if let ImageResult::Failed { error } = &row.result {
        let expected = [ErrorCode::EngineImageMissing, ErrorCode::EngineContentMissing];
        ensure!(expected.contains(&error.code), "a failure that does not say what happened");
        ensure!(in_ecr.is_none(), "something is under the tag");
        return Ok(());
    }
    ensure!(row.result == ImageResult::Moved, "not pushed");
    ensure!(in_ecr.is_some() && in_ecr == row.ecr_digest.as_deref(), "another digest");
    let promised = plan.images[0].source_digest.as_deref();
    ensure!(promised.is_none() || promised == in_ecr, "not what was promised");
    let known: Vec<_> = [&index.manifest.digest]
        .into_iter()
        .chain(index.images.iter().map(|image| &image.manifest.digest))
        .collect();
    match row.proof {
        Proof::Equal | Proof::EqualToPart => {
            ensure!(known.iter().any(|digest| Some(digest.as_str()) == in_ecr), "another image");
        }
        // The configuration was compared with the planned image's.
        Proof::SameContent => {}
        _ => anyhow::bail!("not proven"),
    }
    Ok(())
}
