//! `cargo xtask engines`: the engine stories on every engine that this computer can have, with
//! Debian's newest Docker Engine among them.
//!
//! `cargo xtask test` runs the same stories on the engines that do not change. Debian's newest
//! changes with time, so what it does is looked at by hand.

use anyhow::Result;

use crate::arguments::Arguments;
use crate::check;
use crate::place::Place;
use crate::run;
use crate::setup::{self, Consent, Purpose};

/// The stories on real engines. They take the newest engine in when its folder exists.
const STORIES: &str = "package(transload-tests) and binary(flows) and test(/engine/)";

/// # Errors
/// Whatever a step says, or a story that fails.
pub fn run(place: &Place, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    arguments.finish()?;
    setup::system(Purpose::Tests, consent)?;
    setup::cargo_nextest(place)?;
    setup::test_programs(place)?;
    setup::engine_for_tests(place)?;
    setup::newest_engine(place)?;
    // The workspace is built as a whole, and the window's program holds the built pages.
    setup::window_sources(place)?;
    run::build_window(place)?;
    check::nextest(place, STORIES)?.env("TRANSLOAD_NEWEST_ENGINE", "1").show()
}
