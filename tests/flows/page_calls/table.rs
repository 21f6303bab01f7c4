//! The table of calls in `src-tauri/crates/README.md`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use transload_tests::tools::workspace_root;

const HEADING: &str = "## Calls of the repository pages";

/// Calls by operation.
pub(super) type Calls = BTreeMap<String, u64>;

/// How many of each thing a page showed, by its name in the table. Of several lists, the number in each.
pub(super) type Things = Vec<(&'static str, Vec<u64>)>;

/// A line of the table.
pub(super) struct Page {
    pub name: String,
    pub calls: String,
}

pub(super) fn pages() -> Result<Vec<Page>> {
    let text = std::fs::read_to_string(workspace_root().join("src-tauri/crates/README.md"))?;
    let (_, section) = text.split_once(HEADING).context("the section")?;
    let section = section.split("\n## ").next().unwrap_or(section);
    let lines = section.lines().filter_map(|line| {
        let (name, calls) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
        Some(Page { name: name.to_owned(), calls: calls.to_owned() })
    });
    Ok(lines.filter(|page| !["page", "---"].contains(&page.name.as_str())).collect())
}

/// Computes the calls that a cell of the table promises for these things.
pub(super) fn promised(cell: &str, things: &Things) -> Result<Calls> {
    let mut calls = Calls::new();
    if cell == "none" {
        return Ok(calls);
    }
    for part in cell.split(", ") {
        let (call, per) = match part.split_once(" per ") {
            Some((call, per)) => (call, Some(per)),
            None => (part, None),
        };
        let (operation, count) = call.rsplit_once(' ').context("an operation and a number")?;
        let count: u64 = count.parse()?;
        let times = match per {
            None => 1,
            Some(per) => {
                let (size, thing) = match per.split_once(' ') {
                    Some((number, thing))
                        if number.starts_with(|first: char| first.is_numeric()) =>
                    {
                        (number.replace(',', "").parse::<u64>()?, thing)
                    }
                    _ => (1, per),
                };
                let shown = things.iter().find(|(name, _)| *name == thing);
                let (_, numbers) = shown.with_context(|| format!("how many {thing}?"))?;
                // An empty list is a call too.
                numbers.iter().map(|number| number.div_ceil(size).max(1)).sum()
            }
        };
        *calls.entry(operation.to_owned()).or_default() += count * times;
    }
    Ok(calls)
}
