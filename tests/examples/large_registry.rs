//! Measures a registry of 300 repositories with 10,000 images each on the practice ECR: how long *List all images*
//! takes, how much memory, and how long a search in Find waits meanwhile. The practice ECR is in the same process. Fails
//! if a call or an image is missing, if the memory exceeds its bar, or if searches wait for the lists that are written.
//!
//! ```sh
//! cargo xtask bench --registry
//! cargo run --release -p transload-tests --example large_registry -- 30   # with 30 repositories
//! ```
#![allow(clippy::print_stdout, reason = "it prints measurements")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use transload_api::{Api, ApiOptions};
use transload_aws::AwsEnvironment;
use transload_docker::DockerEnvironment;
use transload_model::now_ms;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::api_error;

const REPOSITORIES: usize = 300;
const IMAGES: u64 = 10_000;
/// Images of a call. Source: the maximum of `maxResults` of DescribeImages in ECR's API reference.
const PAGE_IMAGES: u64 = 1_000;
/// The bar of the memory of all processes, in MB.
const MEMORY_BAR_MB: u64 = 400;
/// How long the window may wait for an answer. Half of the searches must meet it: on a busy machine, a single one can
/// wait for the processor.
const ANSWER_BAR: Duration = Duration::from_millis(100);
/// Writing the list of one repository takes a part of a second. A search that waited for them would exceed this.
const SLOWEST_BAR: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> Result<()> {
    let repositories = match std::env::args().nth(1) {
        Some(number) => number.parse()?,
        None => REPOSITORIES,
    };
    let ecr = Ecr::practice().await?;
    let Ecr::Practice { practice, .. } = &ecr else { bail!("it is the practice ECR") };
    for number in 0..repositories {
        let name = format!("warehouse/app-{number:03}");
        practice.create_generated_repository(&name, IMAGES).await?;
    }
    let (home, folder) = (ecr.home()?, tempfile::tempdir()?);
    // Not a `HeadlessApp` of the stories, because that keeps its whole log in memory.
    let api = Api::new(ApiOptions {
        data_folder: folder.path().to_owned(),
        aws: AwsEnvironment::from_variables(home.environment()),
        docker: DockerEnvironment::default(),
        quota_check_interval: None,
    });
    let connection = || ecr.connection();
    let find = async |text: &str| {
        let (text, attempt) = (text.to_owned(), "find".to_owned());
        let found =
            api.images_find(connection(), text, attempt, |_| {}).await.map_err(api_error)?;
        found.context("it wasn't cancelled")
    };
    api.repositories_list(connection()).await.map_err(api_error)?;
    practice.clear_requests();
    println!("memory at the start: {} MB", memory_mb("VmRSS:")?);

    let (began, cpu) = (Instant::now(), cpu_s()?);
    let is_done = AtomicBool::new(false);
    let listed = AtomicU64::new(0);
    let read = async {
        let report = |progress: transload_contract::RegistryReadProgress| {
            listed.store(progress.images, Ordering::Relaxed);
        };
        let read = api.registry_contents_read(connection(), now_ms(), "read".to_owned(), report);
        let contents = read.await;
        is_done.store(true, Ordering::Relaxed);
        contents.map_err(api_error)?.context("it wasn't cancelled")
    };
    let search = async {
        let mut times = Vec::new();
        while !is_done.load(Ordering::Relaxed) {
            let began = Instant::now();
            // The beginning of a digest, as someone types it.
            find("sha256:0a1b2c").await?;
            times.push(began.elapsed());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok::<_, anyhow::Error>(times)
    };
    let (contents, mut times) = tokio::try_join!(read, search)?;
    let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu_s()? - cpu);
    ensure!(contents.unread.is_empty(), "{:?}", contents.unread);
    let calls = practice
        .requests()
        .into_iter()
        .filter(|request| request.operation.as_deref() == Some("DescribeImages"));
    let (images, calls) = (listed.into_inner(), calls.count());
    println!("{images} images listed in {wall:.1} s, with {calls} calls");
    ensure!(
        images == repositories as u64 * IMAGES,
        "{images} images of {repositories} repositories"
    );
    ensure!(calls == repositories * IMAGES.div_ceil(PAGE_IMAGES) as usize, "{calls} calls");
    println!("processor: {cpu:.1} s, the practice ECR included");
    let peak = memory_mb("VmHWM:")?;
    println!("peak memory: {peak} MB, bar {MEMORY_BAR_MB} MB");
    ensure!(peak <= MEMORY_BAR_MB, "{peak} MB of memory, bar {MEMORY_BAR_MB} MB");
    times.sort_unstable();
    let (usual, slowest) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "{} searches meanwhile: usually {usual:.0?}, bar {ANSWER_BAR:.0?}; slowest {slowest:.0?}, bar {SLOWEST_BAR:.0?}",
        times.len()
    );
    ensure!(
        usual <= ANSWER_BAR && slowest <= SLOWEST_BAR,
        "searches waited for {usual:.0?}, {slowest:.0?}"
    );
    let size = folder.path().read_dir()?.flatten().filter_map(|file| file.metadata().ok());
    println!("on disk: {} MB", size.map(|file| file.len()).sum::<u64>() / 1_000_000);

    let began = Instant::now();
    api.registry_contents(connection()).await.map_err(api_error)?;
    println!("page of the whole registry: {:.0?}", began.elapsed());
    for text in ["build-9999", "sha256:0a1b2c", "build-*99"] {
        let began = Instant::now();
        let found = find(text).await?;
        println!("search for {text}: {:.0?}, {} images", began.elapsed(), found.images.len());
    }
    Ok(())
}

/// A number of `/proc/self/status`, in MB.
fn memory_mb(name: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).context("a number")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? / 1000)
}

/// The processor time of this process. Source: proc(5), 100 ticks per second on Linux.
fn cpu_s() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(") ").context("fields")?;
    let ticks = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    Ok(ticks.sum::<f64>() / 100.0)
}
