//! Whether each TypeScript file of the window says what it is for. `structure` calls it.

use std::path::{Path, PathBuf};

/// The sources of the window.
const FOLDER: &str = "ui/src";

/// Files without a text of their own: what Rust or a recording wrote, and re-exports, which their folder names.
const NOT_WRITTEN: [&str; 4] = ["generated", "recorded", "index.ts", "index.tsx"];

/// Whether a file is TypeScript of the window, and no test.
pub fn is_source(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let is_typescript = name.ends_with(".ts") || name.ends_with(".tsx");
    let is_test = name.contains(".test.") || file.iter().any(|part| part == "testing");
    file.starts_with(FOLDER) && is_typescript && !is_test
}

/// Returns the files whose purpose isn't written: neither by a comment at the top, nor by one on the export that the file is
/// named for, nor by one on its only export.
pub fn without_purpose<'a>(texts: impl Iterator<Item = (&'a Path, &'a str)>) -> Vec<PathBuf> {
    let sources = texts.filter(|(file, _)| {
        is_source(file) && !NOT_WRITTEN.iter().any(|name| file.iter().any(|part| part == *name))
    });
    sources
        .filter(|(file, text)| !says_its_purpose(file, text))
        .map(|(file, _)| file.to_owned())
        .collect()
}

fn says_its_purpose(file: &Path, text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let is_comment = |line: &&str| line.starts_with("/*") || line.starts_with("//");
    let exports: Vec<(Option<&str>, bool)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("export "))
        .map(|(place, line)| {
            let before = place.checked_sub(1).and_then(|place| lines.get(place));
            (exported_name(line), before.is_some_and(|before| before.ends_with("*/")))
        })
        .collect();
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    lines.first().is_some_and(is_comment)
        || exports
            .iter()
            .any(|(name, is_explained)| *is_explained && (exports.len() == 1 || *name == stem))
}

/// Returns the name of the type, component, function or value that a line exports.
pub fn exported_name(line: &str) -> Option<&str> {
    let mut words = line.strip_prefix("export ")?.split(' ');
    let kind = words.find(|word| !["async", "default", "abstract"].contains(word))?;
    let name = words.next()?.split(|letter: char| !letter.is_ascii_alphanumeric()).next()?;
    ["function", "const", "class", "interface", "type"].contains(&kind).then_some(name)
}
