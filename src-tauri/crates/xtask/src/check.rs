//! `cargo xtask test`: runs every check that a change must pass, in order, and prints the time of each.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::nextest::{build_program, nextest, nextest_in_display};
use crate::process::{Process, ProcessFailure};
use crate::setup::consent::Consent;
use crate::setup::purpose::Purpose;
use crate::workspace::Workspace;
use crate::{generate, setup, shipped_features, structure, ui_build, words};

struct Part {
    name: &'static str,
    description: &'static str,
    work: fn(&Workspace) -> Result<()>,
    /// A part that has to pass before this one can run.
    requires: Option<&'static str>,
}

/// In execution order: quick parts first, and parts before those that require them.
const PARTS: &[Part] = &[
    Part { name: "format", description: "rustfmt", work: format, requires: None },
    Part {
        name: "words",
        description: "plain English in comments and text",
        work: words::check,
        requires: None,
    },
    Part {
        name: "structure",
        description: "no circles of files, and every file is compiled",
        work: structure::check,
        requires: None,
    },
    Part {
        name: "features",
        description: "features for tests are not shipped",
        work: shipped_features::check,
        requires: None,
    },
    Part {
        name: "ui-packages",
        description: "npm packages of the window",
        work: setup::programs::ui_packages,
        requires: None,
    },
    Part {
        name: "ui-lint",
        description: "Biome, warnings are errors",
        work: ui_lint,
        requires: Some("ui-packages"),
    },
    Part {
        name: "ui-types",
        description: "TypeScript compiler",
        work: ui_types,
        requires: Some("ui-packages"),
    },
    Part {
        name: "ui-build",
        description: "pages that the program embeds",
        work: ui_build::build,
        requires: Some("ui-packages"),
    },
    Part { name: "ui-tests", description: "Vitest", work: ui_tests, requires: Some("ui-packages") },
    Part {
        name: "clippy",
        description: "warnings are errors",
        work: clippy,
        requires: Some("ui-build"),
    },
    Part {
        name: "rustdoc",
        description: "broken links are errors",
        work: rustdoc,
        requires: Some("ui-build"),
    },
    Part {
        name: "generated",
        description: "committed TypeScript types match Rust",
        work: generate::check,
        requires: Some("ui-build"),
    },
    Part {
        name: "rust",
        description: "unit tests, and flows on real servers",
        work: rust,
        requires: Some("ui-build"),
    },
    Part {
        name: "window",
        description: "stories in a real window",
        work: window,
        requires: Some("ui-build"),
    },
];

/// Everything except the window stories, which need a display.
const WITHOUT_WINDOW: &str = "not (package(transload-tests) and binary(window))";
const WINDOW: &str = "package(transload-tests) and binary(window)";

enum Outcome {
    Passed,
    Failed(anyhow::Error),
    /// The named part did not pass.
    Skipped(&'static str),
}

pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let list = arguments.flag("--list");
    let only = arguments.values("--only");
    arguments.finish()?;
    if list {
        for part in PARTS {
            println!("{:12} {}", part.name, part.description);
        }
        return Ok(());
    }
    if let Some(unknown) = only.iter().find(|name| !PARTS.iter().any(|part| part.name == **name)) {
        bail!("unknown part {unknown}; `cargo xtask test --list` lists the parts");
    }
    let started = Instant::now();
    print_heading("set-up", "programs that the checks require");
    setup::system(Purpose::Tests, consent)?;
    setup::for_tests(workspace)?;
    let mut done: Vec<(&Part, Outcome, Duration)> = Vec::new();
    for part in
        PARTS.iter().filter(|part| only.is_empty() || only.iter().any(|name| name == part.name))
    {
        print_heading(part.name, part.description);
        let started = Instant::now();
        let failed_requirement = part.requires.filter(|required| {
            done.iter().any(|(other, outcome, _)| {
                other.name == *required && !matches!(outcome, Outcome::Passed)
            })
        });
        let outcome = match failed_requirement {
            Some(required) => Outcome::Skipped(required),
            None => match (part.work)(workspace) {
                Ok(()) => Outcome::Passed,
                Err(error) => {
                    eprintln!("  {error:#}");
                    Outcome::Failed(error)
                }
            },
        };
        done.push((part, outcome, started.elapsed()));
    }
    print_summary(&done, started.elapsed())
}

