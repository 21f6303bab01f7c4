//! `cargo xtask structure`: checks the modules of every Rust package. `cargo xtask test` runs it as its
//! part `structure`.
//!
//! - No circle of files: two files that use each other can only be read and changed together.
//! - Every file is compiled: a forgotten `mod` would silently skip tests.
//! - Except in examples and fuzz targets: every file starts with a head comment, there is no `mod.rs`, imports
//!   name the file that defines a thing instead of a re-export, only short tests are in the file that they test, and no
//!   comment contains a test, because the checks run none of those.
//! - Files and links in the Markdown pages, and names in head comments, exist.
//! - No two public types have the same name: in Rust, and in TypeScript.
//! - Every TypeScript file says what it is for.
//! - No source file has more than 450 lines; 400 is the aim.
//! - Each folder holds only the kinds of files that belong there, and no large ones.
//!
//! - [`packages`]: finds the packages and their targets
//! - [`module_tree`]: parses a target into its modules
//! - [`references`]: finds which file uses which
//! - [`circles`]: finds circles in that graph
//! - [`documents`]: finds names in documentation that don't exist
//! - [`type_names`]: finds types of the same name
//! - [`typescript`]: finds TypeScript files that don't say what they are for
//! - [`committed_files`]: finds files that were committed by accident

mod circles;
mod committed_files;
mod documents;
mod module_tree;
pub mod packages;
mod references;
mod type_names;
mod typescript;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::structure::circles::find_circles;
use crate::structure::committed_files::stray_files;
use crate::structure::documents::Texts;
use crate::structure::module_tree::ModuleTree;
use crate::structure::packages::{Package, rust_files};
use crate::structure::references::find_references;
use crate::structure::type_names::repeated_names;
use crate::structure::typescript::without_purpose;
use crate::workspace::Workspace;

/// The folders of all code but examples and fuzz targets, relative to the root of the repository.
const STRICT: [&str; 4] = ["src-tauri", "tests/support", "tests/flows", "tests/window"];

/// Longer tests of `x.rs` are in `x/tests.rs`.
const MAX_INLINE_TEST_LINES: usize = 100;

/// Longer files are split. The aim is 400; a file may grow a little beyond before it is.
const MAX_FILE_LINES: usize = 450;

/// Long files that are read from top to bottom, and written in one order: the table of error words.
const LONG_FILES: [&str; 1] = ["word_table.rs"];

/// What was found in all packages.
#[derive(Debug, Default, PartialEq, Eq)]
struct Structure {
    /// Each circle with its files in order.
    circles: Vec<Vec<PathBuf>>,
    not_compiled: BTreeSet<PathBuf>,
    without_head_comment: BTreeSet<PathBuf>,
    mod_files: BTreeSet<PathBuf>,
    with_long_tests: BTreeSet<PathBuf>,
    with_doc_tests: BTreeSet<PathBuf>,
    /// The importing file, the path it writes, and the file that only re-exports it.
    through_re_exports: BTreeSet<(PathBuf, String, PathBuf)>,
}

pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    arguments.finish()?;
    check(workspace)
}

pub fn check(workspace: &Workspace) -> Result<()> {
    let mut problems = problems(&read(&workspace.root)?);
    let texts = Texts::read(&workspace.root)?;
    problems.extend(texts.stale_names());
    for (name, places) in repeated_names(texts.sources()) {
        let places: Vec<_> = places.iter().map(|one| one.display().to_string()).collect();
        problems.push(format!("types named {name} in {}; rename one", places.join(", ")));
    }
    for file in without_purpose(texts.sources()) {
        problems.push(format!(
            "{} doesn't say what it is for; start it with a comment",
            file.display()
        ));
    }
    for (file, lines) in too_long(texts.sources()) {
        problems.push(format!("{} has {lines} lines; split it", file.display()));
    }
    match committed_files::list(&workspace.root) {
        Some(files) => problems.extend(stray_files(&files)),
        None => println!("  git lists no files here, so files that don't belong aren't searched"),
    }
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} problems in the structure of the modules", problems.len());
    }
    Ok(())
}

