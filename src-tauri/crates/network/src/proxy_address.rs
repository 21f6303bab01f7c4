//! The address of one proxy, as a variable or the settings of the system name it.
//!
//! A login may hold any character, encoded or not. Everything up to the last `@` is taken for the
//! login, so that no part of it can end up in the address, which is shown and stored. botocore splits
//! at the last `@` too; Go and curl refuse an address whose login is not encoded.

use std::fmt;

use url::{Host, Url};

/// Schemes of proxies that connections can be made through.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// A proxy that a request goes through.
#[derive(Clone, PartialEq, Eq)]
pub struct Hop {
    /// Scheme, host and port; no login.
    pub address: String,
    /// Whether a login for it is known.
    pub has_login: bool,
    /// The address with its login.
    url: Url,
}

impl Hop {
    /// Reads an address. Returns `None` if it names no proxy that can be used.
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
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login).filter(|login| !login.is_empty()), place),
            None => (None, rest),
        };
        let address = format!("{scheme}://{}", host_and_port(place)?);
        let url = match login {
            Some(login) => {
                format!("{scheme}://{}@{}", encoded(login), &address[scheme.len() + 3..])
            }
            None => address.clone(),
        };
        Some(Self { address, has_login: login.is_some(), url: Url::parse(&url).ok()? })
    }

    /// The address with its login, for the connection alone.
    pub(super) fn with_login(&self) -> Url {
        self.url.clone()
    }
}

impl fmt::Debug for Hop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Hop").field(&self.address).finish()
    }
}

/// Source: RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(allowed)
}

/// Whether a text was meant to have a scheme and lacks a part of `://`, as in `http:/proxy`.
fn lacks_slash(text: &str) -> bool {
    let begins = |scheme: &&str| {
        let rest = text.get(scheme.len()..).and_then(|rest| rest.strip_prefix(':'));
        let is_scheme =
            text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme));
        is_scheme && rest.is_some_and(|rest| rest.starts_with('/') && !rest.starts_with("//"))
    };
    SCHEMES.iter().any(begins)
}

/// Host and port of what follows the login, without a path.
fn host_and_port(place: &str) -> Option<String> {
    let place = place.split(['/', '?', '#', '\\']).next()?;
    let (host, port) = match place.rsplit_once(':') {
        // The last colon of `[::1]` belongs to the host.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (place, None),
    };
    let is_plain = |sign: char| !sign.is_whitespace() && !sign.is_control() && sign != '%';
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

/// A login in the form that an address takes, whether it was encoded before or not.
fn encoded(login: &str) -> String {
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
        decoded(text).into_iter().map(one).collect::<String>()
    };
    match password {
        Some(password) => format!("{}:{}", part(user), part(password)),
        None => part(user),
    }
}

/// What `%` and two hexadecimal digits stand for. A `%` without them stands for itself.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut read = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let encoded = digit(at + 1).zip(digit(at + 2)).filter(|_| byte == b'%');
        let pair = encoded.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        read.push(pair.unwrap_or(byte));
        at += if pair.is_some() { 3 } else { 1 };
    }
    read
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_login_ends_at_the_last_at_sign_and_is_never_part_of_the_address() {
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
            assert_eq!(hop.with_login().as_str(), url, "{text}");
            assert_eq!(format!("{hop:?}"), format!("Hop({address:?})"));
        }
    }

    #[test]
    fn what_names_no_proxy_is_none() {
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
        fn no_part_of_a_login_is_shown_and_all_of_it_is_sent(
            scheme in prop_oneof![Just("http://"), Just("https://"), Just(""), Just("//"), Just("socks5://")],
            user in "[a-z@/#?\\\\ ]{0,6}",
            password in "[ -~äß€]{0,16}",
        ) {
            let (user, password) = (format!("KNOWN{user}"), format!("SECRET{password}TERCES"));
            let hop = Hop::parse(&format!("{scheme}{user}:{password}@proxy.corp:3128")).unwrap();
            prop_assert!(hop.address.ends_with("://proxy.corp:3128"), "{}", hop.address);
            let shown = format!("{} {hop:?}", hop.address);
            prop_assert!(!shown.contains("KNOWN") && !shown.contains("SECRET") && !shown.contains("TERCES"));
            let url = hop.with_login();
            prop_assert_eq!(decoded(url.username()), decoded(&user));
            prop_assert_eq!(decoded(url.password().unwrap()), decoded(&password));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = Hop::parse(&text);
        }
    }
}
