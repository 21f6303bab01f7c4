//! `cargo xtask screenshots`: makes the pictures again that the README shows.
//!
//! A story of the tests walks through practice mode and leaves its pictures in the folder that
//! `TRANSLOAD_SCREENSHOTS` names.

use anyhow::Result;

use crate::arguments::Arguments;
use crate::check;
use crate::place::Place;
use crate::run;
use crate::setup::{self, Consent, Purpose};

/// The stories that make pictures.
const PICTURES: &str = "package(transload-tests) and binary(window) and test(/screenshot/)";

/// # Errors
/// Whatever a step says.
pub fn run(place: &Place, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    arguments.finish()?;
    setup::system(Purpose::Tests, consent)?;
    setup::cargo_nextest(place)?;
    setup::tauri_driver(place)?;
    setup::test_programs(place)?;
    run::build_window(place)?;
    check::build_program(place)?;
    let folder = place.root.join("icons/screenshots");
    std::fs::create_dir_all(&folder)?;
    check::nextest_in_display(place, PICTURES)?.env("TRANSLOAD_SCREENSHOTS", &folder).show()?;
    println!("The pictures are in {}. Look at them before they are committed.", folder.display());
    Ok(())
}
