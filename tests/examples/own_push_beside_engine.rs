//! Measures our own push of an image of the Docker Engine (read from its archive, sent by us) beside
//! the engine's push of the same image: wall time, and processor time of our program, `dockerd` and
//! `containerd` together. The registries are Debian's `docker-registry` on this computer, empty for
//! every push, with their content in memory; their processor time is not counted.
//!
//! It needs root, as every `dockerd` does, and the engines that `cargo xtask test` sets up. Run it as
//! `cargo xtask bench --engines [--times N]`. Debian's newest engine is measured too if
//! `cargo xtask engines` has installed it.
//!
//! The three take turns: `docker push` of the Docker CLI, the engine's push that our command line
//! asks for, and our own push. The last two run the same plan file; only who sends differs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use transload_contract::{AwsConnection, ImageSource};
use transload_tests::computer::{Computer, api_error, request};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::{DockerCli, EngineKind, EngineLab, RegistryLab};
use transload_tests::tools::engine_root;

const ROUNDS: usize = 5;
const LAYER_BYTES: usize = 50_000_000;
const LAYERS: usize = 4;
/// The kernel's clock ticks a second in `/proc`. Source: proc(5), `_SC_CLK_TCK`, 100 on Linux.
const TICKS_A_SECOND: f64 = 100.0;
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Who sends.
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
    ensure!(rounds > 0, "nothing is measured in no rounds");
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
    let (engine, source) = (kind.start().await?, RegistryLab::start_in_memory().await?);
    let image = Recipe::small(9).layers([LAYER_BYTES; LAYERS]).build()?;
    Target::new(&source.url(), "measure/app")?.push(&image, "1").await?;
    let scene = Scene {
        cli: engine.cli()?,
        engine,
        program,
        repository: format!("{}/measure/app", source.host()),
        digest: image.manifest.digest,
    };
    scene.cli.run(["pull", &format!("{}:1", scene.repository)]).succeed().await?;
    // The first push of an engine is slower than those that follow.
    for (sender, _) in SENDERS {
        scene.push(sender).await?;
    }
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); SENDERS.len()];
    for round in 0..rounds {
        for turn in 0..SENDERS.len() {
            let number = (round + turn) % SENDERS.len();
            costs[number].push(scene.push(SENDERS[number].0).await?);
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

struct Scene<'a> {
    engine: EngineLab,
    cli: DockerCli,
    program: &'a Path,
    repository: String,
    digest: String,
}

impl Scene<'_> {
    async fn push(&self, sender: Sender) -> Result<Cost> {
        let destination = RegistryLab::start_in_memory().await?;
        let cost = match sender {
            Sender::DockerCli => self.by_cli(&destination).await?,
            Sender::Engine => self.by_us(&destination, "push").await?,
            Sender::Transload => self.by_us(&destination, "own_push").await?,
        };
        let there = Target::new(&destination.url(), "app")?.tag_digest("1").await?;
        ensure!(there.as_ref() == Some(&self.digest), "{there:?} arrived");
        Ok(cost)
    }

    async fn by_cli(&self, destination: &RegistryLab) -> Result<Cost> {
        let name = format!("{}/app:1", destination.host());
        self.cli.run(["tag", &format!("{}:1", self.repository), &name]).succeed().await?;
        let (start, before) = (Instant::now(), self.engine_cpu_s()?);
        self.cli.run(["push", &name]).succeed().await?;
        let (wall_s, engine_cpu_s) = (start.elapsed().as_secs_f64(), self.engine_cpu_s()? - before);
        self.cli.run(["rmi", &name]).succeed().await?;
        // The command line's own time is some hundredths of a second.
        Ok(Cost { wall_s, own_cpu_s: 0.0, engine_cpu_s })
    }

    /// Plans, has the plan say who sends, and runs it in a process of its own.
    async fn by_us(&self, destination: &RegistryLab, way: &str) -> Result<Cost> {
        let ecr = Ecr::practice().await?;
        let proxy = FaultProxy::start(&ecr.api_url(), []).await?;
        let computer = Computer::new(ecr.home()?, Some(&self.engine.address()))?;
        // ECR's API is practice's, the registry is a real one that practice knows nothing of.
        let connection = AwsConnection::Profile {
            profile: PROFILE.to_owned(),
            region: None,
            ecr_endpoint: Some(proxy.url()),
            registry_endpoint: Some(destination.url()),
        };
        let images = [(self.repository.as_str(), "1", "app")];
        let plan = computer.plan(request(&connection, &ImageSource::DockerEngine, &images)).await?;
        let file = computer.home().join("plan.json");
        computer.api.migration_plan_export(plan.plan, file.clone()).await.map_err(api_error)?;
        let mut text: Value = serde_json::from_slice(&fs::read(&file)?)?;
        let ways = set_way(&mut text, way);
        ensure!(ways > 0, "the plan file does not say who sends");
        fs::write(&file, serde_json::to_vec(&text)?)?;
        let shown = json!({ "imageDetails": [{
            "repositoryName": "app", "registryId": "111122223333",
            "imageDigest": self.digest, "imageTags": ["1"],
        }] });
        let shown = Fault::answer(200, "application/x-amz-json-1.1", shown.to_string());
        proxy.add(Rule::ecr("DescribeImages", shown)?);
        let home = ecr.home()?;
        let mut command = Command::new(self.program);
        command
            .args(["run", "--allow-endpoints"])
            .arg(&file)
            .envs(home.environment())
            .env("DOCKER_HOST", self.engine.address())
            .env("TRANSLOAD_DATA_DIR", computer.home().join("data"));
        let before = self.engine_cpu_s()?;
        let target = Target::new(&destination.url(), "app")?;
        let (wall_s, own_cpu_s) = run(&mut command, &target).await?;
        Ok(Cost { wall_s, own_cpu_s, engine_cpu_s: self.engine_cpu_s()? - before })
    }

    /// The processor time of `dockerd` and everything that it started.
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
        Ok(counted / TICKS_A_SECOND)
    }
}