fn print_heading(name: &str, description: &str) {
    println!("\n== {name}: {description}");
}

/// The output of failed parts is repeated at the end, where logs of CI services that cut long output
/// still have it, and what failed comes last.
fn print_summary(done: &[(&Part, Outcome, Duration)], total: Duration) -> Result<()> {
    for (part, outcome, _) in done {
        let Outcome::Failed(error) = outcome else { continue };
        let Some(failure) = error.downcast_ref::<ProcessFailure>() else { continue };
        println!("\n== last output of {}", part.name);
        for line in &failure.last_lines {
            println!("{line}");
        }
    }
    println!("\n== summary");
    for (part, outcome, time) in done {
        let text = match outcome {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed(error) => format!("FAILED: {error:#}"),
            Outcome::Skipped(required) => format!("SKIPPED: requires {required}"),
        };
        println!("{:12} {:7.1} s  {text}", part.name, time.as_secs_f64());
    }
    println!("{:12} {:7.1} s", "total", total.as_secs_f64());
    let failed = done.iter().filter(|(_, outcome, _)| !matches!(outcome, Outcome::Passed)).count();
    if failed > 0 {
        for (part, outcome, _) in done {
            let Outcome::Failed(error) = outcome else { continue };
            println!("\n== what failed in {}", part.name);
            match error.downcast_ref::<ProcessFailure>() {
                Some(failure) if !failure.failures.is_empty() => {
                    failure.failures.iter().for_each(|line| println!("{line}"));
                }
                _ => println!("{error:#}"),
            }
        }
        bail!("{failed} of {} parts did not pass", done.len());
    }
    Ok(())
}

fn format(workspace: &Workspace) -> Result<()> {
    Process::cargo(&["fmt", "--all", "--check"], &workspace.root).run()
}

fn ui_lint(workspace: &Workspace) -> Result<()> {
    Process::npm(&["run", "--silent", "lint"], &workspace.ui()).run()
}

fn ui_types(workspace: &Workspace) -> Result<()> {
    Process::npm(&["run", "--silent", "check"], &workspace.ui()).run()
}

fn ui_tests(workspace: &Workspace) -> Result<()> {
    Process::npm(&["run", "--silent", "test"], &workspace.ui()).run()
}

/// How `cargo clippy` passes `-D warnings`, to which it adds the separator.
const CLIPPY_ARGUMENTS: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

fn clippy(workspace: &Workspace) -> Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    Process::cargo(&arguments, &workspace.root).run()
}

/// rustdoc needs a check of every library that another one uses. With the variables that `cargo clippy` sets, those of the
/// part `clippy` are used, and cargo doesn't check them again.
fn rustdoc(workspace: &Workspace) -> Result<()> {
    let arguments = ["doc", "--workspace", "--no-deps", "--document-private-items"];
    let mut doc = Process::cargo(&arguments, &workspace.root).env("RUSTDOCFLAGS", "-D warnings");
    let driver = std::env::var_os("CARGO").map(|cargo| {
        Path::new(&cargo).with_file_name(format!("clippy-driver{}", std::env::consts::EXE_SUFFIX))
    });
    if let Some(driver) = driver.filter(|driver| driver.is_file()) {
        doc = doc.env("RUSTC_WORKSPACE_WRAPPER", driver).env("CLIPPY_ARGS", CLIPPY_ARGUMENTS);
    }
    doc.run()
}

fn rust(workspace: &Workspace) -> Result<()> {
    nextest(workspace, WITHOUT_WINDOW)?.run()
}

fn window(workspace: &Workspace) -> Result<()> {
    build_program(workspace)?;
    nextest_in_display(workspace, WINDOW)?.run()
}