/// Returns a sentence for each broken rule.
fn problems(structure: &Structure) -> Vec<String> {
    let is_strict = |file: &&PathBuf| STRICT.iter().any(|folder| file.starts_with(folder));
    let mut problems = Vec::new();
    for circle in &structure.circles {
        let names: Vec<_> = circle.iter().map(|file| file.display().to_string()).collect();
        problems.push(format!("circle of files:\n  {}", names.join("\n  ")));
    }
    for file in &structure.not_compiled {
        problems.push(format!("{} is not compiled; add its `mod` or delete it", file.display()));
    }
    for file in structure.without_head_comment.iter().filter(is_strict) {
        problems.push(format!("{} has no head comment (`//! …`)", file.display()));
    }
    for file in structure.mod_files.iter().filter(is_strict) {
        problems.push(format!("{}: use `x.rs` with a folder `x/` instead", file.display()));
    }
    for file in structure.with_long_tests.iter().filter(is_strict) {
        problems.push(format!(
            "{} has more than {MAX_INLINE_TEST_LINES} lines of tests; move them to `x/tests.rs`",
            file.display()
        ));
    }
    for file in structure.with_doc_tests.iter().filter(is_strict) {
        problems.push(format!("{} has a doc test; write a test in `x/tests.rs`", file.display()));
    }
    for (file, path, re_export) in &structure.through_re_exports {
        if is_strict(&file) {
            let (file, re_export) = (file.display(), re_export.display());
            problems.push(format!(
                "{file}: `{path}` goes through a re-export in {re_export}; import it from the file \
                 that defines it"
            ));
        }
    }
    problems
}

/// Returns the files that are longer than they may be, with their lines. Generated files have any length.
fn too_long<'a>(
    texts: impl Iterator<Item = (&'a Path, &'a str)>,
) -> impl Iterator<Item = (&'a Path, usize)> {
    let is_any_length = |file: &Path| {
        LONG_FILES.iter().any(|name| file.ends_with(name))
            || file.iter().any(|part| part == "generated")
    };
    texts
        .filter(move |(file, _)| !is_any_length(file))
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_FILE_LINES)
}

/// Returns the number of lines of the tests at the end of a file.
fn inline_test_lines(text: &str) -> usize {
    text.split_once("\nmod tests {\n").map_or(0, |(_, tests)| tests.lines().count())
}

/// Whether a comment contains code that `rustdoc --test` would run.
fn has_doc_test(text: &str) -> bool {
    let fences = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let comment = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
        comment.trim_start().strip_prefix("```")
    });
    let is_run = |language: &str| {
        language.is_empty()
            || ["rust", "no_run", "should_panic", "compile_fail", "ignore", "edition"]
                .iter()
                .any(|word| language.starts_with(word))
    };
    // Every second fence ends a block.
    fences.step_by(2).any(is_run)
}

/// Reads every package below the root.
fn read(root: &Path) -> Result<Structure> {
    let mut structure = Structure::default();
    let mut references: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    let relative = |file: &Path| file.strip_prefix(root).unwrap_or(file).to_path_buf();
    for Package { folder, targets } in packages::find(root)? {
        let mut compiled = BTreeSet::new();
        for target in targets {
            let tree = ModuleTree::read(&target)?;
            compiled.extend(tree.files().map(Path::to_path_buf));
            let found = find_references(&tree);
            for (from, to) in found.files {
                references.entry(relative(&from)).or_default().insert(relative(&to));
            }
            for (file, path, re_export) in found.through_re_exports {
                let entry = (relative(&file), path, relative(&re_export));
                structure.through_re_exports.insert(entry);
            }
        }
        for file in rust_files(&folder)? {
            let name = relative(&file);
            if !compiled.contains(&file) {
                structure.not_compiled.insert(name.clone());
            }
            if file.ends_with("mod.rs") {
                structure.mod_files.insert(name.clone());
            }
            let text = fs::read_to_string(&file)?;
            if inline_test_lines(&text) > MAX_INLINE_TEST_LINES {
                structure.with_long_tests.insert(name.clone());
            }
            if has_doc_test(&text) {
                structure.with_doc_tests.insert(name.clone());
            }
            if !text.trim_start().starts_with("//!") {
                structure.without_head_comment.insert(name);
            }
        }
    }
    structure.circles = find_circles(&references);
    Ok(structure)
}

#[cfg(test)]
mod tests;
