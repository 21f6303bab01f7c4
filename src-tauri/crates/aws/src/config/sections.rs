//! Sorts the sections of one file by kind, and records those that no tool reads.
//!
//! The AWS tools silently ignore a section with an invalid header, and the user wonders where the
//! profile went. Names may contain spaces and quotes, as in the AWS CLI; the SDK's own parser ignores
//! such profiles.
//!
//! Source: `botocore.configloader.build_profile_map`, and `full_config` of `botocore.session`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::config::ini::{RawSection, RawSetting};
use crate::config::shell_words::split_posix;

/// Which of the two files a section is from. Their headers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConfigFileKind {
    /// `~/.aws/config`, where the header of a profile is `[profile NAME]`.
    Config,
    /// `~/.aws/credentials`, where the header of a profile is `[NAME]`.
    Credentials,
}

/// A section that AWS tools ignore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct IgnoredSection {
    #[serde(serialize_with = "transload_model::text::path")]
    pub path: PathBuf,
    /// The line of the header, counted from 1.
    pub line: u32,
    /// The header as written, without its brackets.
    pub section: String,
    /// Why the section is ignored, and how to correct it.
    pub reason: String,
}

impl fmt::Display for IgnoredSection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, section, reason } = self;
        write!(formatter, "{}:{line}: [{section}] is ignored: {reason}", path.display())
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileLocation {
    pub(crate) path: Arc<Path>,
    pub(crate) line: u32,
}

impl fmt::Display for FileLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.path.display(), self.line)
    }
}

/// A profile, an SSO session, or a `services` section.
#[derive(Clone)]
pub(crate) struct Section {
    pub(crate) name: String,
    /// The first header of the section.
    pub(crate) location: FileLocation,
    settings: Vec<Setting>,
}

#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: String,
    /// The value including text that may be a comment.
    pub(crate) raw_value: String,
    pub(crate) location: FileLocation,
    pub(crate) file: ConfigFileKind,
}

impl Section {
    /// Returns the value of a setting that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.setting(name).map(|setting| setting.value.as_str())
    }

    /// Returns a setting that is not empty. If it occurs twice, the last one wins.
    pub(crate) fn setting(&self, name: &str) -> Option<&Setting> {
        let found = self.settings.iter().rev().find(|setting| setting.name == name)?;
        Some(found).filter(|setting| !setting.value.is_empty())
    }

    /// Returns a setting from one of the two files, if it is not empty.
    pub(crate) fn setting_in(&self, file: ConfigFileKind, name: &str) -> Option<&Setting> {
        let in_file = |setting: &&Setting| setting.name == name && setting.file == file;
        self.settings.iter().rev().find(in_file).filter(|setting| !setting.value.is_empty())
    }

    /// Returns each setting once.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &Setting> {
        let later = |at: usize, name: &str| {
            self.settings[at + 1..].iter().any(|setting| setting.name == name)
        };
        let settings = self.settings.iter().enumerate();
        settings.filter(move |(at, setting)| !later(*at, &setting.name)).map(|(_, setting)| setting)
    }

    /// Returns the location of a setting, or of the section if it has no such setting.
    pub(crate) fn location_of(&self, name: &str) -> FileLocation {
        self.setting(name).map_or_else(|| self.location.clone(), |setting| setting.location.clone())
    }

    /// Adds the settings of another section of the same name, which win.
    pub(crate) fn merge(&mut self, other: Self) {
        self.settings.extend(other.settings);
    }
}

#[derive(Default)]
pub(crate) struct FileSections {
    pub(crate) profiles: Vec<Section>,
    pub(crate) sso_sessions: Vec<Section>,
    pub(crate) services: Vec<Section>,
    pub(crate) ignored: Vec<IgnoredSection>,
}

enum HeaderKind {
    Profile(String),
    SsoSession(String),
    Services(String),
    Ignored(String),
    /// A kind that Transload does not use.
    Other,
}

