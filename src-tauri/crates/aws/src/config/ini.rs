//! Parses one file of the AWS configuration into sections and settings with their line numbers.
//!
//! The rules are those of the AWS CLI, which uses Python's `configparser`: a line that is indented
//! deeper than the setting before it continues that setting, `=` and `:` separate name and value, a
//! comment has its own line, and a line ends with `\n`, `\r\n` or `\r`. Two rules are those of the
//! SDKs: text after ` #` or ` ;` is a comment, and a section or setting may occur twice, which the AWS
//! CLI rejects.
//!
//! Source: `configparser.RawConfigParser._read` of Python 3.11; the parser of `aws-runtime` 1.10.

use std::collections::HashMap;
use std::fmt;

/// A section as written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RawSection {
    /// The header without its brackets.
    pub(crate) header: String,
    /// The line of the header, counted from 1.
    pub(crate) line: u32,
    /// The settings in the order of the file. A name may occur more than once.
    pub(crate) settings: Vec<RawSetting>,
}

/// A setting as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawSetting {
    /// The name in lower case.
    pub(crate) name: String,
    /// The value without a trailing comment. Each continuation line follows after a `\n`.
    pub(crate) value: String,
    /// The value including text that may be a comment, as the AWS CLI reads it.
    pub(crate) raw_value: String,
    /// Counted from 1.
    pub(crate) line: u32,
}

/// Why a file can't be parsed. It never quotes the line, which may hold a secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SyntaxError {
    #[error("line {0} is before the first section")]
    BeforeFirstSection(u32),
    #[error("line {0} is neither a section header nor a setting")]
    NotASetting(u32),
    #[error("line {0} has a value without a name")]
    MissingName(u32),
    #[error("line {0} is nested below a setting without a value, but is not a setting")]
    InvalidNestedSetting(u32),
}

/// The section whose settings apply to every other section. Source: `configparser.DEFAULTSECT`.
const DEFAULT_SECTION: &str = "DEFAULT";

/// The byte order mark. The AWS CLI reads it as part of the first line and rejects the file.
const BYTE_ORDER_MARK: char = '\u{feff}';

const COMMENT_SIGNS: [char; 2] = ['#', ';'];

pub(crate) fn parse(text: &str) -> Result<Vec<RawSection>, SyntaxError> {
    Ok(with_defaults(parse_sections(text)?))
}

/// Why the AWS CLI rejects a file that is read here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CliRejection {
    /// The line at fault, counted from 1.
    pub(crate) line: u32,
    why: String,
}

impl fmt::Display for CliRejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.why)
    }
}

/// Returns the first thing that makes the AWS CLI reject the whole file: a byte order mark, or a
/// duplicate section or setting.
pub(crate) fn cli_rejection(text: &str) -> Option<CliRejection> {
    if text.starts_with(BYTE_ORDER_MARK) {
        let why = "the file begins with a byte order mark; save it as UTF-8 without BOM";
        return Some(CliRejection { line: 1, why: why.to_owned() });
    }
    let sections = parse_sections(text).ok()?;
    let mut seen: HashMap<(&str, Option<&str>), u32> = HashMap::new();
    let mut repeats = |header, name: Option<_>, line| {
        let first = *seen.entry((header, name)).or_insert(line);
        let what = name.map_or_else(|| format!("[{header}]"), |name| format!("the setting {name}"));
        let why = || format!("{what} is already defined in line {first}");
        (first != line).then(|| CliRejection { line, why: why() })
    };
    sections.iter().find_map(|section| {
        let header = section.header.as_str();
        // `[DEFAULT]` may occur more than once.
        let again =
            if header == DEFAULT_SECTION { None } else { repeats(header, None, section.line) };
        let mut settings = section.settings.iter();
        again
            .or_else(|| settings.find_map(|one| repeats(header, Some(one.name.as_str()), one.line)))
    })
}

