//! Expands variables and the home folder in paths from variables and files.
//!
//! Source: `os.path.expandvars` and `os.path.expanduser` of Python 3.11, which botocore applies to the
//! paths of its files in this order.

use std::path::PathBuf;

/// How variables are written in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VariableSyntax {
    /// `$NAME` and `${NAME}`.
    Posix,
    /// `$NAME`, `${NAME}` and `%NAME%`.
    Windows,
}

impl VariableSyntax {
    /// Returns the syntax of this operating system.
    pub(crate) fn native() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Posix }
    }
}

/// Replaces variables in a text with their values. Unset variables stay as written.
pub(crate) fn expand_variables(
    text: &str,
    syntax: VariableSyntax,
    variable: impl Fn(&str) -> Option<String>,
) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '%']) {
        let (before, from) = rest.split_at(at);
        written.push_str(before);
        let length = match variable_reference(from, syntax) {
            Some((name, reference)) => {
                match variable(name) {
                    Some(value) => written.push_str(&value),
                    None => written.push_str(reference),
                }
                reference.len()
            }
            None => {
                written.push_str(&from[..1]);
                1
            }
        };
        rest = &from[length..];
    }
    written + rest
}

/// Returns the name of the variable that a text starts with, and the whole reference to it.
fn variable_reference(text: &str, syntax: VariableSyntax) -> Option<(&str, &str)> {
    let (prefix, behind) = text.split_at(1);
    if prefix == "%" {
        let end = behind.find('%').filter(|end| *end > 0 && syntax == VariableSyntax::Windows)?;
        return Some((&behind[..end], &text[..end + 2]));
    }
    if let Some(inside) = behind.strip_prefix('{') {
        let end = inside.find('}')?;
        return Some((&inside[..end], &text[..end + 3]));
    }
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let length = behind.bytes().take_while(|byte| is_part(*byte)).count();
    (length > 0).then(|| (&behind[..length], &text[..=length]))
}

/// Expands a leading `~` or `~user` to the home folder.
pub(crate) fn expand_home(written: &str, home: Option<&str>) -> PathBuf {
    let is_divider = |character: char| character == '/' || (cfg!(windows) && character == '\\');
    let (first, rest) = match written.find(is_divider) {
        Some(at) => written.split_at(at),
        None => (written, ""),
    };
    let folder = match first.strip_prefix('~') {
        None => None,
        Some("") => home.map(str::to_owned),
        Some(user) => home_of_user(user),
    };
    match folder {
        Some(folder) => PathBuf::from(folder.trim_end_matches(is_divider).to_owned() + rest),
        None => PathBuf::from(written),
    }
}

/// Returns the home folder of another user, on systems that list users in `/etc/passwd`.
fn home_of_user(user: &str) -> Option<String> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.split(':').next() == Some(user))?;
    line.split(':').nth(5).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_expanded_as_in_python() {
        use VariableSyntax::{Posix, Windows};
        let variable = |name: &str| match name {
            "HOME" => Some("/home/ada".to_owned()),
            "EMPTY" => Some(String::new()),
            "USERPROFILE" => Some(r"C:\Users\Ada".to_owned()),
            _ => None,
        };
        for (syntax, text, expected) in [
            (Posix, "$HOME/aws", "/home/ada/aws"),
            (Posix, "${HOME}/aws", "/home/ada/aws"),
            (Posix, "$HOMEWARD/x", "$HOMEWARD/x"),
            (Posix, "/a/$EMPTY/b$", "/a//b$"),
            (Posix, "${HOME", "${HOME"),
            (Posix, "$-x/100%/%HOME%", "$-x/100%/%HOME%"),
            (Posix, "ä$HOME é", "ä/home/ada é"),
            (Windows, r"%USERPROFILE%\.aws", r"C:\Users\Ada\.aws"),
            (Windows, "%NONE%/100%", "%NONE%/100%"),
            (Windows, "$HOME/%%", "/home/ada/%%"),
        ] {
            assert_eq!(expand_variables(text, syntax, variable), expected, "{text}");
        }
    }

    #[test]
    fn a_tilde_is_expanded_only_as_the_first_part() {
        let home = Some("/home/ada");
        for (text, expected) in [
            ("~/.aws/config", "/home/ada/.aws/config"),
            ("~", "/home/ada"),
            ("/a/~/b", "/a/~/b"),
            ("~nobody-of-this-name/x", "~nobody-of-this-name/x"),
            ("relative", "relative"),
        ] {
            assert_eq!(expand_home(text, home), PathBuf::from(expected), "{text}");
        }
        assert_eq!(expand_home("~/x", None), PathBuf::from("~/x"));
        if cfg!(target_os = "linux") {
            assert_eq!(expand_home("~root/x", home), PathBuf::from("/root/x"));
        }
    }
}
