//! Compares Transload's own push of an image of the Docker Engine (exported from the engine, pushed by
//! Transload) with the push of the engine: wall time, and processor time of our program, `dockerd` and
//! `containerd` together. The registries are Debian's `docker-registry` on this computer, empty for every
//! push, with their content in memory. Their processor time is not counted.
//!
//! It requires root, as every `dockerd` does, and the engines of `cargo xtask setup --tests`. Run it as
//! `cargo xtask bench --engines [--times N]`. Debian's newest engine is also measured if `cargo xtask
//! engines` has installed it.
//!
//! The three alternate: `docker push` of the Docker CLI, the push of the engine that our command line
//! requests, and our own push. The last two run the same plan file; only the sender differs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use transload_contract::{AwsConnection, ImageSource};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, api_error, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::servers::{DockerCli, EngineKind, TestEngine, TestRegistry};
use transload_tests::tools::engine_root;

const ROUNDS: usize = 5;
const LAYER_BYTES: usize = 50_000_000;
const LAYERS: usize = 4;
/// The clock ticks per second in `/proc`. Source: proc(5), `_SC_CLK_TCK`, 100 on Linux.
const TICKS_PER_SECOND: f64 = 100.0;
const SAMPLE_INTERVAL: Duration = Duration::from_millis(5);

/// The program that sends the image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sender {
    DockerCli,
    Engine,
    Transload,
}

const SENDERS: [(Sender, &str); 3] = [
    (Sender::DockerCli, "docker push"),
    (Sender::Engine, "engine's push"),
    (Sender::Transload, "own push"),
];

#[derive(Clone, Copy)]
struct Cost {
    wall_s: f64,
    own_cpu_s: f64,
    engine_cpu_s: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let program = PathBuf::from(arguments.next().context("the path of transload-cli is needed")?);
    let rounds = arguments.next().map_or(Ok(ROUNDS), |text| text.parse())?;
    ensure!(rounds > 0, "the number must be at least 1");
    let mut kinds = vec![EngineKind::Docker26Containerd];
    if engine_root("docker-newest").is_ok() {
        kinds.push(EngineKind::NewestContainerd);
    }
    for kind in kinds {
        measure(kind, &program, rounds).await.with_context(|| format!("{kind:?}"))?;
    }
    Ok(())
}

async fn measure(kind: EngineKind, program: &Path, rounds: usize) -> Result<()> {
    let (engine, source) = (kind.start().await?, TestRegistry::start_in_memory().await?);
    let image = Recipe::small(9).layers([LAYER_BYTES; LAYERS]).build()?;
    TestRepository::new(&source.url(), "measure/app")?.push(&image, "1").await?;
    let fixture = Fixture {
        cli: engine.cli()?,
        engine,
        program,
        repository: format!("{}/measure/app", source.host()),
        digest: image.manifest.digest,
    };
    fixture.cli.run(["pull", &format!("{}:1", fixture.repository)]).succeed().await?;
    // The first push of an engine is slower than the following ones.
    for (sender, _) in SENDERS {
        fixture.push(sender).await?;
    }
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); SENDERS.len()];
    for round in 0..rounds {
        for turn in 0..SENDERS.len() {
            let number = (round + turn) % SENDERS.len();
            costs[number].push(fixture.push(SENDERS[number].0).await?);
        }
    }
    let mut out = std::io::stdout().lock();
    let megabytes = LAYERS * LAYER_BYTES / 1_000_000;
    writeln!(out, "\n{kind:?}, {megabytes} MB in {LAYERS} layers, medians of {rounds}")?;
    writeln!(out, "| | wall s | CPU s | of these ours | of these the engine's |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    let mut medians = Vec::new();
    for ((_, name), costs) in SENDERS.iter().zip(&costs) {
        let median = |value: fn(&Cost) -> f64| {
            let mut values: Vec<f64> = costs.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let (wall, cpu) =
            (median(|cost| cost.wall_s), median(|cost| cost.own_cpu_s + cost.engine_cpu_s));
        let (ours, engines) = (median(|cost| cost.own_cpu_s), median(|cost| cost.engine_cpu_s));
        writeln!(out, "| {name} | {wall:.2} | {cpu:.2} | {ours:.2} | {engines:.2} |")?;
        medians.push((wall, cpu));
    }
    let (engines, ours) = (medians[1], medians[2]);
    let (wall, cpu) = (ours.0 / engines.0, ours.1 / engines.1);
    writeln!(out, "own push / engine's push: {wall:.2} of the time, {cpu:.2} of the CPU")?;
    Ok(())
}

struct Fixture<'a> {
    engine: TestEngine,
    cli: DockerCli,
    program: &'a Path,
    repository: String,
    digest: String,
}

