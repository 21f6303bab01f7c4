//! Parses `WWW-Authenticate`, the header with which a registry requests a login. `client` and `uploads` pass
//! the challenges to `token`.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// An authentication scheme that a registry offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User name and password in each request.
    Basic,
    /// A token from a token server.
    Bearer {
        /// The URL of the token server.
        realm: String,
        /// The service that the token is valid for.
        service: Option<String>,
        /// The permissions that the registry requests.
        scope: Option<String>,
    },
}

/// Returns the supported challenges of a response, in order.
pub(super) fn offered(headers: &HeaderMap) -> Vec<Challenge> {
    let values = headers.get_all(WWW_AUTHENTICATE).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(parse).collect()
}

/// Parses one header value. Source of the grammar: RFC 9110, sections 11.2 to 11.6.1. Commas separate both
/// challenges and the parameters of a challenge, and values may be quoted.
fn parse(text: &str) -> Vec<Challenge> {
    let mut found: Vec<RawChallenge> = Vec::new();
    for part in split_outside_quotes(text, ',') {
        let part = part.trim();
        match (split_scheme(part), found.last_mut()) {
            (Some((scheme, rest)), _) => {
                let mut challenge = RawChallenge { scheme, parameters: Vec::new() };
                challenge.add_parameter(rest);
                found.push(challenge);
            }
            (None, Some(challenge)) => challenge.add_parameter(part),
            (None, None) => {}
        }
    }
    found.into_iter().filter_map(RawChallenge::into_supported).collect()
}

struct RawChallenge<'a> {
    scheme: &'a str,
    parameters: Vec<(String, String)>,
}

impl RawChallenge<'_> {
    fn add_parameter(&mut self, parameter: &str) {
        if let Some((name, value)) = parameter.split_once('=') {
            self.parameters.push((name.trim().to_ascii_lowercase(), unquoted(value.trim())));
        }
    }

    fn into_supported(self) -> Option<Challenge> {
        let value = |name: &str| {
            let found = self.parameters.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
        };
        if self.scheme.eq_ignore_ascii_case("basic") {
            Some(Challenge::Basic)
        } else if self.scheme.eq_ignore_ascii_case("bearer") {
            Some(Challenge::Bearer {
                realm: value("realm")?,
                service: value("service"),
                scope: value("scope"),
            })
        } else {
            None
        }
    }
}

/// Splits a part that begins a challenge into the scheme and the rest: a token followed by a space or by
/// nothing. `name = value`, with spaces around the sign, is a parameter.
fn split_scheme(part: &str) -> Option<(&str, &str)> {
    let end = part.find(|character: char| !is_token(character)).unwrap_or(part.len());
    let (word, rest) = part.split_at(end);
    let trimmed = rest.trim_start();
    let is_scheme = !word.is_empty()
        && (rest.is_empty() || (rest.len() != trimmed.len() && !trimmed.starts_with('=')));
    is_scheme.then_some((word, trimmed))
}

fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

/// Splits a header value at a separator outside quotes.
pub(super) fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, character) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if quoted && character == '\\' {
            escaped = true;
        } else if character == '"' {
            quoted = !quoted;
        } else if character == separator && !quoted {
            parts.push(&text[start..at]);
            start = at + character.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Removes the quotes and escapes of a value.
pub(super) fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => out.extend(characters.next()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
            scope: scope.map(str::to_owned),
        }
    }

    #[test]
    fn parses_challenges_of_real_registries() {
        assert_eq!(
            parse(
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#
            ),
            [bearer(
                "https://auth.docker.io/token",
                Some("registry.docker.io"),
                Some("repository:a/b:pull,push")
            )]
        );
        assert_eq!(
            parse(
                r#"Basic realm="https://1.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com""#
            ),
            [Challenge::Basic]
        );
        assert_eq!(parse("basic"), [Challenge::Basic]);
    }

    #[test]
    fn several_challenges_in_one_header_are_separated() {
        assert_eq!(
            parse(
                r#"Negotiate YWJj==, bEARER Realm = "https://x/\"t\"" , service=s, Basic realm="a, Bearer b""#
            ),
            [bearer("https://x/\"t\"", Some("s"), None), Challenge::Basic]
        );
    }

    #[test]
    fn a_bearer_challenge_without_a_realm_is_ignored() {
        assert_eq!(parse(r#"Bearer service="s", Digest nonce=1"#), []);
    }

    proptest! {
        #[test]
        fn no_input_panics(text in r#"[ -~,="\\\\]{0,80}"#) {
            let _ = parse(&text);
        }

        #[test]
        fn quoted_values_are_unescaped(realm in "[ -~]{1,40}", service in "[ -~]{1,20}", scope in "[ -~]{1,20}") {
            let quote = |value: &str| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
            let header = format!(
                "Basic realm=\"x\", Bearer realm={},service={}, scope={}",
                quote(&realm), quote(&service), quote(&scope)
            );
            prop_assert_eq!(parse(&header), vec![Challenge::Basic, bearer(&realm, Some(&service), Some(&scope))]);
        }
    }
}
