//! What this computer needs, and gets.
//!
//! - [`packages`]: packages of the system
//! - [`needs`]: the list of them, and how each is recognised
//! - [`engines`]: Docker Engines of other Debian releases
//! - [`tools`]: npm, cargo and Python packages, inside the work tree

mod engines;
mod needs;
mod packages;
mod tools;

use anyhow::Result;

use crate::arguments::Arguments;
use crate::place::Place;

pub use engines::{engine_for_tests, newest_engine};
pub use packages::apt;
pub use tools::{cargo_nextest, package_tools, tauri_driver, test_programs, window_sources};

/// What for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To build the program and open it.
    Build,
    /// To run every check as well.
    Tests,
}

/// Whether a person is asked before something is installed on the system.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// `--yes`, or `CI=true`: nobody to ask.
    Given,
    /// Ask on the terminal.
    Ask,
}

impl Consent {
    /// Takes `--yes` out of the line, and looks at `CI`.
    pub fn read(arguments: &mut Arguments) -> Self {
        let yes = arguments.flag("--yes");
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        if yes || ci { Self::Given } else { Self::Ask }
    }
}

/// `cargo xtask setup`
///
/// # Errors
/// What cannot be installed.
pub fn run(place: &Place, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let purpose = if arguments.flag("--tests") { Purpose::Tests } else { Purpose::Build };
    arguments.finish()?;
    system(purpose, consent)?;
    window_sources(place)?;
    if purpose == Purpose::Tests {
        cargo_nextest(place)?;
        tauri_driver(place)?;
        test_programs(place)?;
        engine_for_tests(place)?;
    }
    println!("Everything is there.");
    Ok(())
}

/// Makes sure that the system has what it needs.
///
/// # Errors
/// What is missing and was not installed.
pub fn system(purpose: Purpose, consent: Consent) -> Result<()> {
    tools::node()?;
    packages::install(&needs::missing(purpose), consent)
}
