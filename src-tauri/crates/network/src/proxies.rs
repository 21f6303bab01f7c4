//! The proxy of the environment or the system, and its exceptions.
//!
//! Two tools are followed. Registries and Docker Hub are reached as Docker reaches them: of a
//! variable in capitals and one in small letters the first that is not empty counts, capitals first.
//! AWS is reached as the AWS CLI reaches it: small letters win, and an empty variable in small
//! letters means no proxy. `ALL_PROXY`, which neither of them knows, is taken as curl takes it.
//!
//! Source: `httpproxy.FromEnvironment` of golang.org/x/net; `urllib.request.getproxies_environment`
//! of Python 3.11, which botocore asks; curl(1), "ENVIRONMENT".

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use crate::address_scope::{AddressScope, scope_of};
use crate::gnome::GnomeProxies;
use crate::proxy_address::Hop;
use crate::proxy_exceptions::Exceptions;

/// The variables that name a proxy, in the order in which they are asked for an `https` address.
const PROXY_VARIABLES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
/// The variable that names the exceptions.
const EXCEPTIONS_VARIABLE: &str = "NO_PROXY";
/// Stands for a variable that is no text; no proxy has it in its address.
const NOT_TEXT: &str = "\u{0}";

/// Where the proxy was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "settings.ts")]
pub enum ProxyOrigin {
    /// In the environment.
    Environment,
    /// In the settings of the operating system (macOS and Windows) or of the desktop (GNOME).
    System,
}

/// Which proxy is used for which address.
#[derive(Clone)]
pub struct Proxies(Arc<Inner>);

struct Inner {
    origin: ProxyOrigin,
    registries: Chosen,
    /// What AWS is reached through, where the variables say something else for it.
    aws: Option<Chosen>,
    unusable: Vec<String>,
    contradicting: Vec<(String, String)>,
}

/// One reading of the variables.
#[derive(Clone, Debug, Default, PartialEq)]
struct Chosen {
    https: Option<Hop>,
    http: Option<Hop>,
    exceptions: Exceptions,
    system: Option<SystemProxies>,
}

/// Which of two spellings of a variable counts.
#[derive(Clone, Copy)]
enum Precedence {
    /// Capitals, unless they are empty. Source: `httpproxy.getEnvAny`.
    Capitals,
    /// Small letters, also where they are empty. Source: `getproxies_environment`.
    SmallLetters,
}

impl Proxies {
    /// The proxies of this process's environment; where it names none, those of the system.
    pub fn from_process() -> Self {
        let proxies = Self::from_variables(|name| {
            let value = std::env::var_os(name)?;
            Some(value.into_string().unwrap_or_else(|_| NOT_TEXT.to_owned()))
        });
        for variable in proxies.unusable() {
            tracing::warn!(variable, "the variable names no proxy that can be used");
        }
        let Inner { registries, aws, unusable, .. } = &*proxies.0;
        let named = std::iter::once(registries)
            .chain(aws)
            .any(|chosen| chosen.https.is_some() || chosen.http.is_some());
        if named || !unusable.is_empty() {
            return proxies;
        }
        let exceptions = registries.exceptions.clone();
        if let Some(set) = GnomeProxies::of_desktop() {
            return Self::of_gnome(set, exceptions.shown().map(str::to_owned));
        }
        match SystemProxies::find() {
            Some(system) => {
                let registries = Chosen { exceptions, system: Some(system), ..Chosen::default() };
                Self::of(ProxyOrigin::System, registries, None)
            }
            None => proxies,
        }
    }

    fn of(origin: ProxyOrigin, registries: Chosen, aws: Option<Chosen>) -> Self {
        let (unusable, contradicting) = (Vec::new(), Vec::new());
        Self(Arc::new(Inner { origin, registries, aws, unusable, contradicting }))
    }

