//! `cargo xtask generate`: regenerates the TypeScript types from Rust. The part `generated` of `cargo
//! xtask test` checks that they are current.
//!
//! The tests `export_bindings…` of `transload-contract` and `transload-errors` write them to the folder in `TS_RS_EXPORT_DIR`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::nextest::path_with_tools;
use crate::process::Process;
use crate::setup;
use crate::workspace::Workspace;

pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    arguments.finish()?;
    setup::programs::cargo_nextest(workspace)?;
    let fresh = fresh(workspace, &EXPORTING)?;
    let committed = workspace.generated();
    // Files of deleted types are removed as well.
    if committed.is_dir() {
        fs::remove_dir_all(&committed)?;
    }
    for (name, content) in &fresh {
        let path = committed.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, content).with_context(|| format!("couldn't write {}", path.display()))?;
    }
    println!("Wrote {} files to {}.", fresh.len(), committed.display());
    Ok(())
}

/// Compares the committed types with newly generated ones, without changing any.
pub fn check(workspace: &Workspace) -> Result<()> {
    let fresh = fresh(workspace, &["--workspace"])?;
    let committed = read(&workspace.generated())?;
    let mut wrong: Vec<&str> = fresh
        .iter()
        .filter(|(name, content)| committed.get(*name) != Some(content))
        .map(|(name, _)| name.as_str())
        .collect();
    wrong.extend(committed.keys().filter(|name| !fresh.contains_key(*name)).map(String::as_str));
    if !wrong.is_empty() {
        bail!("generated types are outdated; run `cargo xtask generate`: {}", wrong.join(", "));
    }
    println!("  {} generated files are current", fresh.len());
    Ok(())
}

/// The crates whose tests write the types, and nothing above them: after a change of one type, only they
/// and the crates that they use are compiled. The check instead builds what the part `rust` runs next.
const EXPORTING: [&str; 5] =
    ["--package", "transload-contract", "--package", "transload-errors", "--lib"];

/// Generates the types from a selection of packages and returns their content by file name.
fn fresh(workspace: &Workspace, packages: &[&str]) -> Result<BTreeMap<String, String>> {
    let folder = workspace.target.join("fresh-types");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    let mut line = vec!["nextest", "run"];
    line.extend(packages);
    line.extend([
        "--no-fail-fast",
        "--status-level=fail",
        "--final-status-level=fail",
        "--show-progress=none",
        "-E",
        "(package(transload-contract) or package(transload-errors)) and test(/export_bindings/)",
    ]);
    Process::cargo(&line, &workspace.root)
        .env("TS_RS_EXPORT_DIR", &folder)
        .env("PATH", path_with_tools(workspace)?)
        .run()?;
    let files = read(&folder)?;
    if files.is_empty() {
        bail!("the tests of transload-contract wrote no types to {}", folder.display());
    }
    Ok(files)
}

/// Reads every file below a folder, by relative path.
fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            let content = fs::read_to_string(&path)
                .with_context(|| format!("couldn't read {}", path.display()))?;
            files.insert(name, content);
        }
    }
    Ok(files)
}
