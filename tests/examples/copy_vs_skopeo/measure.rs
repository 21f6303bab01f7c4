//! Measures the cost of a program: time, processor, memory, and requests to the registries.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use transload_tests::servers::TestRegistry;

/// The interval at which a running program is sampled.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(5);
/// The clock ticks per second in `/proc`. Source: proc(5), `_SC_CLK_TCK`, 100 on Linux.
const TICKS_PER_SECOND: f64 = 100.0;
/// A request of the protocol, in the access log of the registry.
const REQUESTS: &str = "(?:GET|HEAD|POST|PUT|PATCH|DELETE) /v2/[^ \"]";

/// The cost of one run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub wall_s: f64,
    pub cpu_s: f64,
    pub peak_mb: f64,
    pub source_requests: usize,
    pub destination_requests: usize,
    /// The processor time of both registries during the run.
    pub registries_cpu_s: f64,
}

/// Runs a program until it exits.
pub async fn run(
    command: &mut Command,
    source: &TestRegistry,
    destination: &TestRegistry,
) -> Result<Cost> {
    let before = (source.requests(REQUESTS)?, destination.requests(REQUESTS)?);
    let registries_before = cpu_s(source)? + cpu_s(destination)?;
    let output = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
    let folder = format!("/proc/{}", child.id());
    let mut peak_kb = 0.0_f64;
    // A process that has exited remains until it is waited for, with its processor time but without its
    // memory.
    let cpu_ticks = loop {
        let stat = fs::read_to_string(format!("{folder}/stat"))?;
        let fields = fields(&stat)?;
        if fields[0] == "Z" {
            break cpu_ticks(&fields)?;
        }
        peak_kb = peak_kb.max(peak(&fs::read_to_string(format!("{folder}/status"))?));
        tokio::time::sleep(SAMPLE_INTERVAL).await;
    };
    let wall_s = start.elapsed().as_secs_f64();
    let status = child.wait()?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(Cost {
        wall_s,
        cpu_s: cpu_ticks / TICKS_PER_SECOND,
        peak_mb: peak_kb / 1024.0,
        source_requests: source.requests(REQUESTS)? - before.0,
        destination_requests: destination.requests(REQUESTS)? - before.1,
        registries_cpu_s: cpu_s(source)? + cpu_s(destination)? - registries_before,
    })
}

/// The processor time of a registry so far.
fn cpu_s(registry: &TestRegistry) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", registry.id()))?;
    Ok(cpu_ticks(&fields(&stat)?)? / TICKS_PER_SECOND)
}

/// The fields of `/proc/PID/stat` after the program name, which can contain any character.
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