/// Splits a text into lines at any line ending.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Parses the sections without applying `[DEFAULT]`.
fn parse_sections(text: &str) -> Result<Vec<RawSection>, SyntaxError> {
    // Windows editors add a byte order mark.
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut sections: Vec<RawSection> = Vec::new();
    let mut indent = 0;
    for (line, number) in lines(text).zip(1..) {
        let content = line.trim();
        let section = sections.last_mut();
        if content.is_empty() {
            if let Some(setting) = section.and_then(|section| section.settings.last_mut()) {
                setting.continue_with("");
            }
            continue;
        }
        if content.starts_with(COMMENT_SIGNS) {
            continue;
        }
        let own_indent = line.chars().take_while(|character| character.is_whitespace()).count();
        let continued = section.filter(|_| own_indent > indent);
        if let Some(setting) = continued.and_then(|section| section.settings.last_mut()) {
            if setting.is_nested() && !content.contains('=') {
                return Err(SyntaxError::InvalidNestedSetting(number));
            }
            setting.continue_with(content);
            continue;
        }
        indent = own_indent;
        if let Some(header) = header(content) {
            let header = header.to_owned();
            sections.push(RawSection { header, line: number, settings: Vec::new() });
        } else if let Some(section) = sections.last_mut() {
            section.settings.push(setting(content, number)?);
        } else {
            return Err(SyntaxError::BeforeFirstSection(number));
        }
    }
    for setting in sections.iter_mut().flat_map(|section| &mut section.settings) {
        setting.value.truncate(setting.value.trim_end().len());
        setting.raw_value.truncate(setting.raw_value.trim_end().len());
    }
    Ok(sections)
}

/// Returns the text between the brackets of a header, which a comment may follow.
fn header(content: &str) -> Option<&str> {
    let inside = content.strip_prefix('[')?;
    let closed = |at: &usize| {
        let behind = inside[at + 1..].trim_start();
        behind.is_empty() || behind.starts_with(COMMENT_SIGNS)
    };
    let mut brackets = inside.match_indices(']').map(|(at, _)| at);
    let end = brackets.find(closed).or_else(|| inside.rfind(']'))?;
    Some(&inside[..end]).filter(|header| !header.is_empty())
}

fn setting(content: &str, line: u32) -> Result<RawSetting, SyntaxError> {
    let (name, value) = content.split_once(['=', ':']).ok_or(SyntaxError::NotASetting(line))?;
    let name = name.trim_end().to_lowercase();
    if name.is_empty() {
        return Err(SyntaxError::MissingName(line));
    }
    let raw_value = value.trim().to_owned();
    Ok(RawSetting { name, value: without_comment(value).trim().to_owned(), raw_value, line })
}

/// Cuts a value at the first `#` or `;` after white space.
pub(crate) fn without_comment(value: &str) -> &str {
    let mut after_blank = false;
    for (at, character) in value.char_indices() {
        if after_blank && COMMENT_SIGNS.contains(&character) {
            return &value[..at];
        }
        after_blank = character.is_whitespace();
    }
    value
}

impl RawSetting {
    fn continue_with(&mut self, line: &str) {
        for text in [&mut self.value, &mut self.raw_value] {
            text.push('\n');
            text.push_str(line);
        }
    }

    /// Whether the lines of the value are settings themselves, as in `services` sections.
    fn is_nested(&self) -> bool {
        self.raw_value.is_empty() || self.raw_value.starts_with('\n')
    }
}

/// Adds the settings of `[DEFAULT]` to every section that lacks them.
fn with_defaults(sections: Vec<RawSection>) -> Vec<RawSection> {
    let (default_sections, mut sections): (Vec<_>, Vec<_>) =
        sections.into_iter().partition(|section| section.header == DEFAULT_SECTION);
    let defaults: Vec<_> =
        default_sections.into_iter().flat_map(|section| section.settings).collect();
    for section in &mut sections {
        let own = section.settings.split_off(0);
        // The last occurrence wins, so the section's own settings follow the defaults.
        section.settings = defaults.iter().cloned().chain(own).collect();
    }
    sections
}

#[cfg(test)]
mod tests;