/// Sets every `way` in a plan file.
fn set_way(value: &mut Value, way: &str) -> usize {
    match value {
        Value::Object(fields) => {
            let mut set = 0;
            for (key, value) in fields {
                if key == "way" {
                    *value = json!(way);
                    set += 1;
                } else {
                    set += set_way(value, way);
                }
            }
            set
        }
        Value::Array(values) => values.iter_mut().map(|value| set_way(value, way)).sum(),
        _ => 0,
    }
}

/// Runs our program to its end; wall time and processor time in seconds.
async fn run(command: &mut Command, destination: &Target) -> Result<(f64, f64)> {
    let said = tempfile::NamedTempFile::new()?;
    command.stdin(Stdio::null()).stdout(said.reopen()?).stderr(said.reopen()?);
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
    // A process that has ended stays until it is waited for, with its processor time.
    let cpu_s = loop {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
        let fields = fields(&stat)?;
        if fields[0] == "Z" {
            break cpu_ticks(&fields)? / TICKS_A_SECOND;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    let wall_s = start.elapsed().as_secs_f64();
    // Docker 26 promises no digest, and a report that does not prove one ends with another status:
    // whether the image arrived is looked at by the caller.
    let status = child.wait()?;
    let arrived = destination.tag_digest("1").await?;
    let said = fs::read_to_string(said.path())?;
    ensure!(arrived.is_some(), "nothing arrived, {status}: {said}");
    Ok((wall_s, cpu_s))
}

/// The fields of `/proc/PID/stat` after the program's name, which may hold anything.
fn fields(stat: &str) -> Result<Vec<&str>> {
    Ok(stat.rsplit_once(") ").context("stat")?.1.split_whitespace().collect())
}

fn cpu_ticks(fields: &[&str]) -> Result<f64> {
    Ok(fields[11].parse::<f64>()? + fields[12].parse::<f64>()?)
}
