//! Which kinds of files each folder of the repository holds, and how large a committed file may be. `structure` calls it,
//! so that a download or a build result that was committed by accident fails the checks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::Process;

/// What a folder holds, and each folder below it that has no row of its own: names of files, and endings (`.rs`). The
/// first row is the top level only.
const FOLDERS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            ".clippy.toml",
            ".gitignore",
            ".rustfmt.toml",
            "CHANGELOG.md",
            "Cargo.lock",
            "Cargo.toml",
            "LICENSE",
            "README.md",
        ],
    ),
    (".cargo", &["config.toml"]),
    (".ci", &["run"]),
    (".config", &["nextest.toml"]),
    (".github", &["CONTRIBUTING.md"]),
    ("icons", &[".icns", ".ico", ".png", ".svg"]),
    ("src-tauri", &["Cargo.toml", "tauri.conf.json", ".rs"]),
    ("src-tauri/capabilities", &[".json"]),
    ("src-tauri/crates", &["Cargo.toml", "README.md", ".py", ".rs", ".snap"]),
    ("src-tauri/crates/cli/src/arguments", &["help.txt", ".rs"]),
    ("src-tauri/crates/migration/src/journal/fixtures", &[".json", ".sql"]),
    ("src-tauri/crates/xtask/tools", &["package-lock.json", "package.json", "requirements.txt"]),
    ("src-tauri/crates/xtask/words", &[".txt"]),
    ("tests", &["Cargo.toml", "README.md", ".py", ".rs", ".snap"]),
    ("tests/fuzz", &["Cargo.lock", "Cargo.toml", ".gitignore", ".rs"]),
    ("tests/support", &[".js", ".py", ".rs", ".sh"]),
    (
        "ui",
        &[
            ".npmrc",
            "README.md",
            "biome.json",
            "cloudscapePatches.ts",
            "index.html",
            "package-lock.json",
            "package.json",
            "record.mjs",
            "tsconfig.json",
            "vite.config.ts",
        ],
    ),
    ("ui/src", &[".css", ".ts", ".tsx"]),
    ("ui/src/ipc/generated", &[".json", ".ts"]),
    ("ui/src/testing/gallery", &["index.html", ".css", ".ts", ".tsx"]),
];

const MAX_BYTES: u64 = 300_000;

/// Files of any size: the lock file grows with every dependency.
const LARGE_FILES: [&str; 1] = ["Cargo.lock"];

/// Returns the files of the repository, relative to its root, with their bytes: the committed ones, and new ones that git
/// doesn't ignore. Returns `None` if git can't list them, as in an archive of the sources.
pub fn list(root: &Path) -> Option<Vec<(PathBuf, u64)>> {
    let options = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let names = Process::new("git", options, root).output().ok()?;
    // A deleted file is listed until the deletion is staged.
    let with_size = |name: &str| Some((name.into(), fs::metadata(root.join(name)).ok()?.len()));
    Some(names.split_terminator('\0').filter_map(with_size).collect())
}

/// Returns a problem for each file that is of no kind that its folder holds, and for each that is too large.
pub fn stray_files(files: &[(PathBuf, u64)]) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, bytes) in files {
        let name = file.display();
        if !is_known(file) {
            problems.push(format!(
                "{name} is of no kind that its folder holds; delete it, or add it to `FOLDERS` in \
                 committed_files.rs"
            ));
        } else if *bytes > MAX_BYTES && !LARGE_FILES.iter().any(|large| Path::new(large) == file) {
            problems.push(format!("{name} has {bytes} bytes, more than {MAX_BYTES}"));
        }
    }
    problems
}

fn is_known(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_kind = |kind: &&str| *kind == name || (kind.starts_with('.') && name.ends_with(kind));
    let above = file.ancestors().skip(1);
    let row = above.map(|folder| (folder, kinds(folder))).find(|(_, kinds)| kinds.is_some());
    row.is_some_and(|(folder, kinds)| {
        let is_top_level = folder == Path::new("");
        (!is_top_level || file.parent() == Some(folder)) && kinds.into_iter().flatten().any(is_kind)
    })
}

fn kinds(folder: &Path) -> Option<&'static [&'static str]> {
    FOLDERS.iter().find(|(name, _)| Path::new(name) == folder).map(|(_, kinds)| *kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_a_folder_does_not_hold_and_large_files_are_found() {
        for (file, bytes, is_stray) in [
            ("Cargo.toml", 1, false),
            ("Cargo.lock", MAX_BYTES + 1, false),
            ("idna-3.15-py3-none-any.whl", 1, true),
            ("notes.rs", 1, true),
            ("new-folder/Cargo.toml", 1, true),
            (".github/workflows/check.yml", 1, true),
            ("src-tauri/crates/aws/src/a/b.rs", 1, false),
            ("src-tauri/crates/aws/src/a/b.rs", MAX_BYTES + 1, true),
            ("src-tauri/crates/aws/src/a.rs.orig", 1, true),
            ("src-tauri/crates/aws/fixtures/a.sql", 1, true),
            ("src-tauri/crates/migration/src/journal/fixtures/a.sql", 1, false),
            ("icons/a.png", MAX_BYTES, false),
            ("icons/a.png", MAX_BYTES + 1, true),
            ("tests/flows/core", 1, true),
            ("ui/vite.config.ts", 1, false),
            ("ui/vite.config.js", 1, true),
            ("ui/src/a/b.tsx", 1, false),
            ("ui/src/a/b.json", 1, true),
            ("ui/src/ipc/generated/b.json", 1, false),
        ] {
            let found = stray_files(&[(file.into(), bytes)]);
            assert_eq!(found.len(), usize::from(is_stray), "{file}: {found:?}");
        }
    }

    #[test]
    fn files_that_git_ignores_or_that_were_deleted_are_not_listed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let git =
            |words: &[&str]| assert!(Process::new("git", words, root).succeeds(), "{words:?}");
        git(&["init", "--quiet"]);
        for (name, text) in
            [("a.rs", "a"), (".gitignore", "/target\n"), ("target", ""), ("b c", "bc")]
        {
            fs::write(root.join(name), text).unwrap();
        }
        fs::write(root.join("deleted"), "").unwrap();
        git(&["add", "a.rs", "deleted"]);
        fs::remove_file(root.join("deleted")).unwrap();
        let mut files = list(root).unwrap();
        files.sort();
        let expected = [(".gitignore", 8), ("a.rs", 1), ("b c", 2)];
        assert_eq!(files, expected.map(|(name, bytes)| (PathBuf::from(name), bytes)));
        assert_eq!(list(&root.join("none")), None);
    }
}
