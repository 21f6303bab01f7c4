//! [`FriendlyName`]: the name of a registry that users chose, with an optional port.

use std::fmt;

use transload_model::RegistryHost;
use url::Url;

/// A registry name such as `registry.example.com` or `registry.example.com:5000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FriendlyName(RegistryHost);

/// The error for text that is not a registry name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a registry name; enter a host name such as registry.example.com")]
pub struct InvalidFriendlyName(pub String);

impl FriendlyName {
    /// Parses a name. A pasted URL loses its scheme and its path, such as `https://registry.example.com/v2/`.
    ///
    /// # Errors
    /// If the rest is not a host with an optional port, or contains a login.
    pub fn parse(text: &str) -> Result<Self, InvalidFriendlyName> {
        let without_scheme = text.trim().split_once("://").map_or(text.trim(), |(_, rest)| rest);
        let host = without_scheme.split('/').next().unwrap_or_default();
        // The text can contain a password, so it is not repeated.
        if host.contains('@') {
            return Err(InvalidFriendlyName("a name with a login".to_owned()));
        }
        let host = host.strip_suffix(":443").unwrap_or(host).trim_end_matches('.');
        let parsed = RegistryHost::parse(host).ok();
        // A name of one word is the first part of a repository path for Docker.
        let parsed = parsed.filter(|host| host.as_str().contains(['.', ':']) || host.is_loopback());
        parsed.map(Self).ok_or_else(|| InvalidFriendlyName(host.to_owned()))
    }

    /// Returns the name as it is written in image references.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn registry(&self) -> &RegistryHost {
        &self.0
    }

    /// Returns the name without the port.
    pub fn host(&self) -> &str {
        match self.as_str().rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => host,
            _ => self.as_str(),
        }
    }

    /// Returns the port, 443 by default.
    pub fn port(&self) -> u16 {
        let port = self.as_str().strip_prefix(self.host()).and_then(|rest| rest.strip_prefix(':'));
        port.and_then(|port| port.parse().ok()).unwrap_or(443)
    }

    pub fn url(&self, scheme: &str, path: &str) -> Option<Url> {
        Url::parse(&format!("{scheme}://{}{path}", self.as_str())).ok()
    }
}

impl fmt::Display for FriendlyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_address_is_cleaned_and_a_single_word_is_refused() {
        for (text, expected) in [
            ("registry.example.com", Some("registry.example.com")),
            (" https://Registry.Example.com/v2/ ", Some("registry.example.com")),
            ("registry.example.com:443", Some("registry.example.com")),
            ("registry.example.com.", Some("registry.example.com")),
            ("registry.example.com:5000/team/app", Some("registry.example.com:5000")),
            ("localhost", Some("localhost")),
            ("127.0.0.1:5000", Some("127.0.0.1:5000")),
            ("registry", None),
            ("", None),
            ("registry.example.com:port", None),
            ("https://ada:hunter2@registry.example.com", None),
        ] {
            let parsed = FriendlyName::parse(text);
            assert_eq!(parsed.as_ref().ok().map(FriendlyName::as_str), expected, "{text}");
            assert!(!format!("{parsed:?}").contains("hunter2"));
        }
        let name = FriendlyName::parse("registry.example.com:5000").unwrap();
        assert_eq!((name.host(), name.port()), ("registry.example.com", 5000));
        assert_eq!(FriendlyName::parse("registry.example.com").unwrap().port(), 443);
    }
}
