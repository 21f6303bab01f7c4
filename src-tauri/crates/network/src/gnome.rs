//! Reads the proxy settings of GNOME and of the desktops that share its settings. No dependency of this
//! project reads them, and linking GIO would tie the command line tool to desktop packages, so this module
//! runs `gsettings`. `proxies` calls it if no environment variable names a proxy.
//!
//! Source: the schemas `org.gnome.system.proxy` of gsettings-desktop-schemas, and their interpretation in
//! `proxy/gnome/gproxyresolvergnome.c` of glib-networking.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use url::Url;

/// The values of `XDG_CURRENT_DESKTOP` for the desktops that use these settings.
const DESKTOPS: [&str; 6] = ["GNOME", "Unity", "X-Cinnamon", "Cinnamon", "Budgie", "Pantheon"];

const SCHEMA: &str = "org.gnome.system.proxy";

/// How long to wait for `gsettings`, which only reads a local database.
const GSETTINGS_TIMEOUT: Duration = Duration::from_secs(2);

/// The proxy settings of the desktop, in the format of the environment variables.
#[derive(Default, PartialEq, Eq)]
pub(super) struct GnomeProxies {
    pub(super) https: Option<String>,
    pub(super) http: Option<String>,
    pub(super) all: Option<String>,
    pub(super) exceptions: Option<String>,
}

impl GnomeProxies {
    /// Reads the settings. Returns `None` on other desktops, or if no proxy is set.
    pub(super) fn from_desktop() -> Option<Self> {
        let desktops = std::env::var("XDG_CURRENT_DESKTOP").ok()?;
        let is_supported = desktops.split(':').any(|desktop| DESKTOPS.contains(&desktop));
        Self::parse(&gsettings_output().filter(|_| is_supported)?)
    }

    /// Parses the output of `gsettings list-recursively`.
    fn parse(lines: &str) -> Option<Self> {
        let values: HashMap<(&str, &str), &str> = lines
            .lines()
            .filter_map(|line| {
                let mut parts = line.splitn(3, ' ');
                let (schema, key) = (parts.next()?.strip_prefix(SCHEMA)?, parts.next()?);
                Some(((schema, key), parts.next()?))
            })
            .collect();
        let value =
            |schema: &str, key: &str| values.get(&(schema, key)).copied().unwrap_or_default();
        match unquoted(value("", "mode")).as_str() {
            "manual" => {}
            "auto" => {
                tracing::warn!("automatic proxy configuration of the desktop is not supported");
                return None;
            }
            _ => return None,
        }
        let address = |scheme: &str, schema: &str| {
            let host = unquoted(value(schema, "host"));
            let port = value(schema, "port");
            Url::parse(&format!("{scheme}://{host}:{port}")).ok().filter(|_| !host.is_empty())
        };
        let mut http = address("http", ".http");
        if let Some(http) = http.as_mut().filter(|_| value(".http", "use-authentication") == "true")
        {
            // The setting is not percent-encoded, and `Url` doesn't encode a `%`.
            let encoded = |key: &str| unquoted(value(".http", key)).replace('%', "%25");
            let _ = http.set_username(&encoded("authentication-user"));
            let _ = http.set_password(Some(&encoded("authentication-password")));
        }
        let same_for_all = http.clone().filter(|_| value("", "use-same-proxy") != "false");
        let found = Self {
            https: address("http", ".https").map(String::from),
            http: http.map(String::from),
            all: address("socks5", ".socks").or(same_for_all).map(String::from),
            exceptions: exceptions(value("", "ignore-hosts")),
        };
        let has_proxy = [&found.https, &found.http, &found.all].into_iter().any(Option::is_some);
        has_proxy.then_some(found)
    }
}

/// Runs `gsettings` and returns its output, or `None` if the program or the schema doesn't exist.
fn gsettings_output() -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let output = Command::new("gsettings")
            .args(["list-recursively", SCHEMA])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output();
        // Sending fails if the receiver timed out.
        let _ = sender.send(output.ok().filter(|output| output.status.success()));
    });
    let output = receiver.recv_timeout(GSETTINGS_TIMEOUT).ok()??;
    String::from_utf8(output.stdout).ok()
}

/// Converts a list such as `['localhost', '*.corp']` to the format of `NO_PROXY`.
fn exceptions(list: &str) -> Option<String> {
    let inside = list.strip_prefix('[')?.strip_suffix(']')?;
    let hosts = inside.split(',').map(|host| unquoted(host.trim()));
    let hosts: Vec<_> = hosts
        .filter(|host| !host.is_empty())
        .map(|host| {
            host.strip_prefix('*')
                .filter(|rest| rest.starts_with('.'))
                .map_or(host.clone(), str::to_owned)
        })
        .collect();
    (!hosts.is_empty()).then(|| hosts.join(","))
}

/// Returns the value of a string in GVariant text format.
fn unquoted(text: &str) -> String {
    let inside = ['\'', '"'].into_iter().find_map(|quote| {
        let inside = text.strip_prefix(quote)?;
        inside.strip_suffix(quote)
    });
    let mut characters = inside.unwrap_or_default().chars();
    let mut plain = String::new();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = "\
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '*.corp', \"it's.here\"]
org.gnome.system.proxy mode 'manual'
org.gnome.system.proxy use-same-proxy true
org.gnome.system.proxy.http authentication-password 'p@ss\\'w%41'
org.gnome.system.proxy.http authentication-user 'ada'
org.gnome.system.proxy.http host 'proxy.corp'
org.gnome.system.proxy.http port 3128
org.gnome.system.proxy.http use-authentication true
org.gnome.system.proxy.https host ''
org.gnome.system.proxy.https port 0
org.gnome.system.proxy.socks host ''
org.gnome.system.proxy.socks port 0
";

    #[test]
    fn settings_are_converted_to_the_format_of_the_variables() {
        let parsed = GnomeProxies::parse(SETTINGS).unwrap();
        let http = Some("http://ada:p%40ss'w%2541@proxy.corp:3128/".to_owned());
        assert_eq!((&parsed.http, &parsed.all, &parsed.https), (&http, &http, &None));
        let exceptions = parsed.exceptions.as_deref();
        assert_eq!(exceptions, Some("localhost,127.0.0.0/8,.corp,it's.here"));

        let per_scheme = SETTINGS
            .replace("https host ''", "https host 'tls.corp'")
            .replace("port 0", "port 8443");
        let per_scheme =
            GnomeProxies::parse(&per_scheme.replace("proxy true", "proxy false")).unwrap();
        assert_eq!(
            (per_scheme.https.as_deref(), per_scheme.all),
            (Some("http://tls.corp:8443/"), None)
        );
        let socks = SETTINGS.replace("socks host ''", "socks host 's.corp'");
        let socks = GnomeProxies::parse(&socks.replace("socks port 0", "socks port 1080"));
        assert_eq!(socks.unwrap().all.as_deref(), Some("socks5://s.corp:1080"));
    }

    #[test]
    fn only_manual_settings_with_a_host_are_used() {
        for text in
            [&SETTINGS.replace("'manual'", "'none'"), &SETTINGS.replace("'manual'", "'auto'"), ""]
        {
            assert!(GnomeProxies::parse(text).is_none());
        }
        assert!(GnomeProxies::parse(&SETTINGS.replace("'proxy.corp'", "''")).is_none());
    }
}
