//! `cargo xtask screenshots`: updates the pictures in the README.
//!
//! Window stories walk through practice mode and save a picture of every screen (light and dark, at several sizes)
//! under `target/screenshots`. The ones that the README shows are copied to `icons/screenshots`.

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::nextest::{build_program, nextest_in_display};
use crate::setup::consent::Consent;
use crate::setup::purpose::Purpose;
use crate::setup::{self, programs};
use crate::ui_build;
use crate::workspace::Workspace;

/// The stories that save pictures.
const STORIES: &str = "package(transload-tests) and binary(window) and test(/^screenshots::/)";

/// Where the README's pictures are committed.
const COMMITTED: &str = "icons/screenshots";

pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    arguments.finish()?;
    setup::system(Purpose::Tests, consent)?;
    programs::cargo_nextest(workspace)?;
    programs::tauri_driver(workspace)?;
    programs::test_programs(workspace)?;
    ui_build::build(workspace)?;
    build_program(workspace)?;
    let saved = workspace.root.join("target/screenshots");
    std::fs::create_dir_all(&saved)?;
    nextest_in_display(workspace, STORIES)?.env("TRANSLOAD_SCREENSHOTS", &saved).run()?;
    let readme = std::fs::read_to_string(workspace.root.join("README.md"))?;
    let committed = workspace.root.join(COMMITTED);
    std::fs::create_dir_all(&committed)?;
    for name in pictures_in(&readme) {
        std::fs::copy(saved.join(name), committed.join(name))
            .with_context(|| format!("the README shows {name}, but no story saves it"))?;
    }
    println!("All screens are in {}. Look at them before you commit.", saved.display());
    Ok(())
}

/// Returns the file names of the pictures that a README shows.
fn pictures_in(readme: &str) -> Vec<&str> {
    let folder = format!("{COMMITTED}/");
    readme
        .split(folder.as_str())
        .skip(1)
        .filter_map(|rest| rest.split([')', '"', ' ']).next())
        .collect()
}

#[cfg(test)]
mod tests;
