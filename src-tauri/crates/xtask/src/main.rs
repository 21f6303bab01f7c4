//! Set-up and checks, in one place: `cargo xtask help` lists them.
//!
//! - [`arguments`], [`place`], [`process`]: how it is called, where things are, how programs run
//! - [`setup`]: what this computer needs, and gets
//! - [`mod@bench`], [`engines`], [`run`], [`check`], [`generate`], [`package`], [`screenshots`], [`words`]: one command each

mod arguments;
mod bench;
mod check;
mod engines;
mod generate;
mod package;
mod place;
mod process;
mod run;
mod screenshots;
mod setup;
mod words;

use std::process::ExitCode;

use anyhow::Result;

use crate::arguments::Arguments;
use crate::place::Place;

const HELP: &str = "\
cargo xtask COMMAND

  run [--practice] [--release]   builds Transload and opens it; --practice needs no AWS and no Docker
  test [--only PART ...]         runs every check that a change must pass; `test --list` names the parts
  generate                       renews the TypeScript types that are made from Rust
  bench [--work NAME ...]        measures transload-cli beside skopeo: many, multiarch, big
  words [--in PATH ...]          checks comments and text for the words in xtask/words/list.txt; without
                                 --in, in the files and folders of xtask/words/clean.txt
  engines                        runs the engine stories on Debian's newest Docker Engine as well
  screenshots                    makes the pictures again that the README shows
  package [--check]              makes the .deb and the .rpm; --check also installs, starts and removes the .deb
  setup [--tests]                installs what building needs, and with --tests what the checks need
  help                           says this

  --yes   installs what is missing without asking, for every command but `generate`";

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
    let place = Place::find()?;
    match arguments.command() {
        Some("run") => run::run(&place, &mut arguments),
        Some("test") => check::run(&place, &mut arguments),
        Some("generate") => generate::run(&place, &mut arguments),
        Some("bench") => bench::run(&place, &mut arguments),
        Some("words") => words::run(&place, &mut arguments),
        Some("engines") => engines::run(&place, &mut arguments),
        Some("screenshots") => screenshots::run(&place, &mut arguments),
        Some("package") => package::run(&place, &mut arguments),
        Some("setup") => setup::run(&place, &mut arguments),
        None | Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => anyhow::bail!("there is no command {other}\n\n{HELP}"),
    }
}
