//! The proxy of the environment or the system, and its exceptions.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

use super::gnome::GnomeProxies;
use super::place::{Place, place};

/// The variables that name a proxy, in the order in which they are asked for an `https` address;
/// each in capitals first, as curl and the other tools have it.
const PROXY_VARIABLES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
/// The variable that names the exceptions.
const EXCEPTIONS_VARIABLE: &str = "NO_PROXY";

/// Where the proxy was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyOrigin {
    /// In the environment.
    Environment,
    /// In the settings of the operating system (macOS and Windows) or of the desktop (GNOME).
    System,
}

/// Which proxy is used for which address.
#[derive(Clone, Debug)]
pub struct Proxies {
    matcher: Arc<Matcher>,
    origin: ProxyOrigin,
    exceptions: Option<String>,
    unusable: Vec<String>,
}

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

impl Proxies {
    /// The proxies of this process's environment; where it names none, those of the system.
    pub fn from_process() -> Self {
        let proxies = Self::from_variables(|name| std::env::var(name).ok());
        let named = proxies.for_scheme("http").is_some() || proxies.for_scheme("https").is_some();
        if named || !proxies.unusable.is_empty() {
            return proxies;
        }
        if let Some(set) = GnomeProxies::of_desktop() {
            return Self::of_gnome(set, proxies.exceptions);
        }
        let matcher = Arc::new(Matcher::from_system());
        Self { matcher, origin: ProxyOrigin::System, ..proxies }
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
        Self { origin: ProxyOrigin::System, ..found }
    }

    /// The proxies that variables name: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, each also
    /// in small letters.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let read = |name: &str| {
            let value = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
            value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let exceptions = read(EXCEPTIONS_VARIABLE);
        let [https, http, all] = PROXY_VARIABLES.map(|name| read(name).unwrap_or_default());
        let unusable = [&https, &http, &all].into_iter().zip(PROXY_VARIABLES);
        let unusable = unusable.filter(|(value, _)| !value.is_empty() && !is_proxy(value));
        let unusable = unusable.map(|(_, name)| name.to_owned()).collect();
        let matcher = Matcher::builder()
            .https(https)
            .http(http)
            .all(all)
            .no(exceptions.clone().unwrap_or_default())
            .build();
        let matcher = Arc::new(matcher);
        Self { matcher, origin: ProxyOrigin::Environment, exceptions, unusable }
    }

    /// No proxy for anything.
    pub fn none() -> Self {
        Self::from_variables(|_| None)
    }

    /// The proxy for an address. What runs on this computer, and the metadata services of a cloud
    /// machine, are never asked for through one.
    pub fn for_url(&self, url: &Url) -> Option<Hop> {
        if place(url) != Place::Elsewhere {
            return None;
        }
        self.matcher.intercept(&url.as_str().parse::<Uri>().ok()?).and_then(|found| hop(&found))
    }

    /// The proxy for addresses of a scheme that no exception is made for.
    pub fn for_scheme(&self, scheme: &str) -> Option<Hop> {
        // A name that nobody can own, so that no exception fits but `*`.
        let url = Url::parse(&format!("{scheme}://transload.invalid/")).ok()?;
        self.for_url(&url)
    }

    /// Where the proxies were found.
    pub fn origin(&self) -> ProxyOrigin {
        self.origin
    }

    /// The exceptions, as `NO_PROXY` lists them.
    pub fn exceptions(&self) -> Option<&str> {
        self.exceptions.as_deref()
    }

    /// Variables that are set and name no proxy that can be used.
    pub fn unusable(&self) -> &[String] {
        &self.unusable
    }
}

/// Whether a text is the address of a proxy, by the rules of the matcher itself.
fn is_proxy(text: &str) -> bool {
    let matcher = Matcher::builder().all(text).build();
    matcher.intercept(&Uri::from_static("https://transload.invalid/")).is_some()
}

fn hop(found: &Intercept) -> Option<Hop> {
    let address = found.uri().to_string();
    let mut url = Url::parse(&address).ok()?;
    let address = address.trim_end_matches('/').to_owned();
    let login = match found.raw_auth() {
        Some((user, password)) => Some((user.to_owned(), password.to_owned())),
        None => found.basic_auth().and_then(|header| user_and_password(header.as_bytes())),
    };
    if let Some((user, password)) = &login {
        url.set_username(user).ok()?;
        url.set_password(Some(password)).ok()?;
    }
    Some(Hop { address, has_login: login.is_some(), url })
}

/// What stands behind `Basic`.
fn user_and_password(header: &[u8]) -> Option<(String, String)> {
    let encoded = header.strip_prefix(b"Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &'static [(&'static str, &'static str)]) -> Proxies {
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
        assert_eq!(to(&proxies(&[("HTTPS_PROXY", "")]), "https://r.example"), None);
        let none = proxies(&[("ALL_PROXY", "http://p:1"), ("NO_PROXY", "*")]);
        assert_eq!(to(&none, "https://r.example"), None);
    }

    #[test]
    fn a_login_is_for_the_connection_alone() {
        let all = proxies(&[("ALL_PROXY", "http://ada:p%40ss%3Aw@proxy.corp:3128")]);
        let hop = all.for_scheme("https").unwrap();
        assert_eq!(hop.address, "http://proxy.corp:3128");
        assert!(hop.has_login && !format!("{hop:?} {all:?}").contains("p%40ss"));
        assert_eq!(hop.with_login().as_str(), "http://ada:p%40ss%3Aw@proxy.corp:3128/");
        let socks = proxies(&[("ALL_PROXY", "socks5h://u:pw@proxy.corp:1080")]);
        assert_eq!(socks.for_scheme("https").unwrap().address, "socks5h://proxy.corp:1080");
    }

    #[test]
    fn a_variable_that_names_no_proxy_is_said() {
        let wrong = proxies(&[("HTTPS_PROXY", "ftp://proxy"), ("HTTP_PROXY", "http://p:1")]);
        assert_eq!(wrong.unusable(), ["HTTPS_PROXY"]);
        assert!(wrong.for_scheme("https").is_none());
    }
}
