//! `cargo xtask words`: finds the words of the old dialect in comments, screen text and documentation.
//!
//! The rules are in `words/list.txt`; the files and folders that must be free of them are in
//! `words/clean.txt`. `cargo xtask test` runs the same check as its part `words`.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use crate::arguments::Arguments;
use crate::workspace::Workspace;

/// The folder with the two lists, from the root of the repository.
const LISTS: &str = "src-tauri/crates/xtask/words";

/// The endings of files with text that people read.
const READ: [&str; 6] = ["rs", "ts", "tsx", "md", "toml", "html"];

/// Folders that are built, downloaded or generated from checked text.
const SKIPPED_FOLDERS: [&str; 6] = ["target", "node_modules", "dist", "generated", "fuzz", ".git"];

/// One line of `list.txt`.
struct Rule {
    pattern: Regex,
    advice: String,
}

/// The lines of `list.txt`.
struct Rules {
    /// Matched against the joined text.
    phrases: Vec<Rule>,
    /// All phrases, which finds those that occur in one pass over the text.
    any_phrase: RegexSet,
    /// Matched against single lines.
    lines: Vec<Rule>,
}

/// The size of the automaton of all phrases, in bytes. With less, it is built again for each file.
const AUTOMATON_BYTES: usize = 64 << 20;

/// A word of the dialect, and where it is.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    line: usize,
    text: String,
    advice: String,
}

pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    let paths = arguments.values("--in");
    arguments.finish()?;
    if paths.is_empty() {
        return check(workspace);
    }
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    check_paths(workspace, &paths)
}

/// Checks the files and folders of `clean.txt`.
pub fn check(workspace: &Workspace) -> Result<()> {
    check_paths(workspace, &clean_paths(workspace)?)
}

/// Returns the files and folders of `clean.txt`, relative to the root of the repository.
pub fn clean_paths(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let path = workspace.root.join(LISTS).join("clean.txt");
    let clean =
        fs::read_to_string(&path).with_context(|| format!("couldn't read {}", path.display()))?;
    Ok(entries(&clean).map(PathBuf::from).collect())
}

fn check_paths(workspace: &Workspace, paths: &[PathBuf]) -> Result<()> {
    let path = workspace.root.join(LISTS).join("list.txt");
    let list =
        fs::read_to_string(&path).with_context(|| format!("couldn't read {}", path.display()))?;
    let rules = parse_rules(&list)?;
    let mut files = Vec::new();
    for path in paths {
        add_files(&workspace.root.join(path), &mut files)?;
    }
    files.sort();
    files.dedup();
    let findings = find_in_files(&rules, &files)?;
    for (file, finding) in &findings {
        let name = file.strip_prefix(&workspace.root).unwrap_or(file);
        println!("{}:{}: {} => {}", name.display(), finding.line, finding.text, finding.advice);
    }
    if !findings.is_empty() {
        let (count, files) = (findings.len(), files.len());
        bail!("{count} findings in {files} files; the rules are in {LISTS}/list.txt");
    }
    println!("  no findings in {} files", files.len());
    Ok(())
}

/// Returns the findings of all files, in the order of the files. Every core reads a part of them.
fn find_in_files<'files>(
    rules: &Rules,
    files: &'files [PathBuf],
) -> Result<Vec<(&'files Path, Finding)>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let part = files.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let readers: Vec<_> = files
            .chunks(part)
            .map(|files| scope.spawn(move || find_in_part(rules, files)))
            .collect();
        let mut findings = Vec::new();
        for reader in readers {
            findings.extend(reader.join().map_err(|_| anyhow!("a reader of the files panicked"))??);
        }
        Ok(findings)
    })
}

fn find_in_part<'files>(
    rules: &Rules,
    files: &'files [PathBuf],
) -> Result<Vec<(&'files Path, Finding)>> {
    let mut findings = Vec::new();
    for file in files {
        let text = fs::read_to_string(file)
            .with_context(|| format!("couldn't read {}", file.display()))?;
        let text = if file.ends_with("CHANGELOG.md") { newest_section(&text) } else { &text };
        findings.extend(find(rules, text).into_iter().map(|finding| (file.as_path(), finding)));
    }
    Ok(findings)
}

