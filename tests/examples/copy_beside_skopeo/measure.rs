//! What a program costs: time, processor, memory, and the requests that registries saw.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use transload_tests::labs::RegistryLab;

/// How often a running program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// The kernel's clock ticks a second in `/proc`. Source: proc(5), `_SC_CLK_TCK`, 100 on Linux.
const TICKS_A_SECOND: f64 = 100.0;
/// A request to the protocol, in the registry's access log.
const REQUESTS: &str = "(?:GET|HEAD|POST|PUT|PATCH|DELETE) /v2/[^ \"]";

/// What one run cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub wall_s: f64,
    pub cpu_s: f64,
    pub peak_mb: f64,
    pub source_requests: usize,
    pub destination_requests: usize,
    /// What both registries took of the processor meanwhile.
    pub registries_cpu_s: f64,
}

/// Runs a program to its end.
pub async fn run(
    command: &mut Command,
    source: &RegistryLab,
    destination: &RegistryLab,
) -> Result<Cost> {
    let before = (source.requests(REQUESTS)?, destination.requests(REQUESTS)?);
    let registries_before = cpu_s(source)? + cpu_s(destination)?;
    let said = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
    let folder = format!("/proc/{}", child.id());
    let mut peak_kb = 0.0_f64;
    // A program that has ended is there until it is waited for, with its processor time but without
    // its memory.
    let cpu_ticks = loop {
        let stat = fs::read_to_string(format!("{folder}/stat"))?;
        let fields = fields(&stat)?;
        if fields[0] == "Z" {
            break cpu_ticks(&fields)?;
        }
        peak_kb = peak_kb.max(peak(&fs::read_to_string(format!("{folder}/status"))?));
        tokio::time::sleep(LOOK_EVERY).await;
    };
    let wall_s = start.elapsed().as_secs_f64();
    let status = child.wait()?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(Cost {
        wall_s,
        cpu_s: cpu_ticks / TICKS_A_SECOND,
        peak_mb: peak_kb / 1024.0,
        source_requests: source.requests(REQUESTS)? - before.0,
        destination_requests: destination.requests(REQUESTS)? - before.1,
        registries_cpu_s: cpu_s(source)? + cpu_s(destination)? - registries_before,
    })
}

/// The processor time that a registry has taken so far.
fn cpu_s(registry: &RegistryLab) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", registry.id()))?;
    Ok(cpu_ticks(&fields(&stat)?)? / TICKS_A_SECOND)
}

/// The fields of `/proc/PID/stat` after the program's name, which may hold anything.
fn fields(stat: &str) -> Result<Vec<&str>> {
    Ok(stat.rsplit_once(") ").context("stat")?.1.split_whitespace().collect())
}

fn cpu_ticks(fields: &[&str]) -> Result<f64> {
    Ok(fields[11].parse::<f64>()? + fields[12].parse::<f64>()?)
}

/// `VmHWM:     1234 kB`
fn peak(status: &str) -> f64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
