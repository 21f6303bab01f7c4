//! Compares `transload-cli` with Debian's `skopeo` on the same workload, in one run: the registries are
//! Debian's `docker-registry` on this computer, the content of the destination is in memory, requests are
//! counted in the logs of the registries, and all digests are checked afterwards.
//!
//! `cargo xtask bench` builds everything and runs it:
//!
//! ```sh
//! cargo xtask bench                                # everything; the measurements with 20 ms latency take minutes
//! cargo xtask bench --work many big --times 5 --no-delay
//! cargo xtask bench --ten-times                    # how it scales to ten times the work
//! ```
//!
//! It prints a table with the limit of each value. A slow result is not an error, because other programs may
//! run on the machine. It fails if a program fails, or a digest differs.

mod corpus;
mod delay;
mod measure;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use corpus::{Corpus, Workload};
use delay::DelayProxy;
use measure::{Cost, run};
use table::{Limits, Row};

use transload_tests::images::TestRepository;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::system_tool;

/// The default number of measurements; the median counts.
const TIMES: usize = 3;

struct Options {
    program: PathBuf,
    workloads: Vec<Workload>,
    times: usize,
    with_delay: bool,
    ten_times: bool,
}

impl Options {
    fn read() -> Result<Self> {
        let mut arguments = std::env::args().skip(1);
        let program = arguments.next().context("the path of transload-cli is needed")?;
        let mut options = Self {
            program: program.into(),
            workloads: vec![Workload::Many, Workload::Multiarch, Workload::Big],
            times: TIMES,
            with_delay: true,
            ten_times: false,
        };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--work" => {
                    let names = arguments.next().context("--work requires names")?;
                    options.workloads = names.split(',').map(str::parse).collect::<Result<_>>()?;
                }
                "--times" => {
                    options.times =
                        arguments.next().context("--times requires a number")?.parse()?;
                }
                "--no-delay" => options.with_delay = false,
                "--ten-times" => options.ten_times = true,
                other => bail!("there is no option {other}"),
            }
        }
        ensure!(options.times > 0, "--times must be at least 1");
        Ok(options)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::read()?;
    if options.ten_times {
        return growth(&options).await;
    }
    let skopeo = system_tool("skopeo")?;
    let mut rows = Vec::new();
    for workload in &options.workloads {
        let source = TestRegistry::start().await?;
        let corpus = Corpus::build(*workload, &source).await?;
        let (mut cold, mut warm) = (Vec::new(), Vec::new());
        for _ in 0..options.times {
            let pair = both(&options, &corpus, &source, Delay::None).await?;
            cold.push(pair.ours_cold);
            warm.push(pair.ours_warm);
        }
        let theirs = theirs(&skopeo, &corpus, &source, Delay::None).await?;
        rows.push(Row::new(workload.name(), "cold", cold, theirs.0, Limits::cold(*workload)));
        rows.push(Row::new(workload.name(), "warm", warm, theirs.1, Limits::warm(*workload)));
        if *workload == Workload::Many && options.with_delay {
            let ours = both(&options, &corpus, &source, Delay::RoundTrip).await?;
            let theirs = self::theirs(&skopeo, &corpus, &source, Delay::RoundTrip).await?;
            let limits = Limits { wall: Some(0.06), ..Limits::default() };
            rows.push(Row::new(
                workload.name(),
                "cold, 20 ms",
                vec![ours.ours_cold],
                theirs.0,
                limits,
            ));
        }
    }
    table::print(&rows)
}

/// Measures how Transload scales from *many* to ten times as many images. Requires about 5 GB on disk and in
/// memory.
async fn growth(options: &Options) -> Result<()> {
    let source = TestRegistry::start().await?;
    let few = Corpus::build(Workload::Many, &source).await?;
    let few = both(options, &few, &source, Delay::None).await?.ours_cold;
    drop(source);
    let source = TestRegistry::start().await?;
    let many = Corpus::ten_times_many(&source).await?;
    let many = both(options, &many, &source, Delay::None).await?.ours_cold;
    table::print_growth(few, many)
}