/// The lines of a list that are neither empty nor comments.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Parses `PATTERN => advice` lines.
fn parse_rules(list: &str) -> Result<Rules> {
    let (mut phrases, mut lines) = (Vec::new(), Vec::new());
    for line in entries(list) {
        let (pattern, advice) = line
            .split_once(" => ")
            .with_context(|| format!("no ` => ` between pattern and advice: {line}"))?;
        let parsed = RegexBuilder::new(pattern)
            .case_insensitive(true)
            .unicode(false)
            .build()
            .with_context(|| format!("not a regular expression: {pattern}"))?;
        let kind = if pattern.starts_with('^') { &mut lines } else { &mut phrases };
        kind.push(Rule { pattern: parsed, advice: advice.to_owned() });
    }
    let any_phrase = RegexSetBuilder::new(phrases.iter().map(|rule| rule.pattern.as_str()))
        .case_insensitive(true)
        // Word boundaries of other letters take another, slow search.
        .unicode(false)
        .size_limit(AUTOMATON_BYTES)
        .dfa_size_limit(AUTOMATON_BYTES)
        .build()?;
    Ok(Rules { phrases, any_phrase, lines })
}

/// Adds a file, or every file with readable text below a folder.
fn add_files(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let entries =
        fs::read_dir(path).with_context(|| format!("couldn't read {}", path.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !SKIPPED_FOLDERS.contains(&name.as_ref()) {
            add_files(&path, files)?;
        } else if path.is_file() && READ.contains(&ending.as_ref()) {
            files.push(path);
        }
    }
    Ok(())
}

/// The head of a change log and its first section. Older sections are history.
fn newest_section(text: &str) -> &str {
    let end = text.match_indices("\n## ").nth(1).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// Every match of every rule, in the order of the text.
fn find(rules: &Rules, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (joined, starts) in [join_lines(text), join_names(text)] {
        for rule in rules.any_phrase.matches(&joined).iter().map(|index| &rules.phrases[index]) {
            for found in rule.pattern.find_iter(&joined) {
                let line = starts.partition_point(|start| *start <= found.start());
                findings.push(finding(rule, line, found.as_str()));
            }
        }
    }
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        for rule in rules.lines.iter().filter(|rule| rule.pattern.is_match(line)) {
            findings.push(finding(rule, index + 1, line));
        }
    }
    findings.sort_by_key(|finding| finding.line);
    findings
}

fn finding(rule: &Rule, line: usize, text: &str) -> Finding {
    Finding { line, text: text.to_owned(), advice: rule.advice.clone() }
}

/// The text in one line, and where each line starts in it. Indentation, comment markers and the backslash of
/// a continued string are dropped, so that a phrase is found when it wraps.
fn join_lines(text: &str) -> (String, Vec<usize>) {
    let mut joined = String::with_capacity(text.len());
    let mut starts = Vec::new();
    for line in text.lines() {
        starts.push(joined.len());
        let line = line.trim_start();
        let line = ["///", "//!", "//", "/**", "*", "#"]
            .iter()
            .find_map(|marker| line.strip_prefix(marker))
            .unwrap_or(line);
        joined.push_str(line.trim().trim_end_matches('\\').trim_end());
        joined.push(' ');
    }
    (joined, starts)
}

/// The names in a text, each once and as words: `a_long_name` and `aLongName` are `a long name`. With it, where each
/// line starts.
fn join_names(text: &str) -> (String, Vec<usize>) {
    let (mut joined, mut starts, mut known) = (String::new(), Vec::new(), HashSet::new());
    for line in text.lines() {
        starts.push(joined.len());
        let is_separator = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
        // The standard library has `is_none`.
        for name in line.split(is_separator).filter(|name| !name.starts_with("is_none")) {
            let has_words =
                name.contains('_') || name.contains(|letter: char| letter.is_ascii_uppercase());
            if has_words && known.insert(name) {
                for letter in name.chars() {
                    if letter.is_ascii_uppercase() || letter == '_' {
                        joined.push(' ');
                    }
                    joined.extend(Some(letter).filter(|letter| *letter != '_'));
                }
                joined.push('\n');
            }
        }
    }
    (joined, starts)
}

#[cfg(test)]
mod tests;
