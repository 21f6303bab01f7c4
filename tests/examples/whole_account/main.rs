//! Measures an account: 300 repositories with 20 tags each, an index of five platforms and an attestation per
//! tag, and one repository with 10,000 tags. How long selecting, planning and resuming take, and how much
//! memory they use.
//!
//! ```sh
//! cargo run --release -p transload-tests --example whole_account
//! cargo run --release -p transload-tests --example whole_account window   # the same in the window
//! ```
//!
//! For the window, the program has to be built (`cargo xtask run`, or set `TRANSLOAD_APP`), and
//! `tauri-driver` and Xvfb have to be installed (`cargo xtask setup --tests`).
#![allow(clippy::print_stdout, reason = "it prints measurements")]

mod account;
mod planning;
mod window;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use transload_api::{Api, ApiOptions};
use transload_aws::AwsEnvironment;
use transload_contract::{
    AwsConnection, ImageState, JobEventKind, MigrationOutcome, Selection, TagRules,
};
use transload_docker::DockerEnvironment;
use transload_practice::{Practice, PracticeOptions};
use transload_tests::aws_home::AwsHome;
use transload_tests::headless_app::{api_error, registry_source, request};

use crate::account::{REPOSITORIES, TAGS};

/// How long the run lasts before it is cancelled, to be resumed.
const RUN_FOR: Duration = Duration::from_secs(40);

#[tokio::main]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("serve") => serve().await,
        Some("window") => {
            let endpoints = Endpoints::start()?;
            window::measure(&endpoints.home, &endpoints.source).await
        }
        _ => measure().await,
    }
}

async fn measure() -> Result<()> {
    let Endpoints { home, source, _servers } = Endpoints::start()?;
    let folder = tempfile::tempdir()?;
    // Not a `HeadlessApp` of the stories, because that keeps its whole log in memory.
    let api = Api::new(ApiOptions {
        data_folder: folder.path().to_owned(),
        aws: AwsEnvironment::from_variables(home.environment()),
        docker: DockerEnvironment::default(),
        quota_check_interval: None,
    });
    let (source_host, source) = (source.clone(), registry_source(&source));
    println!("memory at the start: {} MB", pss_mb()?);

    let began = Instant::now();
    let rules = TagRules { newest: Some(u32::try_from(TAGS)?), ..TagRules::default() };
    let selection = Selection { rules, ..Selection::default() };
    let mut chosen = api
        .source_choose_with_progress(source.clone(), selection, |_| {})
        .await
        .map_err(api_error)?;
    chosen.images.retain(|image| image.repository != account::LARGE);
    println!("{} tags selected by rules in {:.1} s", chosen.images.len(), seconds(began));
    ensure!(chosen.images.len() == REPOSITORIES * TAGS);

    let names: Vec<_> = chosen
        .images
        .iter()
        .map(|image| {
            let name = image.repository.rsplit('/').next().unwrap_or_default();
            (image.repository.as_str(), image.tag.as_str(), name)
        })
        .collect();
    let connection = AwsConnection::profile("account");
    let migration_request = request(&connection, &source, &names);
    let began = Instant::now();
    let plan = api
        .migration_plan_with_progress(migration_request.clone(), |_| {})
        .await
        .map_err(api_error)?;
    println!(
        "planned {} images in {:.1} s, every manifest read; {} MB as JSON; memory: {} MB",
        plan.totals.images_to_move,
        seconds(began),
        serde_json::to_string(&plan)?.len() / 1_000_000,
        pss_mb()?
    );

    println!(
        "the planning itself: {:.3} s",
        planning::seconds_of_plan(&source_host, &names).await?
    );

    let began = Instant::now();
    let job = api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    println!("saved in the journal and started in {:.2} s", seconds(began));
    let mut events = api.job_follow(job.clone(), 0).await.map_err(api_error)?;
    let (began, mut count, mut stopped, mut peak_mb) = (Instant::now(), 0_u64, false, 0);
    let report = loop {
        let event = events.recv().await.context("the events ended")?;
        count += 1;
        if count.is_multiple_of(20_000) {
            peak_mb = peak_mb.max(pss_mb()?);
        }
        if !stopped && began.elapsed() > RUN_FOR {
            stopped = true;
            api.job_cancel(job.clone()).await.map_err(api_error)?;
        }
        if let JobEventKind::Finished { report } = event.kind {
            break report;
        }
    };
    let moved = report.images.iter().filter(|image| image.ecr_digest.is_some()).count();
    println!(
        "{count} events in {:.1} s, {moved} images verified, outcome {:?}; peak memory {} MB",
        seconds(began),
        report.outcome,
        peak_mb.max(pss_mb()?)
    );
    ensure!(report.outcome == MigrationOutcome::Cancelled, "it was to be cancelled half way");
    drop(report);

    let began = Instant::now();
    api.migration_resume(job.clone()).await.map_err(api_error)?;
    let mut events = api.job_follow(job.clone(), 0).await.map_err(api_error)?;
    loop {
        let event = events.recv().await.context("the events ended")?;
        if let JobEventKind::ImageState { state: ImageState::Pushing, .. } = event.kind {
            break;
        }
    }
    println!("resumed: the first image is being copied after {:.2} s", seconds(began));
    api.job_cancel(job).await.map_err(api_error)?;
    let began = Instant::now();
    let known = api.history_list().await.map_err(api_error)?;
    println!("history listed in {:.3} s: {} images", seconds(began), known[0].images);
    println!("memory at the end: {} MB", pss_mb()?);
    Ok(())
}

fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}

/// The memory of this process with its share of shared memory (PSS).
fn pss_mb() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = text.lines().find(|line| line.starts_with("Pss:")).context("the sum")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
    Ok(kilobytes / 1024)
}

/// Source and destination in a separate process, so that their memory is not counted.
async fn serve() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let practice = Practice::start(PracticeOptions::new(folder.path())).await?;
    let source = account::serve(REPOSITORIES, TAGS).await?;
    let known = json!({
        "source": source,
        "ecr": practice.ecr_endpoint().as_str().trim_end_matches('/'),
        "key": practice.access_key_id(),
        "secret": practice.secret_access_key(),
        "region": practice.region(),
    });
    println!("{known}");
    std::io::stdout().flush()?;
    // Until the other process closes our input.
    tokio::task::spawn_blocking(|| std::io::stdin().lines().count()).await?;
    Ok(())
}

/// The source and the destination.
struct Endpoints {
    /// With the profile `account`, which uses the ECR.
    home: AwsHome,
    /// Host and port of the source.
    source: String,
    _servers: Servers,
}

impl Endpoints {
    fn start() -> Result<Self> {
        let mut servers = Servers::start()?;
        let known = servers.known()?;
        let text = |name: &str| known[name].as_str().context("a text");
        let home = AwsHome::new()?.profile_with_key(
            "account",
            (text("key")?, text("secret")?),
            &[("region", text("region")?), ("endpoint_url", text("ecr")?)],
        )?;
        Ok(Self { home, source: text("source")?.to_owned(), _servers: servers })
    }
}

struct Servers(Child);

impl Servers {
    fn start() -> Result<Self> {
        let child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(Self(child))
    }

    fn known(&mut self) -> Result<Value> {
        let mut line = String::new();
        BufReader::new(self.0.stdout.take().context("the output")?).read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
