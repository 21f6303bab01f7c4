//! Set-up and checks of the repository. `cargo xtask help` lists the commands.
//!
//! - [`arguments`], [`workspace`], [`process`]: command line, folders, and how programs are run
//! - [`setup`]: installs what building and the checks require
//! - [`nextest`], [`ui_build`]: the test runner and the build of the pages, shared by several commands
//! - [`mod@bench`], [`engines`], [`run`], [`check`], [`generate`], [`package`], [`screenshots`],
//!   [`structure`], [`words`]: one command each
//! - [`shipped_features`]: a part of [`check`] without a command

mod arguments;
mod bench;
mod check;
#[cfg(test)]
mod dependencies;
mod engines;
mod generate;
mod nextest;
mod package;
mod process;
mod run;
mod screenshots;
mod setup;
mod shipped_features;
mod structure;
mod ui_build;
mod words;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

use crate::arguments::Arguments;
use crate::workspace::Workspace;

const HELP: &str = "\
cargo xtask COMMAND

  run [--practice] [--release]   builds and opens Transload; --practice needs no AWS and no Docker
  test [--only PART ...]         runs every check that a change must pass; `test --list` lists the parts
  generate                       regenerates the TypeScript types from Rust
  bench [--work NAME ...]        compares transload-cli with skopeo; works: many, multiarch, big
  bench --engines                compares our own push of engine images with the engine's push
  bench --registry               lists a registry of 300 repositories with 10,000 images each (--repositories N)
  bench --search                 finds images in the lists of as many
  words [--in PATH ...]          checks comments and text for the words in xtask/words/list.txt; without
                                 --in, in the files and folders of xtask/words/clean.txt
  structure                      checks modules: no circle of files, no file that is not compiled
  engines                        runs the engine stories on Debian's newest Docker Engine as well, and
                                 prints what each engine does with each kind of image
  screenshots                    updates the pictures in the README
  package [--check]              builds the .deb and the .rpm; --check also installs, starts and removes
                                 the .deb
  setup [--tests]                installs what building requires; --tests adds what the checks require
  help                           prints this text

  --yes   installs missing system packages without asking (all commands that install)";

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    let mut arguments = Arguments::read(std::env::args().skip(1));
    let workspace = Workspace::find()?;
    match arguments.command() {
        Some("run") => run::run(&workspace, &mut arguments),
        Some("test") => check::run(&workspace, &mut arguments),
        Some("generate") => generate::run(&workspace, &mut arguments),
        Some("bench") => bench::run(&workspace, &mut arguments),
        Some("words") => words::run(&workspace, &mut arguments),
        Some("structure") => structure::run(&workspace, &mut arguments),
        Some("engines") => engines::run(&workspace, &mut arguments),
        Some("screenshots") => screenshots::run(&workspace, &mut arguments),
        Some("package") => package::run(&workspace, &mut arguments),
        Some("setup") => setup::run(&workspace, &mut arguments),
        None | Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => anyhow::bail!("unknown command {other}\n\n{HELP}"),
    }
}
