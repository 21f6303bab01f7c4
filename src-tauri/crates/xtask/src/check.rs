//! `cargo xtask test`: every check that a change must pass, in order, with the time of each.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::place::Place;
use crate::process::Run;
use crate::setup::{self, Consent, Purpose};
use crate::{generate, run, words};

/// One part of the checks.
struct Part {
    name: &'static str,
    why: &'static str,
    work: fn(&Place) -> Result<()>,
    /// A part without which this one cannot say anything.
    needs: Option<&'static str>,
}

/// In the order in which they run: what is quick and what others need comes first.
const PARTS: &[Part] = &[
    Part { name: "format", why: "one style, no discussion", work: format, needs: None },
    Part {
        name: "words",
        why: "plain English in comments and text",
        work: words::check,
        needs: None,
    },
    Part {
        name: "ui-packages",
        why: "what the window is built of",
        work: setup::window_sources,
        needs: None,
    },
    Part {
        name: "ui-lint",
        why: "Biome, warnings are errors",
        work: ui_lint,
        needs: Some("ui-packages"),
    },
    Part {
        name: "ui-types",
        why: "the TypeScript compiler",
        work: ui_types,
        needs: Some("ui-packages"),
    },
    Part {
        name: "ui-build",
        why: "the program is compiled with these pages",
        work: run::build_window,
        needs: Some("ui-packages"),
    },
    Part { name: "ui-tests", why: "Vitest", work: ui_tests, needs: Some("ui-packages") },
    Part { name: "clippy", why: "warnings are errors", work: clippy, needs: Some("ui-build") },
    Part {
        name: "rustdoc",
        why: "broken links are errors",
        work: rustdoc,
        needs: Some("ui-build"),
    },
    Part {
        name: "doc-tests",
        why: "examples in the documentation",
        work: doc_tests,
        needs: Some("ui-build"),
    },
    Part {
        name: "generated",
        why: "the TypeScript types are as Rust has them",
        work: generate::check,
        needs: Some("ui-build"),
    },
    Part {
        name: "rust",
        why: "unit tests, flows on real servers, layering",
        work: rust,
        needs: Some("ui-build"),
    },
    Part { name: "window", why: "stories in a real window", work: window, needs: Some("ui-build") },
];

/// Everything but the stories in a window, which want a display.
const WITHOUT_WINDOW: &str = "not (package(transload-tests) and binary(window))";
const WINDOW: &str = "package(transload-tests) and binary(window)";

enum Outcome {
    Passed,
    Failed(anyhow::Error),
    NotRun(&'static str),
}

/// # Errors
/// Any part that failed.
pub fn run(place: &Place, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let list = arguments.flag("--list");
    let only = arguments.values("--only");
    arguments.finish()?;
    if list {
        for part in PARTS {
            println!("{:12} {}", part.name, part.why);
        }
        return Ok(());
    }
    if let Some(unknown) = only.iter().find(|name| !PARTS.iter().any(|part| part.name == **name)) {
        bail!("there is no part {unknown}; `cargo xtask test --list` names them");
    }
    let begun = Instant::now();
    heading("set-up", "what the checks need on this computer");
    setup::system(Purpose::Tests, consent)?;
    setup::cargo_nextest(place)?;
    setup::tauri_driver(place)?;
    setup::test_programs(place)?;
    setup::engine_for_tests(place)?;
    let mut done: Vec<(&Part, Outcome, Duration)> = Vec::new();
    for part in
        PARTS.iter().filter(|part| only.is_empty() || only.iter().any(|name| name == part.name))
    {
        heading(part.name, part.why);
        let begun = Instant::now();
        let broken = part.needs.filter(|needed| {
            done.iter().any(|(other, outcome, _)| {
                other.name == *needed && !matches!(outcome, Outcome::Passed)
            })
        });
        let outcome = match broken {
            Some(needed) => Outcome::NotRun(needed),
            None => match (part.work)(place) {
                Ok(()) => Outcome::Passed,
                Err(error) => {
                    eprintln!("  {error:#}");
                    Outcome::Failed(error)
                }
            },
        };
        done.push((part, outcome, begun.elapsed()));
    }
    summary(&done, begun.elapsed())
}

fn heading(name: &str, why: &str) {
    println!("\n== {name}: {why}");
}

fn summary(done: &[(&Part, Outcome, Duration)], whole: Duration) -> Result<()> {
    println!("\n== summary");
    for (part, outcome, time) in done {
        let said = match outcome {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed(error) => format!("FAILED: {error:#}"),
            Outcome::NotRun(needed) => format!("NOT RUN: it needs {needed}"),
        };
        println!("{:12} {:7.1} s  {said}", part.name, time.as_secs_f64());
    }
    println!("{:12} {:7.1} s", "all", whole.as_secs_f64());
    let wrong = done.iter().filter(|(_, outcome, _)| !matches!(outcome, Outcome::Passed)).count();
    if wrong > 0 {
        bail!("{wrong} of {} parts did not pass", done.len());
    }
    Ok(())
}

fn format(place: &Place) -> Result<()> {
    Run::cargo(&["fmt", "--all", "--check"], &place.root).show()
}

fn ui_lint(place: &Place) -> Result<()> {
    Run::npm(&["run", "--silent", "lint"], &place.ui()).show()
}

fn ui_types(place: &Place) -> Result<()> {
    Run::npm(&["run", "--silent", "check"], &place.ui()).show()
}

fn ui_tests(place: &Place) -> Result<()> {
    Run::npm(&["run", "--silent", "test"], &place.ui()).show()
}

// Every call names the whole workspace: cargo chooses the features of a dependency from all that it
// builds at once, and another choice would build the dependencies another time.

fn clippy(place: &Place) -> Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    Run::cargo(&arguments, &place.root).show()
}