/// Whether there is latency to both registries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delay {
    None,
    RoundTrip,
}

struct TransloadCosts {
    ours_cold: Cost,
    ours_warm: Cost,
}

/// The addresses of both registries, with or without latency.
struct RegistryPair {
    destination: TestRegistry,
    from: String,
    to: String,
    _proxies: Vec<DelayProxy>,
}

impl RegistryPair {
    async fn new(source: &TestRegistry, delay: Delay) -> Result<Self> {
        let destination = TestRegistry::start_in_memory().await?;
        let (mut from, mut to) = (source.host(), destination.host());
        let mut proxies = Vec::new();
        if delay == Delay::RoundTrip {
            for host in [&mut from, &mut to] {
                let proxy = DelayProxy::start(host).await?;
                *host = proxy.host();
                proxies.push(proxy);
            }
        }
        Ok(Self { destination, from, to, _proxies: proxies })
    }
}

async fn both(
    options: &Options,
    corpus: &Corpus,
    source: &TestRegistry,
    delay: Delay,
) -> Result<TransloadCosts> {
    let registries = RegistryPair::new(source, delay).await?;
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("list");
    let lines: String = corpus
        .tags
        .iter()
        .map(|tag| {
            format!(
                "{}/{1}:{2} {3}/{1}:{2}\n",
                registries.from, tag.repository, tag.tag, registries.to
            )
        })
        .collect();
    std::fs::write(&list, lines)?;
    let mut command = std::process::Command::new(&options.program);
    // skopeo copies no referrers, so that both do the same work.
    command.args(["copy", "--no-referrers", "--list"]).arg(&list);
    let ours_cold = run(&mut command, source, &registries.destination).await?;
    check_copied(corpus, &registries.destination).await?;
    let ours_warm = run(&mut command, source, &registries.destination).await?;
    Ok(TransloadCosts { ours_cold, ours_warm })
}

async fn theirs(
    skopeo: &std::path::Path,
    corpus: &Corpus,
    source: &TestRegistry,
    delay: Delay,
) -> Result<(Cost, Cost)> {
    let registries = RegistryPair::new(source, delay).await?;
    let folder = tempfile::tempdir()?;
    let mut command = std::process::Command::new(skopeo);
    match corpus.tags.as_slice() {
        [only] => {
            command.args(["copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false"]);
            for host in [&registries.from, &registries.to] {
                command.arg(format!("docker://{host}/{}:{}", only.repository, only.tag));
            }
        }
        many => {
            let mut file = format!("{}:\n  tls-verify: false\n  images:\n", registries.from);
            let mut repositories: Vec<_> = many.iter().map(|tag| &tag.repository).collect();
            repositories.dedup();
            for repository in repositories {
                file += &format!("    {repository}: []\n");
            }
            let path = folder.path().join("sync.yml");
            std::fs::write(&path, file)?;
            command.args(["sync", "--src", "yaml", "--dest", "docker"]);
            command.arg("--dest-tls-verify=false").arg(&path);
            // It appends only the last part of a repository name.
            command.arg(format!("{}/{}", registries.to, corpus::PREFIX));
        }
    }
    let cold = run(&mut command, source, &registries.destination).await?;
    check_copied(corpus, &registries.destination).await?;
    let warm = run(&mut command, source, &registries.destination).await?;
    Ok((cold, warm))
}

/// Checks that every tag has its digest at the destination.
async fn check_copied(corpus: &Corpus, destination: &TestRegistry) -> Result<()> {
    for tag in &corpus.tags {
        let copied =
            TestRepository::new(&destination.url(), &tag.repository)?.tag_digest(&tag.tag).await?;
        let name = format!("{}:{}", tag.repository, tag.tag);
        ensure!(copied.as_ref() == Some(&tag.digest), "{name} has the digest {copied:?}");
    }
    Ok(())
}
