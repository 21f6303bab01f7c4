//! The same with images of a Docker Engine: another user rebuilds, removes or retags an image, or moves the tag at the
//! destination, between plan and push.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use transload_contract::{ImageReport, ImageResult, ImageSource, Proof};
use transload_errors::ErrorCode;
use transload_tests::computer::{Computer, api_error, request};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Format, Recipe, Target};
use transload_tests::labs::EngineKind;

use crate::somebody_else::random::Random;

/// Seeds on each engine.
const SEEDS: u64 = 2;
/// Images of a seed: one for each deed.
const IMAGES: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Nothing,
    /// Another image has the name now, as after a build.
    Rebuild,
    /// The name is gone.
    Remove,
    /// Somebody pushed another image under the tag at the destination.
    MoveDestination,
}

const DEEDS: [Deed; IMAGES] = [Deed::Nothing, Deed::Rebuild, Deed::Remove, Deed::MoveDestination];

#[tokio::test]
async fn an_engine_image_is_pushed_as_it_was_planned_or_not_at_all() -> Result<()> {
    for kind in EngineKind::all() {
        let lab = kind.start().await?;
        let (cli, ecr) = (lab.cli()?, Arc::new(Ecr::practice().await?));
        for seed in 1..=SEEDS {
            // The deeds in another order, over images of other content.
            let mut random = Random::new(seed);
            let mut deeds = DEEDS.to_vec();
            deeds.rotate_left(random.below(IMAGES));
            play(&lab.address(), &cli, &ecr, seed, &deeds)
                .await
                .with_context(|| format!("{kind:?}, seed {seed}, {deeds:?}"))?;
        }
    }
    Ok(())
}

async fn play(
    address: &str,
    cli: &transload_tests::labs::DockerCli,
    ecr: &Ecr,
    seed: u64,
    deeds: &[Deed],
) -> Result<()> {
    let repositories: Vec<String> =
        (0..deeds.len()).map(|number| format!("docker.io/local/s{seed}-{number}")).collect();
    for (number, repository) in repositories.iter().enumerate() {
        let own = seed * 10 + number as u64;
        let image = Recipe::small(own).format(Format::Docker).build()?;
        cli.load(&image, &format!("{repository}:1")).await?;
    }
    let computer = Computer::new(ecr.home()?, Some(address))?;
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
        (0..deeds.len()).map(|number| format!("engine{seed}/r{number}")).collect();
    let images: Vec<_> = sources
        .iter()
        .zip(&destinations)
        .map(|(source, destination)| (source.as_str(), "1", destination.as_str()))
        .collect();
    let plan =
        computer.plan(request(&ecr.connection(), &ImageSource::DockerEngine, &images)).await?;
    ensure!(plan.ready, "{plan:#?}");

    let (user, token) = ecr.login().await?;
    let stranger = Recipe::small(970 + seed).format(Format::Docker).layers([800]).build()?;
    for (number, deed) in deeds.iter().enumerate() {
        let name = format!("{}:1", repositories[number]);
        match deed {
            Deed::Nothing => {}
            Deed::Rebuild => {
                cli.load(&stranger, &name).await?;
            }
            Deed::Remove => {
                cli.run(["rmi", "--force", &format!("{}:1", sources[number])]).succeed().await?;
            }
            Deed::MoveDestination => {
                ecr.aws()?.create_repository(&destinations[number], "MUTABLE").await?;
                Target::new(&format!("http://{}", ecr.registry_host()), &destinations[number])?
                    .login(Some((&user, &token)))
                    .push(&stranger, "1")
                    .await?;
            }
        }
    }
    let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let report = computer.follow(job, plan).await?.report;
    for (number, deed) in deeds.iter().enumerate() {
        let there = ecr.aws()?.image_digest(&destinations[number], "1").await?;
        let row = &report.images[number];
        judge(*deed, row, there.as_deref(), &stranger.manifest.digest)
            .with_context(|| format!("{deed:?}, {there:?}: {row:#?}"))?;
    }
    Ok(())
}

fn judge(deed: Deed, row: &ImageReport, there: Option<&str>, stranger: &str) -> Result<()> {
    let failure = match &row.result {
        ImageResult::Failed { error } => Some(error.code),
        _ => None,
    };
    match deed {
        Deed::Nothing => {
            ensure!(row.result == ImageResult::Moved, "not pushed");
            ensure!(there.is_some() && there == row.ecr_digest.as_deref(), "another digest");
            ensure!(!matches!(row.proof, Proof::Different | Proof::NotProved), "not proven");
        }
        Deed::Rebuild => {
            ensure!(failure == Some(ErrorCode::SourceMoved), "the rebuilt image was not noticed");
            ensure!(there.is_none(), "something was pushed");
        }
        Deed::Remove => {
            ensure!(failure.is_some(), "the removed image was not noticed");
            ensure!(there.is_none(), "something was pushed");
        }
        Deed::MoveDestination => {
            ensure!(failure == Some(ErrorCode::DestinationMoved), "the moved tag was not noticed");
            ensure!(there == Some(stranger), "the stranger's image was overwritten");
        }
    }
    Ok(())
}
