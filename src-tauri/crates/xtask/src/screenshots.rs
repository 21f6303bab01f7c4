//! `cargo xtask screenshots`: makes the pictures again that the README shows.
//!
//! Stories of the tests walk through practice mode and leave a picture of every screen, light, dark
//! and small, under `target/screenshots`, to be looked at. The few that the README shows are copied
//! to where it shows them from.

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::check;
use crate::place::Place;
use crate::run;
use crate::setup::{self, Consent, Purpose};

/// The stories that make pictures.
const PICTURES: &str = "package(transload-tests) and binary(window) and test(/screenshot/)";

/// Where the README's pictures are kept.
const SHOWN: &str = "icons/screenshots";

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
    let made = place.root.join("target/screenshots");
    std::fs::create_dir_all(&made)?;
    check::nextest_in_display(place, PICTURES)?.env("TRANSLOAD_SCREENSHOTS", &made).show()?;
    let readme = std::fs::read_to_string(place.root.join("README.md"))?;
    let shown = place.root.join(SHOWN);
    std::fs::create_dir_all(&shown)?;
    for name in shown_in(&readme) {
        std::fs::copy(made.join(name), shown.join(name))
            .with_context(|| format!("the README shows {name}, and no story makes it"))?;
    }
    println!("Every screen is in {}. Look at them before a change is committed.", made.display());
    Ok(())
}

/// The file names of the pictures that `readme` shows.
fn shown_in(readme: &str) -> Vec<&str> {
    let folder = format!("{SHOWN}/");
    readme
        .split(folder.as_str())
        .skip(1)
        .filter_map(|rest| rest.split([')', '"', ' ']).next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::shown_in;

    #[test]
    fn pictures_are_found_in_markdown_and_in_html() {
        let readme = "![One](icons/screenshots/one.png)\n<img src=\"icons/screenshots/two.png\">";
        assert_eq!(shown_in(readme), ["one.png", "two.png"]);
    }
}