impl Fixture<'_> {
    async fn push(&self, sender: Sender) -> Result<Cost> {
        let destination = TestRegistry::start_in_memory().await?;
        let cost = match sender {
            Sender::DockerCli => self.by_cli(&destination).await?,
            Sender::Engine => self.by_us(&destination, "push").await?,
            Sender::Transload => self.by_us(&destination, "own_push").await?,
        };
        let pushed = TestRepository::new(&destination.url(), "app")?.tag_digest("1").await?;
        ensure!(pushed.as_ref() == Some(&self.digest), "{pushed:?} was pushed");
        Ok(cost)
    }

    async fn by_cli(&self, destination: &TestRegistry) -> Result<Cost> {
        let name = format!("{}/app:1", destination.host());
        self.cli.run(["tag", &format!("{}:1", self.repository), &name]).succeed().await?;
        let (start, before) = (Instant::now(), self.engine_cpu_s()?);
        self.cli.run(["push", &name]).succeed().await?;
        let (wall_s, engine_cpu_s) = (start.elapsed().as_secs_f64(), self.engine_cpu_s()? - before);
        self.cli.run(["rmi", &name]).succeed().await?;
        // The processor time of `dockerd` and its descendants.
        Ok(Cost { wall_s, own_cpu_s: 0.0, engine_cpu_s })
    }

    /// Creates a plan, sets the sender in it, and runs it in a separate process.
    async fn by_us(&self, destination: &TestRegistry, method: &str) -> Result<Cost> {
        let ecr = Ecr::practice().await?;
        let proxy = FaultProxy::start(&ecr.api_url(), []).await?;
        let app = HeadlessApp::new(ecr.home()?, Some(&self.engine.address()))?;
        // The ECR API is that of practice mode; the registry is a real one that practice mode does not know.
        let connection = AwsConnection::Profile {
            profile: PROFILE.to_owned(),
            region: None,
            ecr_endpoint: Some(proxy.url()),
            registry_endpoint: Some(destination.url()),
        };
        let images = [(self.repository.as_str(), "1", "app")];
        let plan = app.plan(request(&connection, &ImageSource::DockerEngine, &images)).await?;
        let file = app.home().join("plan.json");
        app.api.migration_plan_export(plan.plan, file.clone()).await.map_err(api_error)?;
        let mut text: Value = serde_json::from_slice(&fs::read(&file)?)?;
        let set = set_method(&mut text, method);
        ensure!(set > 0, "the plan file does not contain the sender");
        fs::write(&file, serde_json::to_vec(&text)?)?;
        let shown = json!({ "imageDetails": [{
            "repositoryName": "app", "registryId": "111122223333",
            "imageDigest": self.digest, "imageTags": ["1"],
        }] });
        let shown = Fault::respond(200, "application/x-amz-json-1.1", shown.to_string());
        proxy.add(Rule::ecr("DescribeImages", shown)?);
        let home = ecr.home()?;
        let mut command = Command::new(self.program);
        command
            .args(["run", "--allow-endpoints"])
            .arg(&file)
            .envs(home.environment())
            .env("DOCKER_HOST", self.engine.address())
            .env("TRANSLOAD_DATA_DIR", app.home().join("data"));
        let before = self.engine_cpu_s()?;
        let target = TestRepository::new(&destination.url(), "app")?;
        let (wall_s, own_cpu_s) = run(&mut command, &target).await?;
        Ok(Cost { wall_s, own_cpu_s, engine_cpu_s: self.engine_cpu_s()? - before })
    }

    /// The processor time of `dockerd` and its descendants.
    fn engine_cpu_s(&self) -> Result<f64> {
        let mut parents = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            // A process may end at any moment.
            let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else { continue };
            let fields = fields(&stat)?;
            parents.push((id, fields[1].parse::<u32>()?, cpu_ticks(&fields)?));
        }
        let (mut counted, mut next) = (0.0, vec![self.engine.id()]);
        while let Some(parent) = next.pop() {
            let own = parents.iter().find(|(id, ..)| *id == parent);
            counted += own.map_or(0.0, |(.., ticks)| *ticks);
            next.extend(parents.iter().filter(|(_, of, _)| *of == parent).map(|(id, ..)| *id));
        }
        Ok(counted / TICKS_PER_SECOND)
    }
}

/// Sets every `method` of an engine push in a plan file.
fn set_method(value: &mut Value, method: &str) -> usize {
    match value {
        Value::Object(fields) => {
            let mut set = 0;
            for (key, value) in fields {
                if key == "method" {
                    *value = json!(method);
                    set += 1;
                } else {
                    set += set_method(value, method);
                }
            }
            set
        }
        Value::Array(values) => values.iter_mut().map(|value| set_method(value, method)).sum(),
        _ => 0,
    }
}

/// Runs our program until it exits. Returns wall time and processor time in seconds.
async fn run(command: &mut Command, destination: &TestRepository) -> Result<(f64, f64)> {
    let output = tempfile::NamedTempFile::new()?;
    command.stdin(Stdio::null()).stdout(output.reopen()?).stderr(output.reopen()?);
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
    // A process that has exited remains until it is waited for, with its processor time.
    let cpu_s = loop {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
        let fields = fields(&stat)?;
        if fields[0] == "Z" {
            break cpu_ticks(&fields)? / TICKS_PER_SECOND;
        }
        tokio::time::sleep(SAMPLE_INTERVAL).await;
    };
    let wall_s = start.elapsed().as_secs_f64();
    // Docker 26 predicts no digest, and a report without a proof has another exit status. The caller checks
    // whether the image was pushed.
    let status = child.wait()?;
    let pushed = destination.tag_digest("1").await?;
    let output = fs::read_to_string(output.path())?;
    ensure!(pushed.is_some(), "nothing was pushed, {status}: {output}");
    Ok((wall_s, cpu_s))
}

/// The fields of `/proc/PID/stat` after the program name, which can contain any character.
fn fields(stat: &str) -> Result<Vec<&str>> {
    Ok(stat.rsplit_once(") ").context("stat")?.1.split_whitespace().collect())
}

fn cpu_ticks(fields: &[&str]) -> Result<f64> {
    Ok(fields[11].parse::<f64>()? + fields[12].parse::<f64>()?)
}
