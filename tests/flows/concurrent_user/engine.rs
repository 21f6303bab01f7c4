//! The same with images of a Docker Engine: another user rebuilds, removes or retags an image, or moves the
//! tag at the destination, between plan and push.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use transload_contract::{ImageReport, ImageResult, ImageSource, Proof};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error, request};
use transload_tests::images::{Format, Recipe, TestRepository};
use transload_tests::servers::EngineKind;

use crate::concurrent_user::random::Random;

const SEEDS: u64 = 2;
/// Images of a seed: one for each change.
const IMAGES: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    /// Another image has the name, as after a build.
    Rebuild,
    /// The name is removed.
    Remove,
    /// Another image was pushed with the tag at the destination.
    MoveDestination,
}

const CHANGES: [Change; IMAGES] =
    [Change::Nothing, Change::Rebuild, Change::Remove, Change::MoveDestination];

#[tokio::test]
async fn an_engine_image_is_pushed_as_planned_or_not_at_all() -> Result<()> {
    for kind in EngineKind::all() {
        let engine = kind.start().await?;
        let (cli, ecr) = (engine.cli()?, Arc::new(Ecr::practice().await?));
        for seed in 1..=SEEDS {
            // The changes in another order, with images of other content.
            let mut random = Random::new(seed);
            let mut changes = CHANGES.to_vec();
            changes.rotate_left(random.below(IMAGES));
            run_seed(&engine.address(), &cli, &ecr, seed, &changes)
                .await
                .with_context(|| format!("{kind:?}, seed {seed}, {changes:?}"))?;
        }
    }
    Ok(())
}

async fn run_seed(
    address: &str,
    cli: &transload_tests::servers::DockerCli,
    ecr: &Ecr,
    seed: u64,
    changes: &[Change],
) -> Result<()> {
    let repositories: Vec<String> =
        (0..changes.len()).map(|number| format!("docker.io/local/s{seed}-{number}")).collect();
    for (number, repository) in repositories.iter().enumerate() {
        let own = seed * 10 + number as u64;
        let image = Recipe::small(own).format(Format::Docker).build()?;
        cli.load(&image, &format!("{repository}:1")).await?;
    }
    let app = HeadlessApp::new(ecr.home()?, Some(address))?;
    let listed = cli.image_names().await?;
    let named = |repository: &str| {
        let short = repository.trim_start_matches("docker.io/");
        let found = listed.iter().find(|name| name.contains(&format!("{short}:")));
        found.and_then(|name| name.rsplit_once(':')).map(|(name, _)| name.to_owned())
    };
    let sources: Vec<String> = repositories
        .iter()
        .map(|repository| named(repository).context("the engine does not list an image"))
        .collect::<Result<_>>()?;
    let destinations: Vec<String> =
        (0..changes.len()).map(|number| format!("engine{seed}/r{number}")).collect();
    let images: Vec<_> = sources
        .iter()
        .zip(&destinations)
        .map(|(source, destination)| (source.as_str(), "1", destination.as_str()))
        .collect();
    let plan = app.plan(request(&ecr.connection(), &ImageSource::DockerEngine, &images)).await?;
    ensure!(plan.ready, "{plan:#?}");

    let (user, token) = ecr.login().await?;
    let other_user = Recipe::small(970 + seed).format(Format::Docker).layers([800]).build()?;
    for (number, change) in changes.iter().enumerate() {
        let name = format!("{}:1", repositories[number]);
        match change {
            Change::Nothing => {}
            Change::Rebuild => {
                cli.load(&other_user, &name).await?;
            }
            Change::Remove => {
                cli.run(["rmi", "--force", &format!("{}:1", sources[number])]).succeed().await?;
            }
            Change::MoveDestination => {
                ecr.aws()?.create_repository(&destinations[number], "MUTABLE").await?;
                TestRepository::new(
                    &format!("http://{}", ecr.registry_host()),
                    &destinations[number],
                )?
                .login(Some((&user, &token)))
                .push(&other_user, "1")
                .await?;
            }
        }
    }
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let report = app.follow(job, plan).await?.report;
    for (number, change) in changes.iter().enumerate() {
        let in_ecr = ecr.aws()?.image_digest(&destinations[number], "1").await?;
        let row = &report.images[number];
        check_row(*change, row, in_ecr.as_deref(), &other_user.manifest.digest)
            .with_context(|| format!("{change:?}, {in_ecr:?}: {row:#?}"))?;
    }
    Ok(())
}

fn check_row(
    change: Change,
    row: &ImageReport,
    in_ecr: Option<&str>,
    other_user: &str,
) -> Result<()> {
    let failure = match &row.result {
        ImageResult::Failed { error } => Some(error.code),
        _ => None,
    };
    match change {
        Change::Nothing => {
            ensure!(row.result == ImageResult::Moved, "not pushed");
            ensure!(in_ecr.is_some() && in_ecr == row.ecr_digest.as_deref(), "another digest");
            ensure!(!matches!(row.proof, Proof::Different | Proof::NotProved), "not proven");
        }
        Change::Rebuild => {
            ensure!(failure == Some(ErrorCode::SourceMoved), "the rebuilt image was not noticed");
            ensure!(in_ecr.is_none(), "something was pushed");
        }
        Change::Remove => {
            ensure!(failure.is_some(), "the removed image was not noticed");
            ensure!(in_ecr.is_none(), "something was pushed");
        }
        Change::MoveDestination => {
            ensure!(failure == Some(ErrorCode::DestinationMoved), "the moved tag was not noticed");
            ensure!(in_ecr == Some(other_user), "the image of the other user was overwritten");
        }
    }
    Ok(())
}
