//! The Rust packages below the root, and the root file of each of their targets.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that hold no sources of the workspace.
const SKIPPED_FOLDERS: [&str; 5] = ["target", "node_modules", "dist", "fuzz", ".git"];

/// A package with its targets: library, programs, tests and examples.
pub struct Package {
    pub folder: PathBuf,
    /// The root files that exist, such as `src/lib.rs`.
    pub targets: Vec<PathBuf>,
}

/// Finds every folder with a `Cargo.toml` that describes a package.
pub fn find(root: &Path) -> Result<Vec<Package>> {
    let mut packages = Vec::new();
    for folder in folders(root)? {
        let manifest = folder.join("Cargo.toml");
        if !manifest.is_file() {
            continue;
        }
        let text = fs::read_to_string(&manifest)
            .with_context(|| format!("couldn't read {}", manifest.display()))?;
        if text.lines().any(|line| line.trim() == "[package]") {
            let targets = targets(&folder, &text)?;
            packages.push(Package { folder, targets });
        }
    }
    Ok(packages)
}

/// Returns every `.rs` file of a package, without those of packages below it.
pub fn rust_files(package: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![package.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for path in entries(&folder)? {
            if path.is_dir() {
                if !is_skipped(&path) && !path.join("Cargo.toml").is_file() {
                    pending.push(path);
                }
            } else if is_rust(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Returns the targets that cargo discovers, and those with a `path` in the manifest.
/// Source: <https://doc.rust-lang.org/cargo/guide/project-layout.html>
fn targets(folder: &Path, manifest: &str) -> Result<Vec<PathBuf>> {
    let mut targets: Vec<PathBuf> =
        ["src/lib.rs", "src/main.rs", "build.rs"].iter().map(|file| folder.join(file)).collect();
    for auto in ["src/bin", "tests", "examples", "benches"] {
        let auto = folder.join(auto);
        if !auto.is_dir() {
            continue;
        }
        for path in entries(&auto)? {
            targets.push(if path.is_dir() { path.join("main.rs") } else { path });
        }
    }
    targets.extend(manifest.lines().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        let path = value.trim().trim_matches('"');
        (key.trim() == "path" && is_rust(Path::new(path))).then(|| folder.join(path))
    }));
    targets.retain(|target| is_rust(target) && target.is_file());
    targets.sort();
    targets.dedup();
    Ok(targets)
}

/// Returns a folder and all folders below it that can hold packages.
fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![root.to_path_buf()];
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        folders.extend(
            entries(&folder)?.into_iter().filter(|path| path.is_dir() && !is_skipped(path)),
        );
    }
    Ok(folders)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("couldn't read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Whether a folder holds no sources of the workspace.
pub fn is_skipped(folder: &Path) -> bool {
    SKIPPED_FOLDERS.iter().any(|name| folder.ends_with(name))
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}
