//! Somebody removes an image of the engine, or gives its name to another one, while its layers are on
//! their way: pushed by the engine, or read from it by us.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use transload_contract::{ImageReport, ImageResult, ImageSource, MigrationPlan, Proof};
use transload_errors::ErrorCode;
use transload_tests::computer::{Computer, api_error, request};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Format, Index, Recipe, Target};
use transload_tests::labs::{DockerCli, EngineKind, RegistryLab};
use transload_tests::wait::wait_until_true;

/// More than what lies in the sockets and buffers between an engine and the registry.
const LAYER_BYTES: usize = 4_000_000;
/// The layers stop at the registry after this.
const HELD_AFTER: u64 = 1_000_000;
const LIMIT: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// The image is removed with its content.
    Remove,
    /// Another image has the name now, as after a build.
    Rebuild,
}

#[tokio::test]
async fn an_engine_image_that_changes_while_it_is_sent_arrives_as_planned_or_not_at_all()
-> Result<()> {
    for (number, kind) in (0..).zip(EngineKind::all()) {
        for (deed, seed) in [(Deed::Remove, 980 + 10 * number), (Deed::Rebuild, 985 + 10 * number)]
        {
            play(kind, deed, seed).await.with_context(|| format!("{kind:?}, {deed:?}"))?;
        }
    }
    Ok(())
}

async fn play(kind: EngineKind, deed: Deed, seed: u64) -> Result<()> {
    let lab = kind.start().await?;
    let (cli, ecr, registry) = (lab.cli()?, Ecr::practice().await?, RegistryLab::start().await?);
    let large = |seed| Recipe::small(seed).layers([LAYER_BYTES; 2]).build();
    // Two images of one platform: an engine that pushes platforms cannot tell them apart, so this
    // one is read from every containerd store.
    let index = Index::of_images(vec![large(seed)?, large(seed + 1)?], Format::Oci)?;
    Target::new(&registry.url(), "k/app")?.push_index(&index, "1").await?;
    let repository = format!("{}/k/app", registry.host());
    let name = format!("{repository}:1");
    cli.run(["pull", &name]).succeed().await?;
    if kind.has_containerd_store() {
        let second = format!("{repository}@{}", index.images[1].manifest.digest);
        cli.run(["pull", &second]).succeed().await?;
    }

    let held = Fault::HoldRequest { after_bytes: HELD_AFTER };
    let rules = [Rule::new("PUT|PATCH", "/blobs/uploads/", held)?];
    let proxy = FaultProxy::start(&ecr.api_url(), rules).await?;
    let computer = Computer::new(ecr.home()?, Some(&lab.address()))?;
    let images = [(repository.as_str(), "1", "app")];
    let wanted = request(&ecr.connection_through(&proxy), &ImageSource::DockerEngine, &images);
    let plan = computer.plan(wanted).await?;
    ensure!(plan.ready, "{plan:#?}");
    let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    wait_until_true(LIMIT, "a layer to be half way", async || {
        proxy.requests().iter().any(|request| request.body_bytes >= HELD_AFTER)
    })
    .await?;
    act(deed, &cli, &name, seed).await?;
    let names = cli.image_names().await?;
    proxy.release();
    let report = computer.follow(job, plan.clone()).await?.report;
    let there = ecr.aws()?.image_digest("app", "1").await?;
    judge(&plan, &report.images[0], there.as_deref(), &index)
        .with_context(|| format!("{there:?}, {:#?}", report.images[0]))?;
    let left: Vec<_> = names.into_iter().filter(|name| !name.contains(&proxy.host())).collect();
    ensure!(cli.image_names().await? == left, "a name was left in the engine, or taken from it");
    Ok(())
}

async fn act(deed: Deed, cli: &DockerCli, name: &str, seed: u64) -> Result<()> {
    match deed {
        Deed::Remove => cli.run(["rmi", "--force", name]).succeed().await.map(drop),
        Deed::Rebuild => {
            let other = Recipe::small(seed + 2).format(Format::Docker).layers([800]).build()?;
            cli.load(&other, name).await.map(drop)
        }
    }
}

/// What was planned, with a proof; or a failure that names the engine, and nothing under the tag.
fn judge(
    plan: &MigrationPlan,
    row: &ImageReport,
    there: Option<&str>,
    index: &Index,
) -> Result<()> {
    if let ImageResult::Failed { error } = &row.result {
        let expected = [ErrorCode::EngineImageMissing, ErrorCode::EngineContentMissing];
        ensure!(expected.contains(&error.code), "a failure that does not say what happened");
        ensure!(there.is_none(), "something is under the tag");
        return Ok(());
    }
    ensure!(row.result == ImageResult::Moved, "not pushed");
    ensure!(there.is_some() && there == row.ecr_digest.as_deref(), "another digest");
    let promised = plan.images[0].source_digest.as_deref();
    ensure!(promised.is_none() || promised == there, "not what was promised");
    let known: Vec<_> = [&index.manifest.digest]
        .into_iter()
        .chain(index.images.iter().map(|image| &image.manifest.digest))
        .collect();
    match row.proof {
        Proof::Equal | Proof::EqualToPart => {
            ensure!(known.iter().any(|digest| Some(digest.as_str()) == there), "another image");
        }
        // The configuration was compared with the planned image's.
        Proof::SameContent => {}
        _ => anyhow::bail!("not proven"),
    }
    Ok(())
}