pub(crate) fn sort_sections(
    path: &Path,
    kind: ConfigFileKind,
    sections: Vec<RawSection>,
) -> FileSections {
    let mut sorted = FileSections::default();
    let path: Arc<Path> = path.into();
    // The header of each sorted section, in the order of the lists.
    let mut headers: [Vec<String>; 3] = Default::default();
    for raw in sections {
        let header = raw.header.clone();
        let header_kind = match kind {
            ConfigFileKind::Config => classify_config_header(&header),
            ConfigFileKind::Credentials => HeaderKind::Profile(header.clone()),
        };
        let (name, list, headers) = match header_kind {
            HeaderKind::Profile(name) => (name, &mut sorted.profiles, &mut headers[0]),
            HeaderKind::SsoSession(name) => (name, &mut sorted.sso_sessions, &mut headers[1]),
            HeaderKind::Services(name) => (name, &mut sorted.services, &mut headers[2]),
            HeaderKind::Other => continue,
            HeaderKind::Ignored(reason) => {
                let path = path.to_path_buf();
                let line = raw.line;
                sorted.ignored.push(IgnoredSection { path, line, section: header, reason });
                continue;
            }
        };
        let section = section(name, &path, kind, raw);
        match list.iter().position(|other| other.name == section.name) {
            None => {
                list.push(section);
                headers.push(header);
            }
            Some(at) if headers[at] == header => list[at].merge(section),
            Some(at) => {
                // `[profile x]` and `[profile "x"]` have the same name: the later one replaces the
                // earlier.
                let replaced = std::mem::replace(&mut list[at], section);
                sorted.ignored.push(IgnoredSection {
                    path: path.to_path_buf(),
                    line: replaced.location.line,
                    section: std::mem::replace(&mut headers[at], header.clone()),
                    reason: format!("[{header}] in the same file replaces it"),
                });
            }
        }
    }
    sorted.ignored.sort_by_key(|ignored| ignored.line);
    sorted
}

fn section(name: String, path: &Arc<Path>, file: ConfigFileKind, raw: RawSection) -> Section {
    let location = |line| FileLocation { path: Arc::clone(path), line };
    let setting = |RawSetting { name, value, raw_value, line }| Setting {
        name,
        value,
        raw_value,
        location: location(line),
        file,
    };
    let settings = raw.settings.into_iter().map(setting).collect();
    Section { name, location: location(raw.line), settings }
}

fn classify_config_header(header: &str) -> HeaderKind {
    if header == "default" {
        return HeaderKind::Profile(header.to_owned());
    }
    let prefix = ["profile", "sso-session", "services"]
        .into_iter()
        .find(|prefix| header.starts_with(prefix));
    let Some(prefix) = prefix else {
        if let Some(right) = intended_header(header) {
            return HeaderKind::Ignored(format!("the header of such a section is {right}"));
        }
        return match split_posix(header).as_deref() {
            Some([name]) => HeaderKind::Ignored(format!(
                "the header of a profile in this file is [profile {name}]"
            )),
            _ => HeaderKind::Other,
        };
    };
    let named = match split_posix(header) {
        Some(words) => match <[String; 2]>::try_from(words) {
            Ok([_, name]) if !name.is_empty() => name,
            Ok(_) => return HeaderKind::Ignored(format!("[{prefix} NAME] requires a name")),
            Err(words) if words.len() < 2 => {
                return HeaderKind::Ignored(format!(
                    "the header of such a section is [{prefix} NAME]"
                ));
            }
            Err(words) => {
                let name = words[1..].join(" ");
                return HeaderKind::Ignored(format!(
                    "a name with spaces must be quoted: [{prefix} \"{name}\"]"
                ));
            }
        },
        None => {
            return HeaderKind::Ignored("its name contains an unclosed quote".to_owned());
        }
    };
    match prefix {
        "profile" => HeaderKind::Profile(named),
        "sso-session" => HeaderKind::SsoSession(named),
        _ => HeaderKind::Services(named),
    }
}

