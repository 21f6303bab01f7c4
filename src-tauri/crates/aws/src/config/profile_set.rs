//! The merged sections of both files, and the text that is derived from them for the SDK.

use std::fmt::Write as _;

use crate::config::ini::without_comment;
use crate::config::sections::{FileSections, Section};

/// The profiles, SSO sessions and `services` sections of both files.
#[derive(Clone, Default)]
pub(crate) struct ConfiguredProfiles {
    profiles: Vec<Section>,
    sso_sessions: Vec<Section>,
    services: Vec<Section>,
}

impl ConfiguredProfiles {
    /// Adds the sections of a file. If a section already exists, the added settings win: the
    /// credentials file takes precedence over the configuration file.
    pub(crate) fn add(&mut self, sections: FileSections) {
        for (own, added) in [
            (&mut self.profiles, sections.profiles),
            (&mut self.sso_sessions, sections.sso_sessions),
            (&mut self.services, sections.services),
        ] {
            for section in added {
                match own.iter_mut().find(|other| other.name == section.name) {
                    Some(existing) => existing.merge(section),
                    None => own.push(section),
                }
            }
        }
    }

    /// The profiles in the order of the files, the configuration file first.
    pub(crate) fn profiles(&self) -> &[Section] {
        &self.profiles
    }

    pub(crate) fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    pub(crate) fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.iter().find(|session| session.name == name)
    }

    /// The SSO sessions in the order of the files.
    pub(crate) fn sso_sessions(&self) -> &[Section] {
        &self.sso_sessions
    }

    /// Writes everything as a text that the SDK's parser reads in the same way: one header per section,
    /// names encoded by [`sdk_name`], no comments, and no keys, which the SDK receives separately.
    pub(crate) fn sdk_text(&self) -> String {
        let mut text = String::new();
        for profile in &self.profiles {
            let prefix = if profile.name == "default" { "" } else { "profile " };
            write_section(&mut text, prefix, profile);
        }
        self.sso_sessions.iter().for_each(|one| write_section(&mut text, "sso-session ", one));
        self.services.iter().for_each(|one| write_section(&mut text, "services ", one));
        text
    }
}

/// Settings whose value is the name of another section.
const SECTION_NAME_SETTINGS: [&str; 3] = ["source_profile", "sso_session", "services"];

/// Settings that the SDK must not see.
const SECRET_SETTINGS: [&str; 3] =
    ["aws_secret_access_key", "aws_session_token", "aws_security_token"];

fn write_section(text: &mut String, prefix: &str, section: &Section) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "[{prefix}{}]", sdk_name(&section.name));
    for setting in section.settings() {
        let (name, value) = (setting.name.as_str(), setting.value.as_str());
        if !is_identifier(name) || SECRET_SETTINGS.contains(&name) {
            continue;
        }
        let nested = value.starts_with('\n');
        let named = SECTION_NAME_SETTINGS.contains(&name).then(|| sdk_name(value));
        // A value that starts with `#` would be a comment after a blank.
        let _ = write!(text, "{name}=");
        for (number, line) in named.as_deref().unwrap_or(value).lines().enumerate() {
            match (number, line.trim()) {
                (_, "") => {}
                // The SDK rejects a text in which a nested setting has no name.
                (_, line) if nested && !is_setting(line) => {}
                (0, line) => text.push_str(line),
                (_, line) => {
                    let _ = write!(text, "\n  {line}");
                }
            }
        }
        text.push('\n');
    }
}

fn is_setting(line: &str) -> bool {
    without_comment(line).split_once('=').is_some_and(|(name, _)| is_identifier(name.trim_end()))
}

/// Encodes a name for the SDK's parser: characters that it rejects, and `%` itself, become `%` and two
/// hexadecimal digits per byte, so that two names never become the same.
pub(crate) fn sdk_name(name: &str) -> String {
    let mut written = String::with_capacity(name.len());
    for byte in name.bytes() {
        match char::from(byte) {
            plain if is_name_character(plain) && plain != '%' => written.push(plain),
            _ => {
                let _ = write!(written, "%{byte:02x}");
            }
        }
    }
    written
}

/// Whether the SDK accepts a name: `[A-Za-z0-9_\-/.%@:\+]+`.
pub(crate) fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_name_character)
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '-' | '/' | '.' | '%' | '@' | ':' | '+')
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::ini::parse;
    use crate::config::sections::{ConfigFileKind, sort_sections};

    fn set(config: &str, credentials: &str) -> ConfiguredProfiles {
        let mut set = ConfiguredProfiles::default();
        for (kind, text) in
            [(ConfigFileKind::Config, config), (ConfigFileKind::Credentials, credentials)]
        {
            set.add(sort_sections(Path::new("file"), kind, parse(text).unwrap()));
        }
        set
    }

    #[test]
    fn the_credentials_file_wins_over_the_configuration_file() {
        let set = set(
            "[profile a]\nregion = r\naws_access_key_id = config\n",
            "[a]\naws_access_key_id = credentials\n[b]\n",
        );
        let a = set.profile("a").unwrap();
        assert_eq!((a.get("region"), a.get("aws_access_key_id")), (Some("r"), Some("credentials")));
        assert_eq!(set.profiles().len(), 2);
    }

    #[test]
    fn the_sdk_gets_names_that_it_accepts_and_no_secret() {
        let set = set(
            "[profile \"our team\"]\nregion = eu-west-1 # here\nservices = my own\n\
             aws_secret_access_key = hunter2\n[services \"my own\"]\necr =\n\n  endpoint_url = http://h\n\
             [default]\noutput = json\n",
            "",
        );
        let expected = "[profile our%20team]\nregion=eu-west-1\nservices=my%20own\n\
                        [default]\noutput=json\n\
                        [services my%20own]\necr=\n  endpoint_url = http://h\n";
        assert_eq!(set.sdk_text(), expected);
        assert_ne!(sdk_name("our team"), sdk_name("our%20team"));
    }
}
