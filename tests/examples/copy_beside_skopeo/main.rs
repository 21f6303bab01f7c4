//! Measures `transload-cli` beside Debian's `skopeo` on the same work, in one run: registries of
//! Debian's `docker-registry` on this computer, the destination's content in memory, requests counted
//! in the registries' own logs, every digest looked at afterwards.
//!
//! `cargo xtask bench` builds what it needs and calls it:
//!
//! ```sh
//! cargo xtask bench                                # all of it; the way with 20 ms takes minutes
//! cargo xtask bench --work many big --times 5 --no-delay
//! cargo xtask bench --ten-times                    # how it grows with ten times the work
//! ```
//!
//! It prints a table, with the bar that each figure is held against, and never fails because
//! something was slow: what else the machine does is nobody's mistake. Where a program does not do the
//! work, or a digest is another one, it fails.

mod corpus;
mod delay;
mod measure;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use transload_tests::images::Target;
use transload_tests::labs::RegistryLab;
use transload_tests::tools::system_tool;

use corpus::{Corpus, Work};
use delay::DelayProxy;
use measure::{Cost, run};
use table::{Bars, Row};

/// Measurements of each kind, where no number is given; the median counts.
const TIMES: usize = 3;

struct Options {
    program: PathBuf,
    works: Vec<Work>,
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
            works: vec![Work::Many, Work::Multiarch, Work::Big],
            times: TIMES,
            with_delay: true,
            ten_times: false,
        };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--work" => {
                    let names = arguments.next().context("--work wants names")?;
                    options.works = names.split(',').map(str::parse).collect::<Result<_>>()?;
                }
                "--times" => {
                    options.times = arguments.next().context("--times wants a number")?.parse()?;
                }
                "--no-delay" => options.with_delay = false,
                "--ten-times" => options.ten_times = true,
                other => bail!("there is no option {other}"),
            }
        }
        ensure!(options.times > 0, "nothing is measured in no times");
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
    for work in &options.works {
        let source = RegistryLab::start().await?;
        let corpus = Corpus::build(*work, &source).await?;
        let (mut cold, mut warm) = (Vec::new(), Vec::new());
        for _ in 0..options.times {
            let pair = both(&options, &corpus, &source, Delay::None).await?;
            cold.push(pair.ours_cold);
            warm.push(pair.ours_warm);
        }
        let theirs = theirs(&skopeo, &corpus, &source, Delay::None).await?;
        rows.push(Row::new(work.name(), "cold", cold, theirs.0, Bars::cold(*work)));
        rows.push(Row::new(work.name(), "warm", warm, theirs.1, Bars::warm(*work)));
        if *work == Work::Many && options.with_delay {
            let ours = both(&options, &corpus, &source, Delay::RoundTrip).await?;
            let theirs = self::theirs(&skopeo, &corpus, &source, Delay::RoundTrip).await?;
            let bars = Bars { wall: Some(0.06), ..Bars::default() };
            rows.push(Row::new(work.name(), "cold, 20 ms", vec![ours.ours_cold], theirs.0, bars));
        }
    }
    table::print(&rows)
}

/// How ours grows from *many* to ten times as many: it needs some 5 GB on disk and in memory.
async fn growth(options: &Options) -> Result<()> {
    let source = RegistryLab::start().await?;
    let few = Corpus::build(Work::Many, &source).await?;
    let few = both(options, &few, &source, Delay::None).await?.ours_cold;
    drop(source);
    let source = RegistryLab::start().await?;
    let many = Corpus::ten_times_many(&source).await?;
    let many = both(options, &many, &source, Delay::None).await?.ours_cold;
    table::print_growth(few, many)
}

/// Whether the way to both registries is long.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delay {
    None,
    RoundTrip,
}

struct Ours {
    ours_cold: Cost,
    ours_warm: Cost,
}

/// Both registries as a program reaches them.
struct Way {
    destination: RegistryLab,
    from: String,
    to: String,
    _proxies: Vec<DelayProxy>,
}

impl Way {
    async fn new(source: &RegistryLab, delay: Delay) -> Result<Self> {
        let destination = RegistryLab::start_in_memory().await?;
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
    source: &RegistryLab,
    delay: Delay,
) -> Result<Ours> {
    let way = Way::new(source, delay).await?;
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("list");
    let lines: String = corpus
        .tags
        .iter()
        .map(|tag| format!("{}/{1}:{2} {3}/{1}:{2}\n", way.from, tag.repository, tag.tag, way.to))
        .collect();
    std::fs::write(&list, lines)?;
    let mut command = std::process::Command::new(&options.program);
    // skopeo copies no referrers, so that both do the same work.
    command.args(["copy", "--no-referrers", "--list"]).arg(&list);
    let ours_cold = run(&mut command, source, &way.destination).await?;
    arrived(corpus, &way.destination).await?;
    let ours_warm = run(&mut command, source, &way.destination).await?;
    Ok(Ours { ours_cold, ours_warm })
}

async fn theirs(
    skopeo: &std::path::Path,
    corpus: &Corpus,
    source: &RegistryLab,
    delay: Delay,
) -> Result<(Cost, Cost)> {
    let way = Way::new(source, delay).await?;
    let folder = tempfile::tempdir()?;
    let mut command = std::process::Command::new(skopeo);
    match corpus.tags.as_slice() {
        [only] => {
            command.args(["copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false"]);
            for host in [&way.from, &way.to] {
                command.arg(format!("docker://{host}/{}:{}", only.repository, only.tag));
            }
        }
        many => {
            let mut file = format!("{}:\n  tls-verify: false\n  images:\n", way.from);
            let mut repositories: Vec<_> = many.iter().map(|tag| &tag.repository).collect();
            repositories.dedup();
            for repository in repositories {
                file += &format!("    {repository}: []\n");
            }
            let path = folder.path().join("sync.yml");
            std::fs::write(&path, file)?;
            command.args(["sync", "--src", "yaml", "--dest", "docker"]);
            command.arg("--dest-tls-verify=false").arg(&path);
            // It appends only the last part of a repository's name.
            command.arg(format!("{}/{}", way.to, corpus::PREFIX));
        }
    }
    let cold = run(&mut command, source, &way.destination).await?;
    arrived(corpus, &way.destination).await?;
    let warm = run(&mut command, source, &way.destination).await?;
    Ok((cold, warm))
}

/// Every tag has its digest at the destination.
async fn arrived(corpus: &Corpus, destination: &RegistryLab) -> Result<()> {
    for tag in &corpus.tags {
        let there = Target::new(&destination.url(), &tag.repository)?.tag_digest(&tag.tag).await?;
        let name = format!("{}:{}", tag.repository, tag.tag);
        ensure!(there.as_ref() == Some(&tag.digest), "{name} has the digest {there:?}");
    }
    Ok(())
}
