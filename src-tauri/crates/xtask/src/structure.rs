//! `cargo xtask structure`: checks the modules of every Rust package. `cargo xtask test` runs it as its
//! part `structure`.
//!
//! - No circle of files: two files that use each other can only be read and changed together. Today's
//!   circles are listed in `structure/circles.txt`. The list may only shrink.
//! - Every file is compiled: a forgotten `mod` would silently skip tests.
//! - In the folders of `structure/clean.txt` also: every file starts with a head comment, there is no
//!   `mod.rs`, and imports name the file that defines a thing instead of a re-export.
//! - Files and links in the Markdown pages, and names in head comments, exist.
//! - No two crates have a public type of the same name.
//!
//! - [`packages`]: finds the packages and their targets
//! - [`module_tree`]: parses a target into its modules
//! - [`references`]: finds which file uses which
//! - [`circles`]: finds circles in that graph
//! - [`documents`]: finds names in documentation that don't exist
//! - [`type_names`]: finds types of the same name

mod circles;
mod documents;
mod module_tree;
mod packages;
mod references;
mod type_names;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::structure::circles::find_circles;
use crate::structure::documents::Texts;
use crate::structure::module_tree::ModuleTree;
use crate::structure::packages::{Package, rust_files};
use crate::structure::references::find_references;
use crate::structure::type_names::repeated_names;
use crate::workspace::Workspace;

/// Files that are part of a circle today, relative to the root of the repository.
const ALLOWED: &str = "src-tauri/crates/xtask/structure/circles.txt";

/// Folders that follow the stricter rules, relative to the root of the repository.
const CLEAN: &str = "src-tauri/crates/xtask/structure/clean.txt";

/// What was found in all packages.
#[derive(Debug, Default, PartialEq, Eq)]
struct Structure {
    /// Each circle with its files in order.
    circles: Vec<Vec<PathBuf>>,
    not_compiled: BTreeSet<PathBuf>,
    without_head_comment: BTreeSet<PathBuf>,
    mod_files: BTreeSet<PathBuf>,
    /// The importing file, the path it writes, and the file that only re-exports it.
    through_re_exports: BTreeSet<(PathBuf, String, PathBuf)>,
}

/// # Errors
/// If a file can't be parsed, or a rule is broken.
pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    let list = arguments.flag("--list");
    arguments.finish()?;
    if !list {
        return check(workspace);
    }
    let structure = read(&workspace.root)?;
    for circle in &structure.circles {
        println!("\n# {} files", circle.len());
        for file in circle {
            println!("{}", file.display());
        }
    }
    Ok(())
}

/// # Errors
/// If a file can't be parsed, or a rule is broken.
pub fn check(workspace: &Workspace) -> Result<()> {
    let allowed = fs::read_to_string(workspace.root.join(ALLOWED))
        .with_context(|| format!("couldn't read {ALLOWED}"))?;
    let clean = fs::read_to_string(workspace.root.join(CLEAN))
        .with_context(|| format!("couldn't read {CLEAN}"))?;
    let clean: Vec<PathBuf> = entries(&clean).map(PathBuf::from).collect();
    let structure = read(&workspace.root)?;
    let mut problems = problems(&structure, &allowed, &clean);
    let texts = Texts::read(&workspace.root)?;
    problems.extend(texts.stale_names());
    for (name, packages) in repeated_names(texts.rust_files()) {
        let packages: Vec<_> = packages.iter().map(|one| one.display().to_string()).collect();
        problems.push(format!("types named {name} in {}; rename one", packages.join(", ")));
    }
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} problems in the structure of the modules", problems.len());
    }
    println!("  no new circles; {} known ones are left", structure.circles.len());
    Ok(())
}

/// Compares what was found with the list of known circles and with the clean folders.
fn problems(structure: &Structure, allowed: &str, clean: &[PathBuf]) -> Vec<String> {
    let known = known_circles(allowed);
    let is_clean = |file: &Path| clean.iter().any(|folder| file.starts_with(folder));
    let mut problems = Vec::new();
    for circle in &structure.circles {
        if !known.iter().any(|known| circle.iter().all(|file| known.contains(file.as_path()))) {
            let names: Vec<_> = circle.iter().map(|file| file.display().to_string()).collect();
            problems.push(format!("new circle of files:\n  {}", names.join("\n  ")));
        }
    }
    let in_circles: BTreeSet<&Path> =
        structure.circles.iter().flatten().map(PathBuf::as_path).collect();
    for file in known.iter().flatten().filter(|file| !in_circles.contains(*file)) {
        let file = file.display();
        problems.push(format!("{file} is no longer in a circle; remove it from {ALLOWED}"));
    }
    for file in &structure.not_compiled {
        problems.push(format!("{} is not compiled; add its `mod` or delete it", file.display()));
    }
    for file in structure.without_head_comment.iter().filter(|file| is_clean(file)) {
        problems.push(format!("{} has no head comment (`//! …`)", file.display()));
    }
    for file in structure.mod_files.iter().filter(|file| is_clean(file)) {
        problems.push(format!("{}: use `x.rs` with a folder `x/` instead", file.display()));
    }
    for (file, path, re_export) in &structure.through_re_exports {
        if is_clean(file) {
            let (file, re_export) = (file.display(), re_export.display());
            problems.push(format!(
                "{file}: `{path}` goes through a re-export in {re_export}; import it from the file \
                 that defines it"
            ));
        }
    }
    problems
}

/// Returns the lines of a list that are neither empty nor comments.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Parses the list of known circles, which empty lines separate.
fn known_circles(list: &str) -> Vec<BTreeSet<&Path>> {
    let mut circles = vec![BTreeSet::new()];
    for line in list.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        match circles.last_mut() {
            Some(circle) if !line.is_empty() => drop(circle.insert(Path::new(line))),
            _ => circles.push(BTreeSet::new()),
        }
    }
    circles
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
            if !fs::read_to_string(&file)?.trim_start().starts_with("//!") {
                structure.without_head_comment.insert(name);
            }
        }
    }
    structure.circles = find_circles(&references);
    Ok(structure)
}

#[cfg(test)]
mod tests;
