//! Installs what building and the checks require. `cargo xtask setup` runs it alone; the other commands
//! call the parts that they need.
//!
//! - [`system_packages`], [`apt`]: packages of Debian and Ubuntu
//! - [`programs`]: packages from npm, cargo and PyPI, inside the work tree
//! - [`engines`], [`mounts`]: Docker Engines, each in its own folder
//! - [`lock`]: one set-up at a time

pub mod apt;
pub mod consent;
pub mod engines;
mod lock;
mod mounts;
pub mod programs;
pub mod purpose;
mod system_packages;

use anyhow::Result;

use crate::arguments::Arguments;
use crate::setup::consent::Consent;
use crate::setup::purpose::Purpose;
use crate::workspace::Workspace;

pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let purpose = if arguments.flag("--tests") { Purpose::Tests } else { Purpose::Build };
    arguments.finish()?;
    system(purpose, consent)?;
    programs::ui_packages(workspace)?;
    if purpose == Purpose::Tests {
        for_tests(workspace)?;
    }
    println!("Set-up finished.");
    Ok(())
}

/// Checks Node and installs missing system packages.
pub fn system(purpose: Purpose, consent: Consent) -> Result<()> {
    programs::check_node()?;
    apt::install(&system_packages::missing(purpose), consent)
}

pub fn for_tests(workspace: &Workspace) -> Result<()> {
    let _lock = lock::wait(workspace)?;
    programs::cargo_nextest(workspace)?;
    programs::tauri_driver(workspace)?;
    programs::test_programs(workspace)?;
    engines::engine_for_tests(workspace)
}
