//! `cargo xtask bench`: our command line beside `skopeo`, on works that it makes itself.

use anyhow::Result;

use crate::arguments::Arguments;
use crate::place::Place;
use crate::process::Run;
use crate::setup::{self, Consent, Purpose};

/// # Errors
/// Whatever a step says; never because something was slow.
pub fn run(place: &Place, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let works = arguments.values("--work");
    let times = arguments.values("--times");
    let no_delay = arguments.flag("--no-delay");
    let ten_times = arguments.flag("--ten-times");
    arguments.finish()?;
    setup::system(Purpose::Tests, consent)?;
    Run::cargo(&["build", "--release", "--package", "transload-cli"], &place.root).show()?;
    let program = place.target.join("release/transload-cli");
    let program = program.display().to_string();
    let mut words =
        vec!["run", "--release", "--package", "transload-tests", "--example", "copy_beside_skopeo"];
    words.extend(["--", &program]);
    let works = works.join(",");
    if !works.is_empty() {
        words.extend(["--work", &works]);
    }
    if let Some(times) = times.first() {
        words.extend(["--times", times]);
    }
    if no_delay {
        words.push("--no-delay");
    }
    if ten_times {
        words.push("--ten-times");
    }
    Run::cargo(&words, &place.root).show()
}
