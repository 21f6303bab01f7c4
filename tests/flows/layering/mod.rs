//! Story 9: dependencies between crates and folders, checked by reading the sources.

mod ui;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Every file under a folder of the workspace with one of these endings, with its path from the
/// root, in order.
fn sources(folder: &str, endings: &[&str]) -> Result<Vec<(String, String)>> {
    let root = transload_tests::tools::workspace_root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                if !matches!(name(&path), "target" | "node_modules" | "dist") {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name(&path).ends_with(ending)) {
                found.push((from_root(&root, &path), fs::read_to_string(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn from_root(root: &Path, path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root).unwrap_or(path).to_path_buf();
    path.display().to_string()
}