fn rustdoc(place: &Place) -> Result<()> {
    Run::cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"], &place.root)
        .env("RUSTDOCFLAGS", "-D warnings")
        .show()
}

fn doc_tests(place: &Place) -> Result<()> {
    Run::cargo(&["test", "--doc", "--workspace"], &place.root).show()
}

fn rust(place: &Place) -> Result<()> {
    nextest(place, WITHOUT_WINDOW)?.show()
}

/// A display and a session bus of its own: a story must not meet the person's windows.
fn window(place: &Place) -> Result<()> {
    build_program(place)?;
    nextest_in_display(place, WINDOW)?.show()
}

/// Builds the program as [`rust`] does: cargo builds it for the tests of its command line.
///
/// # Errors
/// What cargo says.
pub fn build_program(place: &Place) -> Result<()> {
    Run::cargo(&["test", "--workspace", "--no-run"], &place.root).show()
}

/// The stories that a filter names, on a display and a session bus of their own.
///
/// # Errors
/// A `PATH` that cannot be made.
pub fn nextest_in_display(place: &Place, filter: &str) -> Result<Run> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut words = vec!["-a", "-s", "-screen 0 1440x1000x24", "dbus-run-session", "--"];
    words.push(&cargo);
    words.extend(nextest_words(filter));
    with_tools(place, Run::new("xvfb-run", words, &place.root).env_remove("WAYLAND_DISPLAY"))
}

/// The tests that a filter names, without a display.
///
/// # Errors
/// A `PATH` that cannot be made.
pub fn nextest(place: &Place, filter: &str) -> Result<Run> {
    with_tools(place, Run::cargo(&nextest_words(filter), &place.root))
}

fn nextest_words(filter: &str) -> Vec<&str> {
    vec!["nextest", "run", "--workspace", "--no-fail-fast", "-E", filter]
}

fn with_tools(place: &Place, run: Run) -> Result<Run> {
    Ok(run
        .env("PATH", path_with_tools(place)?)
        // The tests that write the TypeScript types must not touch the committed ones.
        .env("TS_RS_EXPORT_DIR", place.target.join("fresh-types"))
        .env("TRANSLOAD_APP", place.program(false))
        .env("TRANSLOAD_TAURI_DRIVER", place.tauri_driver())
        .env("TRANSLOAD_TOOLS", place.python_tools())
        .env("TRANSLOAD_ENGINES", place.engines()))
}

/// The `PATH` with the programs that set-up put into the work tree: cargo finds `cargo-nextest`
/// there.
///
/// # Errors
/// A folder with a name that a `PATH` cannot hold.
pub fn path_with_tools(place: &Place) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([place.tools.join("bin")]);
    Ok(std::env::join_paths(folders)?)
}
