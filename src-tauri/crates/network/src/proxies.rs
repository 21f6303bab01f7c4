//! [`Proxies`]: the proxy settings of the environment or, if it has none, of the operating system.
//!
//! Connections to registries and Docker Hub follow the rules of Docker: an uppercase variable takes
//! precedence over a lowercase one unless it is empty. Connections to AWS follow the rules of the AWS CLI:
//! a lowercase variable takes precedence, and an empty lowercase variable means no proxy. `ALL_PROXY`,
//! which neither tool supports, is interpreted as curl does.
//!
//! Source: `httpproxy.FromEnvironment` of golang.org/x/net; `urllib.request.getproxies_environment`
//! of Python 3.11, which botocore calls; curl(1), "ENVIRONMENT".

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use crate::address_scope::{AddressScope, scope_of};
use crate::gnome::GnomeProxies;
use crate::proxy_address::Hop;
use crate::proxy_exceptions::Exceptions;

/// The variables that name a proxy: for `https`, for `http`, and for both.
const PROXY_VARIABLES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
/// The variable that lists the exceptions.
const EXCEPTIONS_VARIABLE: &str = "NO_PROXY";
/// Replaces the value of a variable that is not valid Unicode. It is never a valid proxy address.
const INVALID_UNICODE: &str = "\u{0}";

/// The origin of the proxy settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "settings.ts")]
pub enum ProxyOrigin {
    Environment,
    /// Settings of the operating system (macOS and Windows) or of the desktop (GNOME).
    System,
}

/// Selects the proxy for a URL. Clones are cheap.
#[derive(Clone)]
pub struct Proxies(Arc<Inner>);

struct Inner {
    origin: ProxyOrigin,
    registries: ProxySettings,
    /// The settings for AWS, if they differ from those for registries.
    aws: Option<ProxySettings>,
    unusable: Vec<String>,
    conflicting: Vec<(String, String)>,
}

/// The variables as one of the two tools interprets them.
#[derive(Clone, Debug, Default, PartialEq)]
struct ProxySettings {
    https: Option<Hop>,
    http: Option<Hop>,
    exceptions: Exceptions,
    system: Option<SystemProxies>,
}

/// Whether the uppercase or the lowercase spelling of a variable takes precedence.
#[derive(Clone, Copy)]
enum Precedence {
    /// Uppercase, unless it is empty. Source: `httpproxy.getEnvAny`.
    Uppercase,
    /// Lowercase, even if it is empty. Source: `getproxies_environment`.
    Lowercase,
}

impl Proxies {
    /// Reads the environment of the process, or the settings of the system if no variable names a proxy.
    pub fn from_process() -> Self {
        let proxies = Self::from_variables(|name| {
            let value = std::env::var_os(name)?;
            Some(value.into_string().unwrap_or_else(|_| INVALID_UNICODE.to_owned()))
        });
        for variable in proxies.unusable() {
            tracing::warn!(variable, "the variable doesn't contain a valid proxy address");
        }
        let Inner { registries, aws, unusable, .. } = &*proxies.0;
        let has_proxy = std::iter::once(registries)
            .chain(aws)
            .any(|settings| settings.https.is_some() || settings.http.is_some());
        if has_proxy || !unusable.is_empty() {
            return proxies;
        }
        let exceptions = registries.exceptions.clone();
        if let Some(desktop) = GnomeProxies::from_desktop() {
            return Self::from_gnome(desktop, exceptions.list().map(str::to_owned));
        }
        match SystemProxies::find() {
            Some(system) => {
                let registries =
                    ProxySettings { exceptions, system: Some(system), ..ProxySettings::default() };
                Self::from_parts(ProxyOrigin::System, registries, None)
            }
            None => proxies,
        }
    }

    fn from_parts(
        origin: ProxyOrigin,
        registries: ProxySettings,
        aws: Option<ProxySettings>,
    ) -> Self {
        let (unusable, conflicting) = (Vec::new(), Vec::new());
        Self(Arc::new(Inner { origin, registries, aws, unusable, conflicting }))
    }

