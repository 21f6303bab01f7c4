//! `cargo xtask bench`: compares `transload-cli` with `skopeo` on registries and images that the
//! benchmark makes itself. `--engines` compares our own push of images of a Docker Engine with the
//! engine's push instead, `--registry` lists a registry of three million images, and `--search` finds images in the lists
//! of as many.

use anyhow::Result;

use crate::arguments::Arguments;
use crate::process::Process;
use crate::setup::consent::Consent;
use crate::setup::purpose::Purpose;
use crate::setup::{self, engines};
use crate::workspace::Workspace;

/// # Errors
/// If a step fails. A slow result is an error of `--registry` only, which has bars.
pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let works = arguments.values("--work");
    let times = arguments.values("--times");
    let no_delay = arguments.flag("--no-delay");
    let ten_times = arguments.flag("--ten-times");
    let is_of_engines = arguments.flag("--engines");
    let is_of_registry = arguments.flag("--registry");
    let is_of_search = arguments.flag("--search");
    let repositories = arguments.values("--repositories");
    arguments.finish()?;
    if is_of_registry || is_of_search {
        let (package, example) = if is_of_search {
            ("transload-manifest-cache", "search_speed")
        } else {
            ("transload-tests", "large_registry")
        };
        let mut words = vec!["run", "--release", "--package", package, "--example", example, "--"];
        words.extend(repositories.first().map(String::as_str));
        return Process::cargo(&words, &workspace.root).run();
    }
    setup::system(Purpose::Tests, consent)?;
    let root = &workspace.root;
    Process::cargo(&["build", "--release", "--package", "transload-cli"], root).run()?;
    let program = workspace.target.join("release/transload-cli").display().to_string();
    let example = if is_of_engines { "direct_push_vs_engine" } else { "copy_vs_skopeo" };
    let mut words = vec!["run", "--release", "--package", "transload-tests", "--example", example];
    words.extend(["--", &program]);
    if is_of_engines {
        engines::engine_for_tests(workspace)?;
        words.extend(times.first().map(String::as_str));
        return Process::cargo(&words, root).env("TRANSLOAD_ENGINES", workspace.engines()).run();
    }
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
    Process::cargo(&words, root).run()
}
