//! Parses the address of one proxy, as an environment variable or the system settings contain it.
//!
//! A login may contain any character, percent-encoded or not. Everything before the last `@` counts as
//! login, so that no part of it becomes part of the address, which is displayed and stored. botocore also
//! splits at the last `@`; Go and curl reject an address whose login is not encoded.

use std::fmt;

use url::{Host, Url};

/// The supported proxy schemes.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// A proxy between this computer and a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Hop {
    /// Scheme, host and port, without the login.
    pub address: String,
    /// Whether the settings contain a login for the proxy.
    pub has_login: bool,
    /// The address with the login.
    url: Url,
}

impl Hop {
    /// Parses an address. Returns `None` if it is not a supported proxy address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if lacks_slash(text) {
            return None;
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            _ => ("http".to_owned(), text.strip_prefix("//").unwrap_or(text)),
        };
        if !SCHEMES.contains(&scheme.as_str()) {
            return None;
        }
        let (login, location) = match rest.rsplit_once('@') {
            Some((login, location)) => (Some(login).filter(|login| !login.is_empty()), location),
            None => (None, rest),
        };
        let address = format!("{scheme}://{}", host_and_port(location)?);
        let url = match login {
            Some(login) => {
                format!("{scheme}://{}@{}", encode_login(login), &address[scheme.len() + 3..])
            }
            None => address.clone(),
        };
        Some(Self { address, has_login: login.is_some(), url: Url::parse(&url).ok()? })
    }

    /// Returns the address with the login. For the connection only; never display or store it.
    pub(super) fn url_with_login(&self) -> Url {
        self.url.clone()
    }
}

impl fmt::Debug for Hop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Hop").field(&self.address).finish()
    }
}

/// Returns whether the text is a URI scheme. Source: RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(allowed)
}

/// Returns whether the text starts with a proxy scheme but lacks a slash of `://`, as in `http:/proxy`.
fn lacks_slash(text: &str) -> bool {
    let begins = |scheme: &&str| {
        let rest = text.get(scheme.len()..).and_then(|rest| rest.strip_prefix(':'));
        let is_scheme =
            text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme));
        is_scheme && rest.is_some_and(|rest| rest.starts_with('/') && !rest.starts_with("//"))
    };
    SCHEMES.iter().any(begins)
}

/// Parses the part after the login: host and port, without the path.
fn host_and_port(location: &str) -> Option<String> {
    let location = location.split(['/', '?', '#', '\\']).next()?;
    let (host, port) = match location.rsplit_once(':') {
        // The last colon of `[::1]` is part of the host.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (location, None),
    };
    let is_plain =
        |character: char| !character.is_whitespace() && !character.is_control() && character != '%';
    if host.is_empty() || !host.chars().all(is_plain) {
        return None;
    }
    let host = Host::parse(host).ok()?;
    match port.filter(|port| !port.is_empty()) {
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(format!("{host}:{}", port.parse::<u16>().ok()?))
        }
        Some(_) => None,
        None => Some(host.to_string()),
    }
}

/// Percent-encodes a login, whether or not it is encoded already.
fn encode_login(login: &str) -> String {
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    };
    let part = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let one = |byte: u8| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        percent_decode(text).into_iter().map(one).collect::<String>()
    };
    match password {
        Some(password) => format!("{}:{}", part(user), part(password)),
        None => part(user),
    }
}

/// Decodes percent-encoding. A `%` without two hexadecimal digits is kept.
fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |index: usize| bytes.get(index).and_then(|byte| char::from(*byte).to_digit(16));
    let mut output = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let encoded = digit(index + 1).zip(digit(index + 2)).filter(|_| byte == b'%');
        let pair = encoded.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        output.push(pair.unwrap_or(byte));
        index += if pair.is_some() { 3 } else { 1 };
    }
    output
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_login_ends_at_the_last_at_sign_and_is_not_part_of_the_address() {
        for (text, address, url) in [
            ("http://proxy:3128", "http://proxy:3128", "http://proxy:3128/"),
            ("proxy.corp", "http://proxy.corp", "http://proxy.corp/"),
            ("//proxy:3128/", "http://proxy:3128", "http://proxy:3128/"),
            ("HTTP://Proxy.Corp:80", "http://proxy.corp:80", "http://proxy.corp/"),
            ("http://[::1]:3128", "http://[::1]:3128", "http://[::1]:3128/"),
            ("[fd00::1]", "http://[fd00::1]", "http://[fd00::1]/"),
            ("socks5h://u:pw@s:1080", "socks5h://s:1080", "socks5h://u:pw@s:1080"),
            (
                "http://user@corp:secret@proxy:1",
                "http://proxy:1",
                "http://user%40corp:secret@proxy:1/",
            ),
            ("http://u:p%40ss%3Aw@proxy:1", "http://proxy:1", "http://u:p%40ss%3Aw@proxy:1/"),
            (
                "http://u:p@ss:w/o#r?d@proxy:1",
                "http://proxy:1",
                "http://u:p%40ss%3Aw%2Fo%23r%3Fd@proxy:1/",
            ),
            ("u:100%@proxy:1", "http://proxy:1", "http://u:100%25@proxy:1/"),
            (
                "http://CORP\\ada:pässw ört@proxy:1",
                "http://proxy:1",
                "http://CORP%5Cada:p%C3%A4ssw%20%C3%B6rt@proxy:1/",
            ),
            ("u:pa://ss@proxy:1", "http://proxy:1", "http://u:pa%3A%2F%2Fss@proxy:1/"),
            ("http://token@proxy:1", "http://proxy:1", "http://token@proxy:1/"),
            ("http://@proxy:1", "http://proxy:1", "http://proxy:1/"),
        ] {
            let hop = Hop::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(hop.address, address, "{text}");
            assert_eq!(hop.url_with_login().as_str(), url, "{text}");
            assert_eq!(format!("{hop:?}"), format!("Hop({address:?})"));
        }
    }

    #[test]
    fn returns_none_for_invalid_addresses() {
        for text in [
            "",
            "ftp://proxy:21",
            "http://",
            "http://user:secret@",
            "http://user:secret:proxy:3128",
            "http://proxy:99999",
            "http://proxy:port",
            "http:/user:secret",
            "http:/user:secret@proxy:3128",
            "user:secret",
            "http://pro xy:3128",
            "\u{0}",
        ] {
            assert_eq!(Hop::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_login_is_never_displayed_and_is_sent_completely(
            scheme in prop_oneof![Just("http://"), Just("https://"), Just(""), Just("//"), Just("socks5://")],
            user in "[a-z@/#?\\\\ ]{0,6}",
            password in "[ -~äß€]{0,16}",
        ) {
            let (user, password) = (format!("KNOWN{user}"), format!("SECRET{password}TERCES"));
            let hop = Hop::parse(&format!("{scheme}{user}:{password}@proxy.corp:3128")).unwrap();
            prop_assert!(hop.address.ends_with("://proxy.corp:3128"), "{}", hop.address);
            let shown = format!("{} {hop:?}", hop.address);
            prop_assert!(!shown.contains("KNOWN") && !shown.contains("SECRET") && !shown.contains("TERCES"));
            let url = hop.url_with_login();
            prop_assert_eq!(percent_decode(url.username()), percent_decode(&user));
            prop_assert_eq!(percent_decode(url.password().unwrap()), percent_decode(&password));
        }

        #[test]
        fn no_input_panics(text in ".{0,40}") {
            let _ = Hop::parse(&text);
        }
    }
}
