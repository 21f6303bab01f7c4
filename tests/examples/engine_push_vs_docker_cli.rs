//! Compares Transload's push through the Docker Engine with `docker push` of the Docker CLI: the same image
//! of three layers with 30 MB each, the same engine, and an empty registry for every push, so that nothing
//! can be mounted. The two alternate, and the order changes.
//!
//! It requires root (for a `dockerd` of its own), `docker` and `docker-registry`, as `cargo xtask setup
//! --tests` installs them. From the root of the repository:
//!
//! ```sh
//! cargo run -p transload-tests --example engine_push_beside_cli -- 15
//! ```
//!
//! The number is the number of pushes of each kind; the default is three. If other programs run on the
//! machine, three are too few: the ratio then varies by a tenth and more.
//!
//! It prints all times, both medians, and the ratio of ours to that of the Docker CLI. The engine compresses
//! the layers in both cases; only the client differs.

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio_util::sync::CancellationToken;
use transload_docker::{DockerApi, DockerEngine, DockerEnvironment, EngineLogin};
use transload_model::ImageReference;
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::servers::{DockerCli, TestEngine, TestRegistry};

/// The default number of pushes of each kind.
const ROUNDS: usize = 3;
const SOURCE: &str = "measure/app:1";
const LAYER_BYTES: usize = 30_000_000;

#[tokio::main]
async fn main() -> Result<()> {
    let rounds = std::env::args().nth(1).map_or(Ok(ROUNDS), |text| text.parse())?;
    ensure!(rounds > 0, "the number must be at least 1");
    let docker = TestEngine::docker().await?;
    let cli = docker.cli()?;
    let image = Recipe::small(9).layers([LAYER_BYTES; 3]).build()?;
    cli.load(&image, SOURCE).await?;
    let environment = DockerEnvironment::default();
    let found = DockerEngine::find(&environment, Some(&docker.address())).await;
    let engine = found.engine.context("no engine responds")?.engine;

    // The first push of an image also makes the engine store the digests of its layers.
    by_cli(&cli).await?;
    by_us(&engine).await?;
    let (mut cli_times, mut our_times) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        if round % 2 == 0 {
            cli_times.push(by_cli(&cli).await?);
            our_times.push(by_us(&engine).await?);
        } else {
            our_times.push(by_us(&engine).await?);
            cli_times.push(by_cli(&cli).await?);
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "docker push: {cli_times:.2?}")?;
    writeln!(out, "Transload:   {our_times:.2?}")?;
    let (cli, ours) = (median(cli_times), median(our_times));
    writeln!(out, "medians: docker push {cli:.2?}, Transload {ours:.2?}")?;
    writeln!(out, "ratio:   {:.3}", ours.as_secs_f64() / cli.as_secs_f64())?;
    Ok(())
}

async fn by_cli(cli: &DockerCli) -> Result<Duration> {
    let registry = TestRegistry::start().await?;
    let name = format!("{}/app:1", registry.host());
    cli.run(["tag", SOURCE, &name]).succeed().await?;
    let start = Instant::now();
    cli.run(["push", &name]).succeed().await?;
    let took = start.elapsed();
    check_pushed(&registry).await?;
    cli.run(["rmi", &name]).succeed().await?;
    Ok(took)
}

async fn by_us(engine: &DockerEngine) -> Result<Duration> {
    let registry = TestRegistry::start().await?;
    let name = ImageReference::parse(&format!("{}/app:1", registry.host()))?;
    let image = engine.image(&ImageReference::parse(SOURCE)?).await?;
    engine.tag(&image.id, &name).await?;
    let login = EngineLogin { user: "nobody".to_owned(), password: "nothing".to_owned().into() };
    let start = Instant::now();
    engine.push(&name, None, &login, &mut |_| {}, &CancellationToken::new()).await?;
    let took = start.elapsed();
    check_pushed(&registry).await?;
    engine.untag(&name).await?;
    Ok(took)
}

async fn check_pushed(registry: &TestRegistry) -> Result<()> {
    let digest = TestRepository::new(&registry.url(), "app")?.tag_digest("1").await?;
    ensure!(digest.is_some(), "the image was not pushed");
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
