//! `cargo xtask generate`: the TypeScript types that are made from Rust.
//!
//! ts-rs writes one file a type when the tests of `transload-api` run, into the folder that
//! `TS_RS_EXPORT_DIR` names. `index.ts` beside them is written here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::place::Place;
use crate::process::Run;
use crate::setup;

/// # Errors
/// Whatever a step says.
pub fn run(place: &Place, arguments: &mut Arguments) -> Result<()> {
    arguments.finish()?;
    setup::cargo_nextest(place)?;
    let fresh = fresh(place)?;
    let committed = place.generated();
    // A type that went away must take its file with it.
    if committed.is_dir() {
        fs::remove_dir_all(&committed)?;
    }
    for (name, content) in &fresh {
        let path = committed.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, content)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    println!("{} files are in {}.", fresh.len(), committed.display());
    Ok(())
}

/// Compares the committed types with fresh ones, and changes nothing.
///
/// # Errors
/// Stale, missing or left-over files, by name.
pub fn check(place: &Place) -> Result<()> {
    let fresh = fresh(place)?;
    let committed = read(&place.generated())?;
    let mut wrong: Vec<&str> = fresh
        .iter()
        .filter(|(name, content)| committed.get(*name) != Some(content))
        .map(|(name, _)| name.as_str())
        .collect();
    wrong.extend(committed.keys().filter(|name| !fresh.contains_key(*name)).map(String::as_str));
    if !wrong.is_empty() {
        bail!(
            "these generated types are stale; `cargo xtask generate` renews them: {}",
            wrong.join(", ")
        );
    }
    println!("  {} generated files are as Rust has them", fresh.len());
    Ok(())
}

/// The types as Rust has them now, by file name.
fn fresh(place: &Place) -> Result<BTreeMap<String, String>> {
    let folder = place.target.join("fresh-types");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    // The whole workspace, like every other cargo call of the checks: one package alone would have
    // other features of its dependencies, and build them a second time.
    Run::cargo(
        &[
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--status-level=fail",
            "--final-status-level=fail",
            "--show-progress=none",
            "-E",
            "package(transload-api) and test(/export_bindings/)",
        ],
        &place.root,
    )
    .env("TS_RS_EXPORT_DIR", &folder)
    .env("PATH", crate::check::path_with_tools(place)?)
    .show()?;
    let mut files = read(&folder)?;
    if files.is_empty() {
        bail!("the tests of transload-api wrote no types into {}", folder.display());
    }
    let index = index(files.keys());
    files.insert("index.ts".to_owned(), index);
    Ok(files)
}

/// One export a type that has a file of its own at the top of the folder.
fn index<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names
        .filter_map(|name| name.strip_suffix(".ts"))
        .filter(|name| !name.contains('/'))
        .map(|name| format!("export type {{ {name} }} from \"./{name}\";\n"))
        .collect()
}

/// Every file below a folder, by its path in it.
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
                .with_context(|| format!("{} cannot be read", path.display()))?;
            files.insert(name, content);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_names_each_type_once_and_no_folder() {
        let names = ["A.ts", "B.ts", "serde_json/JsonValue.ts"].map(str::to_owned);
        assert_eq!(
            index(names.iter()),
            "export type { A } from \"./A\";\nexport type { B } from \"./B\";\n"
        );
    }
}
