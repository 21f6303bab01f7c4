//! Types of the same name in two crates, or in two files of one crate or of the window. One name has one meaning: a
//! reader who knows it in one place would misread the other. `structure` calls it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::structure::typescript;

/// Crates whose types repeat names of other crates on purpose: the wire form of a value has the name of the value;
/// practice mode models the services of others and knows no other crate; `xtask` and the tests are programs of their own.
const REPEATING: [&str; 4] = ["contract", "practice", "xtask", "tests"];

/// Names that mean the same in every crate that has them.
const SAME_MEANING: [&str; 2] = ["BoxError", "InvalidEndpoint"];

/// Returns each name that public types of several places have, with the places: crates, or files of one crate, or files
/// of the window.
pub fn repeated_names<'a>(
    texts: impl Iterator<Item = (&'a Path, &'a str)>,
) -> BTreeMap<String, BTreeSet<PathBuf>> {
    // Within one package or the window, and between the packages.
    let mut inside: BTreeMap<(PathBuf, String), BTreeSet<PathBuf>> = BTreeMap::new();
    let mut between: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for (file, text) in texts {
        if typescript::is_source(file) {
            for name in text.lines().filter_map(typescript::exported_name) {
                if name.starts_with(char::is_uppercase) {
                    let key = (PathBuf::new(), name.to_owned());
                    inside.entry(key).or_default().insert(file.to_owned());
                }
            }
        }
        let Some(package) = package_of(file) else { continue };
        let is_repeating =
            package.iter().next_back().is_some_and(|name| REPEATING.iter().any(|one| name == *one));
        for name in text.lines().filter_map(type_name) {
            if !SAME_MEANING.contains(&name) {
                let key = (package.clone(), name.to_owned());
                inside.entry(key).or_default().insert(file.to_owned());
                if !is_repeating {
                    between.entry(name.to_owned()).or_default().insert(package.clone());
                }
            }
        }
    }
    let mut found: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    let inside = inside.into_iter().map(|((_, name), files)| (name, files));
    for (name, places) in inside.chain(between).filter(|(_, places)| places.len() > 1) {
        found.entry(name).or_default().extend(places);
    }
    found
}

/// Returns the folder of the crate that a source file belongs to, if its names are compared.
fn package_of(file: &Path) -> Option<PathBuf> {
    let parts: Vec<&str> = file.iter().filter_map(|part| part.to_str()).collect();
    let source = parts.iter().position(|part| *part == "src")?;
    let is_for_tests =
        parts.iter().any(|part| ["tests", "tests.rs", "testing", "testing.rs"].contains(part));
    let is_rust = file.extension() == Some("rs".as_ref());
    let package = parts.get(..source)?;
    (is_rust && !is_for_tests).then(|| package.iter().collect())
}

/// Returns the name of the type that a line defines for other files.
fn type_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub")?;
    let rest = match rest.strip_prefix('(') {
        Some(rest) => rest.split_once(')')?.1,
        None => rest,
    };
    let (kind, rest) = rest.trim_start().split_once(' ')?;
    let name = rest.split(|letter: char| !letter.is_ascii_alphanumeric()).next()?;
    ["struct", "enum", "trait", "type"].contains(&kind).then_some(name)
}