    /// Converts the settings of the desktop. The exceptions of `NO_PROXY` apply in addition.
    fn from_gnome(desktop: GnomeProxies, no_proxy: Option<String>) -> Self {
        let exceptions = [desktop.exceptions, no_proxy].into_iter().flatten().collect::<Vec<_>>();
        let exceptions = (!exceptions.is_empty()).then(|| exceptions.join(","));
        let found = Self::from_variables(|name| match name {
            "HTTPS_PROXY" => desktop.https.clone(),
            "HTTP_PROXY" => desktop.http.clone(),
            "ALL_PROXY" => desktop.all.clone(),
            EXCEPTIONS_VARIABLE => exceptions.clone(),
            _ => None,
        });
        Self::from_parts(ProxyOrigin::System, found.0.registries.clone(), None)
    }

    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, each also in lowercase, from
    /// `variable`, which returns the value of an environment variable.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let trimmed = |name: &str| variable(name).map(|value| value.trim().to_owned());
        let registries = read(&trimmed, Precedence::Uppercase);
        let aws = read(&trimmed, Precedence::Lowercase);
        let spellings = PROXY_VARIABLES.map(|name| [name.to_owned(), name.to_ascii_lowercase()]);
        let non_empty = |name: &str| trimmed(name).filter(|value| !value.is_empty());
        let is_unusable =
            |name: &String| non_empty(name).is_some_and(|value| Hop::parse(&value).is_none());
        let unusable: Vec<_> =
            spellings.iter().flatten().filter(|name| is_unusable(name)).collect();
        // On Windows, variable names are not case-sensitive, so both spellings have one value.
        let is_conflicting = |name: &&str| {
            let both = [(*name).to_owned(), name.to_ascii_lowercase()].map(|name| trimmed(&name));
            matches!(both, [Some(upper), Some(lower)] if upper != lower && !upper.is_empty())
        };
        let names = PROXY_VARIABLES.iter().chain([&EXCEPTIONS_VARIABLE]).copied();
        let conflicting = names.filter(is_conflicting);
        Self(Arc::new(Inner {
            origin: ProxyOrigin::Environment,
            unusable: unusable.into_iter().cloned().collect(),
            conflicting: conflicting
                .map(|name| (name.to_owned(), name.to_ascii_lowercase()))
                .collect(),
            aws: Some(aws).filter(|aws| *aws != registries),
            registries,
        }))
    }

    /// Returns settings without a proxy.
    pub fn none() -> Self {
        Self::from_variables(|_| None)
    }

    /// Returns the settings for connections to AWS, or `None` if they are the same.
    pub(super) fn for_aws(&self) -> Option<Self> {
        let aws = self.0.aws.clone()?;
        Some(Self::from_parts(self.0.origin, aws, None))
    }

    /// Returns the proxy for a URL. Loopback addresses and metadata services of cloud instances never go
    /// through a proxy.
    pub fn for_url(&self, url: &Url) -> Option<Hop> {
        let ProxySettings { https, http, exceptions, system } = &self.0.registries;
        if scope_of(url) != AddressScope::Other || exceptions.contains(url) {
            return None;
        }
        if let Some(system) = system {
            return system.for_url(url);
        }
        match url.scheme() {
            "https" => https.clone(),
            "http" => http.clone(),
            _ => None,
        }
    }

    /// Returns the proxy for URLs of a scheme to which no exception applies.
    pub fn for_scheme(&self, scheme: &str) -> Option<Hop> {
        // A reserved name, so that no exception other than `*` matches.
        let url = Url::parse(&format!("{scheme}://transload.invalid/")).ok()?;
        self.for_url(&url)
    }

    /// Returns the origin of the settings.
    pub fn origin(&self) -> ProxyOrigin {
        self.0.origin
    }

    /// Returns the exceptions in the format of `NO_PROXY`.
    pub fn exceptions(&self) -> Option<&str> {
        self.0.registries.exceptions.list()
    }

    /// Returns the names of the variables that are set and don't contain a valid proxy address.
    pub fn unusable(&self) -> &[String] {
        &self.0.unusable
    }

    /// Returns the variables whose uppercase and lowercase spellings have different values. The uppercase one
    /// applies to registries, the lowercase one to AWS.
    pub fn conflicting(&self) -> &[(String, String)] {
        &self.0.conflicting
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { origin, registries, aws, unusable, .. } = &*self.0;
        formatter
            .debug_struct("Proxies")
            .field("origin", origin)
            .field("registries", registries)
            .field("aws", aws)
            .field("unusable", unusable)
            .finish()
    }
}

fn read(variable: &impl Fn(&str) -> Option<String>, precedence: Precedence) -> ProxySettings {
    let value = |name: &str| {
        let (upper, lower) = (variable(name), variable(&name.to_ascii_lowercase()));
        let effective = match precedence {
            Precedence::Uppercase => upper.filter(|value| !value.is_empty()).or(lower),
            Precedence::Lowercase => lower.or(upper),
        };
        effective.filter(|value| !value.is_empty())
    };
    let [https, http, all] =
        PROXY_VARIABLES.map(|name| value(name).and_then(|value| Hop::parse(&value)));
    ProxySettings {
        https: https.or_else(|| all.clone()),
        http: http.or(all),
        exceptions: value(EXCEPTIONS_VARIABLE)
            .map(|list| Exceptions::parse(&list))
            .unwrap_or_default(),
        system: None,
    }
}

/// The proxy settings of the operating system.
#[cfg(any(windows, target_os = "macos"))]
#[derive(Clone)]
struct SystemProxies(Arc<hyper_util::client::proxy::matcher::Matcher>);

#[cfg(any(windows, target_os = "macos"))]
impl SystemProxies {
    fn find() -> Option<Self> {
        Some(Self(Arc::new(hyper_util::client::proxy::matcher::Matcher::from_system())))
    }

    fn for_url(&self, url: &Url) -> Option<Hop> {
        let found = self.0.intercept(&url.as_str().parse::<hyper::Uri>().ok()?)?;
        // Neither system stores a login in these settings.
        Hop::parse(&found.uri().to_string())
    }
}

/// Other operating systems have no system-wide proxy settings.
#[cfg(not(any(windows, target_os = "macos")))]
#[derive(Clone)]
enum SystemProxies {}

