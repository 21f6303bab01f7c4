//! What the SDK's parser leaves out without a word.
//!
//! The parser drops a section whose header does not fit and tells only the log, which leaves a
//! person wondering where a profile went. This reads the headers alone, by the same rules.

use std::path::{Path, PathBuf};

/// Which of the two files a text is from; their headers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// `~/.aws/config`, where a profile is headed `[profile NAME]`.
    Config,
    /// `~/.aws/credentials`, where a profile is headed `[NAME]`.
    Credentials,
}

/// A section that AWS tools ignore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredSection {
    /// The file.
    pub path: PathBuf,
    /// The line of the section's header, from 1.
    pub line: u32,
    /// The header as written, without its brackets.
    pub section: String,
    /// Why it is ignored, and how it would be written right.
    pub reason: String,
}

/// The headers of one file.
#[derive(Debug, Default)]
pub(super) struct Headers {
    /// The profiles in the order of the file; a name may come more than once.
    pub(super) profiles: Vec<String>,
    /// The sections that the parser drops.
    pub(super) ignored: Vec<IgnoredSection>,
}

/// What a header makes its section.
enum Standing {
    Profile(String),
    /// An SSO session, services, or a kind that is not ours to know.
    Other,
    Ignored(String),
}

// The SDK's parser counts these as blank and nothing else.
const BLANK: [char; 2] = [' ', '\t'];

/// Reads the headers of a text that the SDK's parser accepts.
pub(super) fn scan(path: &Path, kind: FileKind, text: &str) -> Headers {
    let mut headers = Headers::default();
    // `[profile default]` replaces `[default]` wherever the two stand in the file.
    let default_is_prefixed = header_lines(text).any(|(_, header)| {
        kind == FileKind::Config && split(header) == (Some("profile"), "default")
    });
    for (line, header) in header_lines(text) {
        let standing = match (kind, split(header)) {
            (FileKind::Config, (None, "default")) if default_is_prefixed => {
                Standing::Ignored("[profile default] in the same file replaces it".to_owned())
            }
            (FileKind::Config, (prefix, name)) => in_config(prefix, name),
            (FileKind::Credentials, (prefix, name)) => in_credentials(prefix, name),
        };
        match standing {
            Standing::Profile(name) => headers.profiles.push(name),
            Standing::Other => {}
            Standing::Ignored(reason) => headers.ignored.push(IgnoredSection {
                path: path.to_path_buf(),
                line,
                section: header.to_owned(),
                reason,
            }),
        }
    }
    headers
}

fn header_lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.lines().zip(1..).filter_map(|(line, number)| {
        // Indented, it continues a property. A comment may follow the bracket.
        let header = line.strip_prefix('[')?;
        let header = header.split(['#', ';']).next().unwrap_or_default().trim_matches(BLANK);
        Some((number, header.strip_suffix(']')?))
    })
}

fn split(header: &str) -> (Option<&str>, &str) {
    let header = header.trim_matches(BLANK);
    match header.split_once(BLANK) {
        Some((prefix, name)) => (Some(prefix.trim()), name.trim()),
        None => (None, header),
    }
}

fn in_config(prefix: Option<&str>, name: &str) -> Standing {
    match prefix {
        None if name == "default" => Standing::Profile(name.to_owned()),
        None => Standing::Ignored(format!("a profile in this file is headed [profile {name}]")),
        Some("profile") if is_identifier(name) => Standing::Profile(name.to_owned()),
        Some("profile" | "sso-session" | "services") if !is_identifier(name) => {
            Standing::Ignored(name_rule())
        }
        Some(_) => Standing::Other,
    }
}

fn in_credentials(prefix: Option<&str>, name: &str) -> Standing {
    match prefix {
        None if is_identifier(name) => Standing::Profile(name.to_owned()),
        None => Standing::Ignored(name_rule()),
        Some("profile") => Standing::Ignored(format!(
            "a profile in this file is headed [{name}], without \"profile\""
        )),
        Some("sso-session" | "services") => {
            Standing::Ignored("a section of this kind belongs in the config file".to_owned())
        }
        Some(_) => Standing::Ignored(name_rule()),
    }
}

fn name_rule() -> String {
    "a name has only letters, digits and _ - / . % @ : +, without spaces and quotes".to_owned()
}

/// The SDK's rule for names: `[A-Za-z0-9_\-/.%@:\+]+`.
fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|character| {
            character.is_ascii_alphanumeric()
                || matches!(character, '_' | '-' | '/' | '.' | '%' | '@' | ':' | '+')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(headers: &Headers) -> Vec<(u32, &str)> {
        headers.ignored.iter().map(|section| (section.line, section.section.as_str())).collect()
    }

    #[test]
    fn a_config_file_names_its_dropped_sections_by_line() {
        let text = "# top\r\n[default]\r\nregion = eu-west-1\r\n[prod]\r\n\r\n[profile prod] ; live\r\n\
                    [profile my team]\n[profile \"quoted\"]\n  [not a header]\n[sso-session corp]\n\
                    [sso-session my corp]\n[services x]\n[plugins]\n[preview something]\n[profile Zoë]\n";
        let headers = scan(Path::new("config"), FileKind::Config, text);
        assert_eq!(headers.profiles, ["default", "prod"]);
        assert_eq!(
            lines(&headers),
            [
                (4, "prod"),
                (7, "profile my team"),
                (8, "profile \"quoted\""),
                (11, "sso-session my corp"),
                (13, "plugins"),
                (15, "profile Zoë"),
            ]
        );
        assert!(headers.ignored[0].reason.contains("[profile prod]"));
        assert!(headers.ignored[1].reason.contains("without spaces"));
    }

    #[test]
    fn a_credentials_file_takes_bare_names_only() {
        let text = "[default]\n[prod]\n[profile staging]\n[my team]\n[sso-session corp]\n[prod]\n";
        let headers = scan(Path::new("credentials"), FileKind::Credentials, text);
        assert_eq!(headers.profiles, ["default", "prod", "prod"]);
        assert_eq!(
            lines(&headers),
            [(3, "profile staging"), (4, "my team"), (5, "sso-session corp")]
        );
    }

    #[test]
    fn a_prefixed_default_replaces_the_bare_one() {
        let text = "[default]\nregion = a\n[profile default]\nregion = b\n";
        let headers = scan(Path::new("config"), FileKind::Config, text);
        assert_eq!(headers.profiles, ["default"]);
        assert_eq!(lines(&headers), [(1, "default")]);
    }
}
