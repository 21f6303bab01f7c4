//! `cargo xtask engines`: runs the engine stories on every Docker Engine that this computer can have,
//! including Debian's newest one.
//!
//! `cargo xtask test` runs the same stories on fixed versions. Debian's newest engine changes with time,
//! so its results are reviewed by hand.

use anyhow::Result;

use crate::arguments::Arguments;
use crate::nextest::nextest;
use crate::setup::consent::Consent;
use crate::setup::purpose::Purpose;
use crate::setup::{self, engines, programs};
use crate::ui_build;
use crate::workspace::Workspace;

/// The stories on real engines. They include the newest engine if its folder exists.
const STORIES: &str = "package(transload-tests) and binary(flows) and test(/engine/)";

/// # Errors
/// If a step or a story fails.
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
    nextest(workspace, STORIES)?.env("TRANSLOAD_NEWEST_ENGINE", "1").run()
}