#[cfg(not(any(windows, target_os = "macos")))]
impl SystemProxies {
    fn find() -> Option<Self> {
        None
    }

    fn for_url(&self, _url: &Url) -> Option<Hop> {
        match *self {}
    }
}

impl PartialEq for SystemProxies {
    fn eq(&self, _other: &Self) -> bool {
        // There is only one set of system settings.
        true
    }
}

impl fmt::Debug for SystemProxies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SystemProxies")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::from_variables(|requested| {
            let found = variables.iter().find(|(name, _)| *name == requested);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn proxy_for(proxies: &Proxies, url: &str) -> Option<String> {
        proxies.for_url(&Url::parse(url).unwrap()).map(|hop| hop.address)
    }

    #[test]
    fn exceptions_and_loopback_addresses_bypass_the_proxy() {
        let all = proxies(&[
            ("https_proxy", "proxy.corp:3128"),
            ("HTTP_PROXY", "http://other.corp:8080"),
            ("NO_PROXY", ".internal.corp, 10.0.0.0/8, registry.example"),
        ]);
        assert_eq!(proxy_for(&all, "https://r.example").as_deref(), Some("http://proxy.corp:3128"));
        assert_eq!(proxy_for(&all, "http://r.example").as_deref(), Some("http://other.corp:8080"));
        for direct in [
            "https://a.internal.corp",
            "https://10.1.2.3:5000",
            "https://registry.example/v2/",
            "http://127.0.0.1:5000",
            "http://localhost",
            "http://[::1]:80",
            "http://169.254.169.254/latest/meta-data",
            "http://169.254.170.2/v2/credentials",
            "http://[fd00:ec2::254]/latest/meta-data",
        ] {
            assert_eq!(proxy_for(&all, direct), None, "{direct}");
        }
        let none = proxies(&[("ALL_PROXY", "http://p:1"), ("NO_PROXY", "*")]);
        assert_eq!(proxy_for(&none, "https://r.example"), None);
    }

    #[test]
    fn each_tool_applies_its_own_precedence_of_the_two_spellings() {
        let (upper, lower) = ("http://upper:1", "http://lower:1");
        for (variables, registries, aws) in [
            (&[("HTTPS_PROXY", upper)][..], Some(upper), Some(upper)),
            (&[("https_proxy", lower)], Some(lower), Some(lower)),
            (&[("HTTPS_PROXY", ""), ("https_proxy", lower)], Some(lower), Some(lower)),
            (&[("HTTPS_PROXY", "  "), ("https_proxy", lower)], Some(lower), Some(lower)),
            (&[("HTTPS_PROXY", upper), ("https_proxy", lower)], Some(upper), Some(lower)),
            (&[("HTTPS_PROXY", upper), ("https_proxy", "")], Some(upper), None),
            (&[("HTTPS_PROXY", ""), ("https_proxy", "")], None, None),
            (&[("HTTPS_PROXY", ""), ("ALL_PROXY", upper)], Some(upper), Some(upper)),
            (&[("HTTP_PROXY", upper)], None, None),
        ] {
            let found = proxies(variables);
            let for_aws = found.for_aws().unwrap_or_else(|| found.clone());
            let https = |proxies: &Proxies| proxies.for_scheme("https").map(|hop| hop.address);
            assert_eq!(https(&found).as_deref(), registries, "{variables:?}");
            assert_eq!(https(&for_aws).as_deref(), aws, "{variables:?}");
            let conflicting = found.conflicting().iter().map(|(name, _)| name.as_str());
            let differs = registries != aws;
            assert_eq!(conflicting.collect::<Vec<_>>(), vec!["HTTPS_PROXY"; usize::from(differs)]);
        }
        let lists = proxies(&[("ALL_PROXY", upper), ("NO_PROXY", ""), ("no_proxy", "r.example")]);
        assert_eq!(proxy_for(&lists, "https://r.example"), None);
        assert_eq!(lists.exceptions(), Some("r.example"));
    }

    #[test]
    fn a_login_is_used_only_for_the_connection() {
        let all = proxies(&[("ALL_PROXY", "http://ada@corp:p%40ss%3Aw@proxy.corp:3128")]);
        let hop = all.for_scheme("https").unwrap();
        assert_eq!(hop.address, "http://proxy.corp:3128");
        let printed = format!("{hop:?} {all:?}");
        assert!(hop.has_login && !printed.contains("p%40ss") && !printed.contains("corp:p"));
        assert_eq!(hop.url_with_login().as_str(), "http://ada%40corp:p%40ss%3Aw@proxy.corp:3128/");
    }

    #[test]
    fn an_invalid_variable_is_reported_without_its_value() {
        let wrong = proxies(&[
            ("HTTPS_PROXY", "ftp://ada:s3cr3t@proxy"),
            ("http_proxy", INVALID_UNICODE),
            ("ALL_PROXY", "http://p:1"),
        ]);
        assert_eq!(wrong.unusable(), ["HTTPS_PROXY", "http_proxy"]);
        assert!(!format!("{wrong:?}").contains("s3cr3t"));
    }
}
