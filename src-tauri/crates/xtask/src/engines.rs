//! `cargo xtask engines`: runs the engine stories on every Docker Engine that this computer can have,
//! including Debian's newest one, and prints what each engine does with each kind of image.
//!
//! `cargo xtask test` runs the same stories on fixed versions. Debian's newest engine changes with time,
//! so its results are reviewed by hand.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::nextest::{build_program, nextest, nextest_in_display};
use crate::setup::consent::Consent;
use crate::setup::purpose::Purpose;
use crate::setup::{self, engines, programs};
use crate::ui_build;
use crate::workspace::Workspace;

/// The stories on real engines. They include the newest engine if its folder exists.
const STORIES: &str = "package(transload-tests) and binary(flows) and test(/engine/)";

/// The stories in a window that need an engine.
const WINDOW_STORIES: &str = "package(transload-tests) and binary(window) and test(/engine_/)";

/// The columns of a row that a story writes.
const COLUMNS: [&str; 7] =
    ["store", "version", "image", "predicted", "sent by", "arrived", "proof"];

pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    arguments.finish()?;
    setup::system(Purpose::Tests, consent)?;
    programs::cargo_nextest(workspace)?;
    programs::test_programs(workspace)?;
    engines::engine_for_tests(workspace)?;
    engines::newest_engine(workspace)?;
    // nextest builds the whole workspace, and the window's program embeds the pages.
    ui_build::build(workspace)?;
    let rows = workspace.target.join("engine-table.txt");
    if rows.exists() {
        fs::remove_file(&rows)?;
    }
    let outcome = nextest(workspace, STORIES)?
        .env("TRANSLOAD_NEWEST_ENGINE", "1")
        .env("TRANSLOAD_ENGINE_TABLE", &rows)
        .run();
    // A story that fails has written rows too, and they show why.
    print_table(&rows)?;
    outcome?;
    build_program(workspace)?;
    nextest_in_display(workspace, WINDOW_STORIES)?.env("TRANSLOAD_NEWEST_ENGINE", "1").run()
}

/// Prints the rows of all stories as a Markdown table, sorted by engine.
fn print_table(path: &Path) -> Result<()> {
    let text = fs::read_to_string(path).context("no story wrote what an engine does")?;
    let mut rows: Vec<Vec<&str>> =
        text.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
    // The sort is stable: the kinds of images keep their order.
    rows.sort_by(|one, other| one.iter().take(2).cmp(other.iter().take(2)));
    println!("\n| {} |", COLUMNS.join(" | "));
    println!("|{}", " --- |".repeat(COLUMNS.len()));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
    println!();
    Ok(())
}
