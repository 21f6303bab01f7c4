//! `cargo xtask run`: builds Transload and opens it.

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::place::{Place, has_display};
use crate::process::Run;
use crate::setup::{self, Consent, Purpose};

/// # Errors
/// No display, or whatever a step says.
pub fn run(place: &Place, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let practice = arguments.flag("--practice");
    let release = arguments.flag("--release");
    arguments.finish()?;
    if !has_display() {
        let again = if practice { "cargo xtask run --practice" } else { "cargo xtask run" };
        bail!(
            "Transload is a window, and there is no display to open it on: neither DISPLAY nor \
             WAYLAND_DISPLAY is set.\n\n  \
             On a desktop, use a terminal of that desktop.\n  \
             Over SSH, connect with `ssh -X` and call it again.\n  \
             Without a screen: `xvfb-run {again}` (package xvfb)."
        );
    }
    setup::system(Purpose::Build, consent)?;
    build_window(place)?;
    let mut cargo = vec!["build", "--package", "transload"];
    if release {
        cargo.push("--release");
    }
    Run::cargo(&cargo, &place.root).show()?;
    let options: &[&str] = if practice { &["--practice"] } else { &[] };
    Run::new(place.program(release), options, &place.root).show()
}

/// Builds the window's pages, which the program is compiled with.
///
/// # Errors
/// What npm or Vite says.
pub fn build_window(place: &Place) -> Result<()> {
    setup::window_sources(place)?;
    Run::npm(&["run", "--silent", "build"], &place.ui()).show()
}
