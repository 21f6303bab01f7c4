//! `cargo xtask run`: builds Transload and opens it.

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::process::Process;
use crate::setup::consent::Consent;
use crate::setup::purpose::Purpose;
use crate::workspace::{Workspace, has_display};
use crate::{setup, ui_build};

pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let practice = arguments.flag("--practice");
    let release = arguments.flag("--release");
    arguments.finish()?;
    if !has_display() {
        let command = if practice { "cargo xtask run --practice" } else { "cargo xtask run" };
        bail!(
            "Transload needs a display to open its window, but neither DISPLAY nor \
             WAYLAND_DISPLAY is set.\n\n  \
             On a desktop, run this in a terminal of that desktop.\n  \
             Over SSH, connect with `ssh -X`.\n  \
             Without a screen, use `xvfb-run {command}` (package xvfb)."
        );
    }
    setup::system(Purpose::Build, consent)?;
    ui_build::build(workspace)?;
    let mut cargo = vec!["build", "--package", "transload"];
    if release {
        cargo.push("--release");
    }
    Process::cargo(&cargo, &workspace.root).run()?;
    let options: &[&str] = if practice { &["--practice"] } else { &[] };
    Process::new(workspace.program(release), options, &workspace.root).run()
}
