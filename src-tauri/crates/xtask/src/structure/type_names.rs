//! Types of the same name in two crates. One name has one meaning: a reader who knows it in one crate would misread the
//! other. `structure` calls it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Crates whose types repeat names on purpose: the wire form of a value has the name of the value; practice mode models the
/// services of others and knows no other crate; `xtask` and the tests are programs of their own.
const REPEATING: [&str; 4] = ["contract", "practice", "xtask", "tests"];

/// Names that mean the same in every crate that has them.
const SAME_MEANING: [&str; 2] = ["BoxError", "InvalidEndpoint"];

/// Returns each name that public types of several crates have, with the crates.
pub fn repeated_names<'a>(
    texts: impl Iterator<Item = (&'a Path, &'a str)>,
) -> BTreeMap<String, BTreeSet<PathBuf>> {
    let mut found: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for (file, text) in texts {
        let Some(package) = package_of(file) else { continue };
        for name in text.lines().filter_map(type_name) {
            if !SAME_MEANING.contains(&name) {
                found.entry(name.to_owned()).or_default().insert(package.clone());
            }
        }
    }
    found.retain(|_, packages| packages.len() > 1);
    found
}

/// Returns the folder of the crate that a source file belongs to, if its names are compared.
fn package_of(file: &Path) -> Option<PathBuf> {
    let parts: Vec<&str> = file.iter().filter_map(|part| part.to_str()).collect();
    let source = parts.iter().position(|part| *part == "src")?;
    let is_for_tests =
        parts.iter().any(|part| ["tests", "tests.rs", "testing", "testing.rs"].contains(part));
    let package = parts.get(..source)?;
    let is_compared = !package.last().is_some_and(|name| REPEATING.contains(name));
    (is_compared && !is_for_tests).then(|| package.iter().collect())
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