/// Returns the header that was probably intended by a misspelled one, such as `[Profile x]`.
fn intended_header(header: &str) -> Option<String> {
    let mut parts = header.split_whitespace();
    let first = parts.next()?;
    let name = |skipped: usize| {
        let rest: Vec<_> = header.split_whitespace().skip(skipped).collect();
        if rest.is_empty() { "NAME".to_owned() } else { rest.join(" ") }
    };
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ':'], "");
    match (plain(first).as_str(), parts.next()) {
        ("default", None) => Some("[default]".to_owned()),
        ("sso", Some(second)) if matches!(plain(second).as_str(), "session" | "sessions") => {
            Some(format!("[sso-session {}]", name(2)))
        }
        ("profile" | "profiles", _) => Some(format!("[profile {}]", name(1))),
        ("ssosession" | "ssosessions", _) => Some(format!("[sso-session {}]", name(1))),
        ("service" | "services", Some(_)) => Some(format!("[services {}]", name(1))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ini::parse;

    fn sorted(kind: ConfigFileKind, text: &str) -> FileSections {
        sort_sections(Path::new("file"), kind, parse(text).unwrap())
    }

    fn names(sections: &[Section]) -> Vec<&str> {
        sections.iter().map(|section| section.name.as_str()).collect()
    }

    fn lines(sections: &FileSections) -> Vec<(u32, &str)> {
        sections.ignored.iter().map(|one| (one.line, one.section.as_str())).collect()
    }

    #[test]
    fn ignored_sections_of_a_config_file_have_their_lines() {
        let text = "# top\r\n[default]\r\nregion = eu-west-1\r\n[prod]\r\n\r\n[profile prod] ; live\r\n\
                    [profile my team]\n[profile \"our team\"]\n[sso-session corp]\n\
                    [sso-session 'my corp']\n[services x]\n[plugins]\n[preview something]\n\
                    [profile Zoë]\n[profile Zoë's]\n[profile]\n";
        let sections = sorted(ConfigFileKind::Config, text);
        assert_eq!(names(&sections.profiles), ["default", "prod", "our team", "Zoë"]);
        assert_eq!(names(&sections.sso_sessions), ["corp", "my corp"]);
        assert_eq!(names(&sections.services), ["x"]);
        assert_eq!(
            lines(&sections),
            [
                (4, "prod"),
                (7, "profile my team"),
                (12, "plugins"),
                (15, "profile Zoë's"),
                (16, "profile"),
            ]
        );
        assert!(sections.ignored[0].reason.contains("[profile prod]"));
        assert!(sections.ignored[1].reason.contains("[profile \"my team\"]"));
    }

    #[test]
    fn a_misspelled_header_is_reported_with_the_correct_one() {
        for (header, right) in [
            ("Profile prod", Some("[profile prod]")),
            ("PROFILE prod", Some("[profile prod]")),
            (" profile prod", Some("[profile prod]")),
            ("Profile Zoë's", Some("[profile Zoë's]")),
            ("Profile: prod", Some("[profile prod]")),
            ("sso_session corp", Some("[sso-session corp]")),
            ("SSO-Session corp", Some("[sso-session corp]")),
            ("sso session corp", Some("[sso-session corp]")),
            ("service local", Some("[services local]")),
            ("Default", Some("[default]")),
            ("Profile", Some("[profile NAME]")),
            ("preview something", None),
        ] {
            let sections =
                sorted(ConfigFileKind::Config, &format!("# top\n[{header}]\nregion = r\n"));
            assert!(sections.profiles.is_empty() && sections.sso_sessions.is_empty(), "{header}");
            let reported: Vec<_> =
                sections.ignored.iter().map(|one| (one.line, one.reason.as_str())).collect();
            let expected = right.map(|right| format!("the header of such a section is {right}"));
            let expected: Vec<_> = expected.iter().map(|reason| (2, reason.as_str())).collect();
            assert_eq!(reported, expected, "{header}");
        }
    }

    #[test]
    fn every_header_of_a_credentials_file_is_a_profile() {
        let text = "[default]\n[prod]\naws_access_key_id = a\n[profile staging]\n[my team]\n\
                    [prod]\naws_access_key_id = b\n";
        let sections = sorted(ConfigFileKind::Credentials, text);
        assert_eq!(names(&sections.profiles), ["default", "prod", "profile staging", "my team"]);
        assert_eq!(sections.profiles[1].get("aws_access_key_id"), Some("b"));
        assert!(sections.ignored.is_empty());
    }

    #[test]
    fn the_later_of_two_headers_for_one_name_replaces_the_earlier() {
        let text = "[default]\nregion = a\noutput = json\n[profile default]\nregion = b\n";
        let sections = sorted(ConfigFileKind::Config, text);
        assert_eq!(names(&sections.profiles), ["default"]);
        assert_eq!(sections.profiles[0].get("region"), Some("b"));
        assert_eq!(sections.profiles[0].get("output"), None);
        assert_eq!(lines(&sections), [(1, "default")]);
    }
}
