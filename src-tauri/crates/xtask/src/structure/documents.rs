//! Names of files and of things in documentation that no longer exist: in the Markdown pages, and in the head
//! comments of Rust files. `structure` calls it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use crate::structure::packages::is_skipped;

/// Pages that name files of the past.
const HISTORY: [&str; 1] = ["CHANGELOG.md"];

/// Folders that only a build creates, and placeholders for the name of any file.
const NOT_CHECKED: [&str; 5] = ["target/", "x/", "x.rs", "mod.rs", "dist/"];

/// Endings of our own source files. A page may name files of others, such as `hosts.toml`.
const SOURCES: [&str; 4] = [".rs", ".ts", ".tsx", ".css"];

/// The texts of the repository, by their path relative to its root.
pub struct Texts(Vec<(PathBuf, String)>);

impl Texts {
    /// Reads all text files below a folder.
    pub fn read(root: &Path) -> Result<Self> {
        let (mut texts, mut pending) = (Vec::new(), vec![root.to_path_buf()]);
        while let Some(folder) = pending.pop() {
            let entries = fs::read_dir(&folder)
                .with_context(|| format!("couldn't read {}", folder.display()))?;
            for entry in entries {
                let path = entry?.path();
                if path.is_dir() {
                    if !is_skipped(&path) {
                        pending.push(path);
                    }
                } else {
                    // A file that isn't text still has a name.
                    let text = fs::read_to_string(&path).unwrap_or_default();
                    texts.push((path.strip_prefix(root).unwrap_or(&path).to_path_buf(), text));
                }
            }
        }
        texts.sort();
        Ok(Self(texts))
    }

    /// Returns the files with source code.
    pub fn sources(&self) -> impl Iterator<Item = (&Path, &str)> {
        let files = self.0.iter().map(|(file, text)| (file.as_path(), text.as_str()));
        files.filter(|(file, _)| SOURCES.iter().any(|end| file.to_string_lossy().ends_with(end)))
    }

    /// Returns a problem for each name that doesn't exist.
    pub fn stale_names(&self) -> Vec<String> {
        let words = self.words_of_code();
        let mut problems = Vec::new();
        for (file, text) in &self.0 {
            let is = |ending: &str| file.to_string_lossy().ends_with(ending);
            if is(".md") && !HISTORY.iter().any(|name| file.ends_with(name)) {
                for link in links(text).filter(|link| !self.is_link(file, link)) {
                    problems.push(format!("{}: {link} doesn't exist", file.display()));
                }
                for path in quoted(text).filter(|name| self.is_path(name) && !self.has_path(name)) {
                    problems.push(format!("{}: {path} doesn't exist", file.display()));
                }
            }
            if is(".rs") {
                for name in head_comment(text).flat_map(quoted) {
                    if is_snake_case(name) && !words.contains(name) {
                        problems.push(format!("{}: {name} doesn't exist", file.display()));
                    }
                }
            }
        }
        problems
    }

    /// Returns the words of all files without the comments of Rust, and those of the file names.
    fn words_of_code(&self) -> BTreeSet<&str> {
        let is_comment = |line: &&str| line.trim_start().starts_with("//");
        let code = self.0.iter().filter(|(file, _)| file.extension() != Some("md".as_ref()));
        let lines =
            code.clone().flat_map(|(_, text)| text.lines()).filter(|line| !is_comment(line));
        let names = code.flat_map(|(file, _)| file.iter().filter_map(|part| part.to_str()));
        lines
            .chain(names)
            .flat_map(|line| line.split(|letter: char| !is_letter_of_name(letter)))
            .filter(|word| is_snake_case(word))
            .collect()
    }

    fn is_link(&self, page: &Path, link: &str) -> bool {
        let link = link.split('#').next().unwrap_or_default();
        let mut target = page.parent().unwrap_or(page).to_path_buf();
        for part in Path::new(link).components() {
            match part {
                Component::ParentDir => drop(target.pop()),
                part => target.push(part),
            }
        }
        link.is_empty()
            || link.contains("://")
            || self.0.iter().any(|(file, _)| file.starts_with(&target))
    }

    /// Whether a name is a path of this repository, and not an image such as `team/app`.
    fn is_path(&self, name: &str) -> bool {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
        if !name.starts_with(|letter: char| letter.is_ascii_alphanumeric()) {
            return false;
        }
        let first = name.split_once('/').map(|(first, _)| first);
        let is_ours = SOURCES.iter().any(|ending| name.ends_with(ending))
            || first.is_some_and(|first| self.has_path(first));
        is_ours
            && name.chars().all(is_letter)
            && !NOT_CHECKED.iter().any(|start| name.starts_with(start))
    }

    /// Whether a file, or a folder of one, ends with these parts.
    fn has_path(&self, name: &str) -> bool {
        let wanted: Vec<_> = Path::new(name).iter().collect();
        self.0.iter().any(|(file, _)| {
            let parts: Vec<_> = file.iter().collect();
            parts.windows(wanted.len()).any(|window| window == wanted)
        })
    }
}

/// Returns the targets of links.
fn links(page: &str) -> impl Iterator<Item = &str> {
    page.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// Returns what is in single backticks in one line.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Returns the lines of a head comment without the paragraphs of sources, which name things of others.
fn head_comment(text: &str) -> impl Iterator<Item = &str> {
    let head = text.lines().map_while(|line| line.strip_prefix("//!"));
    let mut is_source = false;
    head.filter(move |line| {
        let line = line.trim_start();
        is_source = line.starts_with("Source") || (is_source && !line.is_empty());
        !is_source
    })
}

fn is_snake_case(name: &str) -> bool {
    name.contains('_')
        && !name.starts_with('_')
        && name.chars().all(|letter| is_letter_of_name(letter) && !letter.is_ascii_uppercase())
}

fn is_letter_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}
