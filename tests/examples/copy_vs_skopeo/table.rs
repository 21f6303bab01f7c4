//! Prints the results side by side, with their limits.

use std::io::Write;

use anyhow::Result;

use crate::corpus::Workload;
use crate::measure::Cost;

/// The limits for Transload, if any: ratios to skopeo, and counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    pub wall: Option<f64>,
    pub cpu: Option<f64>,
    pub peak_mb: Option<f64>,
    pub source_requests: Option<usize>,
    pub destination_requests: Option<usize>,
}

impl Limits {
    pub fn cold(workload: Workload) -> Self {
        match workload {
            Workload::Many => Self {
                wall: Some(0.40),
                cpu: Some(0.35),
                source_requests: Some(810),
                destination_requests: Some(1_600),
                ..Self::default()
            },
            Workload::Multiarch => Self {
                source_requests: Some(41),
                destination_requests: Some(80),
                ..Self::default()
            },
            Workload::Big => Self {
                wall: Some(0.90),
                cpu: Some(0.50),
                peak_mb: Some(24.0),
                destination_requests: Some(17),
                ..Self::default()
            },
        }
    }

    pub fn warm(workload: Workload) -> Self {
        match workload {
            Workload::Many => Self {
                wall: Some(0.25),
                source_requests: Some(200),
                destination_requests: Some(200),
                ..Self::default()
            },
            Workload::Multiarch | Workload::Big => Self::default(),
        }
    }
}

/// One workload, cold or warm.
pub struct Row {
    name: String,
    ours: Cost,
    theirs: Cost,
    limits: Limits,
}

impl Row {
    /// `ours` are several runs, of which the median counts.
    pub fn new(
        workload: &str,
        state: &str,
        mut ours: Vec<Cost>,
        theirs: Cost,
        limits: Limits,
    ) -> Self {
        ours.sort_by(|one, other| one.wall_s.total_cmp(&other.wall_s));
        let middle = ours.get(ours.len() / 2).copied().unwrap_or_default();
        // For requests and memory, the worst run counts.
        let ours = ours.iter().fold(middle, |worst, run| Cost {
            peak_mb: worst.peak_mb.max(run.peak_mb),
            source_requests: worst.source_requests.max(run.source_requests),
            destination_requests: worst.destination_requests.max(run.destination_requests),
            ..worst
        });
        Self { name: format!("{workload}, {state}"), ours, theirs, limits }
    }

    fn cells(&self) -> Vec<String> {
        let (ours, theirs, limits) = (&self.ours, &self.theirs, &self.limits);
        vec![
            self.name.clone(),
            ratio(ours.wall_s, theirs.wall_s, limits.wall),
            ratio(ours.cpu_s, theirs.cpu_s, limits.cpu),
            megabytes(ours.peak_mb, theirs.peak_mb, limits.peak_mb),
            count(ours.source_requests, theirs.source_requests, limits.source_requests),
            count(
                ours.destination_requests,
                theirs.destination_requests,
                limits.destination_requests,
            ),
        ]
    }
}

fn ratio(ours: f64, theirs: f64, limit: Option<f64>) -> String {
    let ratio = ours / theirs;
    let verdict =
        limit.map(|limit| limit_text(ratio <= limit, format!("{limit:.2}"))).unwrap_or_default();
    format!("{ours:.2} / {theirs:.2} = {ratio:.2}{verdict}")
}

fn megabytes(ours: f64, theirs: f64, limit: Option<f64>) -> String {
    let verdict =
        limit.map(|limit| limit_text(ours <= limit, format!("{limit:.0}"))).unwrap_or_default();
    format!("{ours:.1} / {theirs:.1}{verdict}")
}

fn count(ours: usize, theirs: usize, limit: Option<usize>) -> String {
    let verdict =
        limit.map(|limit| limit_text(ours <= limit, limit.to_string())).unwrap_or_default();
    format!("{ours} / {theirs}{verdict}")
}

fn limit_text(is_met: bool, limit: String) -> String {
    format!(" (limit {limit}{})", if is_met { "" } else { ", MISSED" })
}

/// Prints the table in Markdown.
pub fn print(rows: &[Row]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let heads =
        ["ours / skopeo", "wall s", "CPU s", "peak MB", "source requests", "destination requests"];
    writeln!(out, "| {} |", heads.join(" | "))?;
    writeln!(out, "|{}", "---|".repeat(heads.len()))?;
    for row in rows {
        writeln!(out, "| {} |", row.cells().join(" | "))?;
    }
    Ok(())
}

/// Prints the cost of ten times the work in relation to that of the work.
pub fn print_growth(one: Cost, ten: Cost) -> Result<()> {
    let requests = |cost: Cost| (cost.source_requests + cost.destination_requests) as f64;
    let mut out = std::io::stdout().lock();
    writeln!(out, "| ten times *many* | 40 repositories | 400 repositories | growth | limit |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for (name, one, ten, limit) in [
        ("wall s", one.wall_s, ten.wall_s, 10.5),
        ("requests", requests(one), requests(ten), 10.5),
        ("peak MB", one.peak_mb, ten.peak_mb, 1.5),
        ("CPU s", one.cpu_s, ten.cpu_s, f64::NAN),
        // To show how much of the growth is caused by the registries.
        ("CPU s of both registries", one.registries_cpu_s, ten.registries_cpu_s, f64::NAN),
    ] {
        let limit = if limit.is_nan() { "–".to_owned() } else { limit.to_string() };
        writeln!(out, "| {name} | {one:.2} | {ten:.2} | {:.2} | {limit} |", ten / one)?;
    }
    Ok(())
}