    /// Those of the desktop; exceptions that a variable names count too.
    fn of_gnome(set: GnomeProxies, of_variable: Option<String>) -> Self {
        let exceptions = [set.exceptions, of_variable].into_iter().flatten().collect::<Vec<_>>();
        let exceptions = (!exceptions.is_empty()).then(|| exceptions.join(","));
        let found = Self::from_variables(|name| match name {
            "HTTPS_PROXY" => set.https.clone(),
            "HTTP_PROXY" => set.http.clone(),
            "ALL_PROXY" => set.all.clone(),
            EXCEPTIONS_VARIABLE => exceptions.clone(),
            _ => None,
        });
        Self::of(ProxyOrigin::System, found.0.registries.clone(), None)
    }

    /// The proxies that variables name: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, each also
    /// in small letters.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let of = |name: &str| variable(name).map(|value| value.trim().to_owned());
        let registries = read(&of, Precedence::Capitals);
        let aws = read(&of, Precedence::SmallLetters);
        let spellings = PROXY_VARIABLES.map(|name| [name.to_owned(), name.to_ascii_lowercase()]);
        let set = |name: &str| of(name).filter(|value| !value.is_empty());
        let is_unusable = |name: &String| set(name).is_some_and(|set| Hop::parse(&set).is_none());
        let unusable: Vec<_> =
            spellings.iter().flatten().filter(|name| is_unusable(name)).collect();
        // Windows does not tell the two spellings apart.
        let contradict = |name: &&str| {
            let both = [(*name).to_owned(), name.to_ascii_lowercase()].map(|name| of(&name));
            matches!(both, [Some(capitals), Some(small)] if capitals != small && !capitals.is_empty())
        };
        let names = PROXY_VARIABLES.iter().chain([&EXCEPTIONS_VARIABLE]).copied();
        let contradicting = names.filter(contradict);
        Self(Arc::new(Inner {
            origin: ProxyOrigin::Environment,
            unusable: unusable.into_iter().cloned().collect(),
            contradicting: contradicting
                .map(|name| (name.to_owned(), name.to_ascii_lowercase()))
                .collect(),
            aws: Some(aws).filter(|aws| *aws != registries),
            registries,
        }))
    }

    /// No proxy for anything.
    pub fn none() -> Self {
        Self::from_variables(|_| None)
    }

    /// The same proxies as AWS is reached through them.
    pub(super) fn for_aws(&self) -> Option<Self> {
        let aws = self.0.aws.clone()?;
        Some(Self::of(self.0.origin, aws, None))
    }

    /// The proxy for an address. What runs on this computer, and the metadata services of a cloud
    /// machine, are never asked for through one.
    pub fn for_url(&self, url: &Url) -> Option<Hop> {
        let Chosen { https, http, exceptions, system } = &self.0.registries;
        if scope_of(url) != AddressScope::Elsewhere || exceptions.contains(url) {
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

    /// The proxy for addresses of a scheme that no exception is made for.
    pub fn for_scheme(&self, scheme: &str) -> Option<Hop> {
        // A name that nobody can own, so that no exception fits but `*`.
        let url = Url::parse(&format!("{scheme}://transload.invalid/")).ok()?;
        self.for_url(&url)
    }

    /// Where the proxies were found.
    pub fn origin(&self) -> ProxyOrigin {
        self.0.origin
    }

    /// The exceptions, as `NO_PROXY` lists them.
    pub fn exceptions(&self) -> Option<&str> {
        self.0.registries.exceptions.shown()
    }

    /// Variables that are set and name no proxy that can be used.
    pub fn unusable(&self) -> &[String] {
        &self.0.unusable
    }

    /// Variables that are set in capitals and, to something else, in small letters: the first counts
    /// for registries, the second for AWS.
    pub fn contradicting(&self) -> &[(String, String)] {
        &self.0.contradicting
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

fn read(variable: &impl Fn(&str) -> Option<String>, precedence: Precedence) -> Chosen {
    let value = |name: &str| {
        let (capitals, small) = (variable(name), variable(&name.to_ascii_lowercase()));
        let counts = match precedence {
            Precedence::Capitals => capitals.filter(|value| !value.is_empty()).or(small),
            Precedence::SmallLetters => small.or(capitals),
        };
        counts.filter(|value| !value.is_empty())
    };
    let [https, http, all] =
        PROXY_VARIABLES.map(|name| value(name).and_then(|value| Hop::parse(&value)));
    Chosen {
        https: https.or_else(|| all.clone()),
        http: http.or(all),
        exceptions: value(EXCEPTIONS_VARIABLE)
            .map(|list| Exceptions::parse(&list))
            .unwrap_or_default(),
        system: None,
    }
}

/// The proxies of the operating system.
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
        // Neither system keeps a login here; should one be there, only the address is used.
        Hop::parse(&found.uri().to_string())
    }
}

/// Elsewhere the desktop's own proxy is all that there is.
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
        // There is one system.
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
        Proxies::from_variables(|asked| {
            let found = variables.iter().find(|(name, _)| *name == asked);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn to(proxies: &Proxies, url: &str) -> Option<String> {
        proxies.for_url(&Url::parse(url).unwrap()).map(|hop| hop.address)
    }

    #[test]
    fn exceptions_are_kept_and_this_computer_is_never_reached_through_a_proxy() {
        let all = proxies(&[
            ("https_proxy", "proxy.corp:3128"),
            ("HTTP_PROXY", "http://other.corp:8080"),
            ("NO_PROXY", ".internal.corp, 10.0.0.0/8, registry.example"),
        ]);
        assert_eq!(to(&all, "https://r.example").as_deref(), Some("http://proxy.corp:3128"));
        assert_eq!(to(&all, "http://r.example").as_deref(), Some("http://other.corp:8080"));
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
            assert_eq!(to(&all, direct), None, "{direct}");
        }
        let none = proxies(&[("ALL_PROXY", "http://p:1"), ("NO_PROXY", "*")]);
        assert_eq!(to(&none, "https://r.example"), None);
    }

    #[test]
    fn of_two_spellings_each_tool_takes_its_own_and_an_empty_one_hides_nothing_it_should_not() {
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
            let of_aws = found.for_aws().unwrap_or_else(|| found.clone());
            let https = |proxies: &Proxies| proxies.for_scheme("https").map(|hop| hop.address);
            assert_eq!(https(&found).as_deref(), registries, "{variables:?}");
            assert_eq!(https(&of_aws).as_deref(), aws, "{variables:?}");
            let told = found.contradicting().iter().map(|(name, _)| name.as_str());
            let differ = registries != aws;
            assert_eq!(told.collect::<Vec<_>>(), vec!["HTTPS_PROXY"; usize::from(differ)]);
        }
        let lists = proxies(&[("ALL_PROXY", upper), ("NO_PROXY", ""), ("no_proxy", "r.example")]);
        assert_eq!(to(&lists, "https://r.example"), None);
        assert_eq!(lists.exceptions(), Some("r.example"));
    }

    #[test]
    fn a_login_is_for_the_connection_alone() {
        let all = proxies(&[("ALL_PROXY", "http://ada@corp:p%40ss%3Aw@proxy.corp:3128")]);
        let hop = all.for_scheme("https").unwrap();
        assert_eq!(hop.address, "http://proxy.corp:3128");
        let printed = format!("{hop:?} {all:?}");
        assert!(hop.has_login && !printed.contains("p%40ss") && !printed.contains("corp:p"));
        assert_eq!(hop.with_login().as_str(), "http://ada%40corp:p%40ss%3Aw@proxy.corp:3128/");
    }

    #[test]
    fn a_variable_that_names_no_proxy_is_said_by_its_name_alone() {
        let wrong = proxies(&[
            ("HTTPS_PROXY", "ftp://ada:s3cr3t@proxy"),
            ("http_proxy", NOT_TEXT),
            ("ALL_PROXY", "http://p:1"),
        ]);
        assert_eq!(wrong.unusable(), ["HTTPS_PROXY", "http_proxy"]);
        assert!(!format!("{wrong:?}").contains("s3cr3t"));
    }
}
