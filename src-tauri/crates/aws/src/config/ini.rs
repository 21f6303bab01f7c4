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

/// Parses a file.
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
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String, u32)> {
        let sections = parse(text).unwrap();
        let settings = sections.into_iter().flat_map(|section| section.settings);
        settings.map(|setting| (setting.name, setting.value, setting.line)).collect()
    }

    fn headers(text: &str) -> Vec<(String, u32)> {
        parse(text).unwrap().into_iter().map(|section| (section.header, section.line)).collect()
    }

    #[test]
    fn settings_have_line_numbers_with_any_line_ending() {
        let text = "\u{feff}# top\r\n[default]\r\nRegion = eu-west-1 ; Dublin\r\n\r\noutput: json\n\
                    sso_start_url=https://corp.example/start#/\n";
        assert_eq!(
            values(text),
            [
                ("region".to_owned(), "eu-west-1".to_owned(), 3),
                ("output".to_owned(), "json".to_owned(), 5),
                ("sso_start_url".to_owned(), "https://corp.example/start#/".to_owned(), 6),
            ]
        );
    }

    #[test]
    fn lines_that_end_with_a_carriage_return_alone_are_lines() {
        let text = "[default]\rregion = eu-west-1\r\routput = json\r\n[b]\r";
        let expected = [("region", "eu-west-1", 2), ("output", "json", 4)];
        let expected =
            expected.map(|(name, value, line)| (name.to_owned(), value.to_owned(), line));
        assert_eq!(values(text), expected);
        assert_eq!(headers(text), [("default".to_owned(), 1), ("b".to_owned(), 5)]);
    }

    #[test]
    fn deeper_lines_continue_a_setting_and_equally_deep_ones_do_not() {
        let text = "[default]\n  region = a\n  output = b\n[services x]\necr =\n\n  # here\n  \
                    endpoint_url = http://h ; c\n  other = d\nafter = e\n";
        let values: Vec<_> =
            values(text).into_iter().map(|(name, value, _)| (name, value)).collect();
        let expected = [
            ("region", "a"),
            ("output", "b"),
            ("ecr", "\n\nendpoint_url = http://h ; c\nother = d"),
            ("after", "e"),
        ];
        assert_eq!(values, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_header_may_be_indented_and_be_followed_by_a_comment() {
        let text = "  [default] ; the first\n[profile a]b] # not [c]\n[profile #1]\n";
        let expected = [("default", 1), ("profile a]b", 2), ("profile #1", 3)];
        assert_eq!(headers(text), expected.map(|(header, line)| (header.to_owned(), line)));
    }

    #[test]
    fn settings_of_default_apply_to_every_section() {
        let text = "[a]\nregion = own\n[DEFAULT]\nregion = all\noutput = text\n[b]\n";
        let sections = parse(text).unwrap();
        assert_eq!(sections.len(), 2);
        let last = |section: &RawSection, name: &str| {
            let found = section.settings.iter().rev().find(|setting| setting.name == name);
            found.map(|setting| (setting.value.clone(), setting.line))
        };
        assert_eq!(last(&sections[0], "region"), Some(("own".to_owned(), 2)));
        assert_eq!(last(&sections[1], "region"), Some(("all".to_owned(), 4)));
    }

    #[test]
    fn duplicates_are_reported_with_both_lines() {
        for (text, reported) in [
            ("[a]\nx = 1\n[b]\nx = 1\n", None),
            ("[a]\n[b]\n[a]\n", Some((3, "[a] is already defined in line 1"))),
            ("[a]\nx = 1\ny = 1\nX : 2\n", Some((4, "the setting x is already defined in line 2"))),
            ("[DEFAULT]\nx = 1\n[DEFAULT]\ny = 1\n[a]\nx = 1\n", None),
            (
                "[DEFAULT]\nx = 1\n[DEFAULT]\nx = 1\n",
                Some((4, "the setting x is already defined in line 2")),
            ),
            ("[a]\ns3 =\n  x = 1\n  x = 2\n", None),
            (
                "\u{feff}[a]\n",
                Some((1, "the file begins with a byte order mark; save it as UTF-8 without BOM")),
            ),
        ] {
            let found = cli_rejection(text)
                .map(|cli_rejection| (cli_rejection.line, cli_rejection.to_string()));
            assert_eq!(
                found,
                reported.map(|(line, reported)| (line, reported.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn an_invalid_line_is_reported_by_its_number_only() {
        for (text, problem) in [
            ("region = a\n", SyntaxError::BeforeFirstSection(1)),
            ("[a]\n\nhunter2\n", SyntaxError::NotASetting(3)),
            ("[a]\n= hunter2\n", SyntaxError::MissingName(2)),
            ("[a]\ns3 =\n  hunter2\n", SyntaxError::InvalidNestedSetting(3)),
            ("[]\n", SyntaxError::BeforeFirstSection(1)),
        ] {
            let found = parse(text).unwrap_err();
            assert_eq!(found, problem);
            assert!(!found.to_string().contains("hunter2"));
        }
    }
}
