//! The figures side by side, and the bars that they are held against.

use std::io::Write;

use anyhow::Result;

use crate::corpus::Work;
use crate::measure::Cost;

/// The most that ours may be, where there is a bar: ratios to the other program, and counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bars {
    pub wall: Option<f64>,
    pub cpu: Option<f64>,
    pub peak_mb: Option<f64>,
    pub source_requests: Option<usize>,
    pub destination_requests: Option<usize>,
}

impl Bars {
    pub fn cold(work: Work) -> Self {
        match work {
            Work::Many => Self {
                wall: Some(0.40),
                cpu: Some(0.35),
                source_requests: Some(810),
                destination_requests: Some(1_600),
                ..Self::default()
            },
            Work::Multiarch => Self {
                source_requests: Some(41),
                destination_requests: Some(80),
                ..Self::default()
            },
            Work::Big => Self {
                wall: Some(0.90),
                cpu: Some(0.50),
                peak_mb: Some(24.0),
                destination_requests: Some(17),
                ..Self::default()
            },
        }
    }

    pub fn warm(work: Work) -> Self {
        match work {
            Work::Many => Self {
                wall: Some(0.25),
                source_requests: Some(200),
                destination_requests: Some(200),
                ..Self::default()
            },
            Work::Multiarch | Work::Big => Self::default(),
        }
    }
}

/// One work in one state.
pub struct Row {
    name: String,
    ours: Cost,
    theirs: Cost,
    bars: Bars,
}

impl Row {
    /// `ours` are several runs, of which the median counts.
    pub fn new(work: &str, state: &str, mut ours: Vec<Cost>, theirs: Cost, bars: Bars) -> Self {
        ours.sort_by(|one, other| one.wall_s.total_cmp(&other.wall_s));
        let middle = ours.get(ours.len() / 2).copied().unwrap_or_default();
        // Requests and memory are the worst that was seen.
        let ours = ours.iter().fold(middle, |worst, run| Cost {
            peak_mb: worst.peak_mb.max(run.peak_mb),
            source_requests: worst.source_requests.max(run.source_requests),
            destination_requests: worst.destination_requests.max(run.destination_requests),
            ..worst
        });
        Self { name: format!("{work}, {state}"), ours, theirs, bars }
    }

    fn cells(&self) -> Vec<String> {
        let (ours, theirs, bars) = (&self.ours, &self.theirs, &self.bars);
        vec![
            self.name.clone(),
            ratio(ours.wall_s, theirs.wall_s, bars.wall),
            ratio(ours.cpu_s, theirs.cpu_s, bars.cpu),
            held(ours.peak_mb, theirs.peak_mb, bars.peak_mb),
            count(ours.source_requests, theirs.source_requests, bars.source_requests),
            count(
                ours.destination_requests,
                theirs.destination_requests,
                bars.destination_requests,
            ),
        ]
    }
}

fn ratio(ours: f64, theirs: f64, bar: Option<f64>) -> String {
    let ratio = ours / theirs;
    let verdict = bar.map(|bar| judged(ratio <= bar, format!("{bar:.2}"))).unwrap_or_default();
    format!("{ours:.2} / {theirs:.2} = {ratio:.2}{verdict}")
}

fn held(ours: f64, theirs: f64, bar: Option<f64>) -> String {
    let verdict = bar.map(|bar| judged(ours <= bar, format!("{bar:.0}"))).unwrap_or_default();
    format!("{ours:.1} / {theirs:.1}{verdict}")
}

fn count(ours: usize, theirs: usize, bar: Option<usize>) -> String {
    let verdict = bar.map(|bar| judged(ours <= bar, bar.to_string())).unwrap_or_default();
    format!("{ours} / {theirs}{verdict}")
}

fn judged(is_met: bool, bar: String) -> String {
    format!(" (bar {bar}{})", if is_met { "" } else { ", MISSED" })
}

/// Prints the table, in Markdown.
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

/// Prints how the cost of ten times the work stands to that of the work.
pub fn print_growth(one: Cost, ten: Cost) -> Result<()> {
    let requests = |cost: Cost| (cost.source_requests + cost.destination_requests) as f64;
    let mut out = std::io::stdout().lock();
    writeln!(out, "| ten times *many* | 40 repositories | 400 repositories | growth | bar |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for (name, one, ten, bar) in [
        ("wall s", one.wall_s, ten.wall_s, 10.5),
        ("requests", requests(one), requests(ten), 10.5),
        ("peak MB", one.peak_mb, ten.peak_mb, 1.5),
        ("CPU s", one.cpu_s, ten.cpu_s, f64::NAN),
        // Theirs, for judging how much of the growth is the registries' own.
        ("CPU s of both registries", one.registries_cpu_s, ten.registries_cpu_s, f64::NAN),
    ] {
        let bar = if bar.is_nan() { "–".to_owned() } else { bar.to_string() };
        writeln!(out, "| {name} | {one:.2} | {ten:.2} | {:.2} | {bar} |", ten / one)?;
    }
    Ok(())
}
