//! The proxy that a person set for GNOME, and for the desktops that keep theirs in the same place. No
//! library of ours reads it, and the desktop's own would bind the command line to its packages, so its
//! program `gsettings` is asked.
//!
//! Source: the schemas `org.gnome.system.proxy` of gsettings-desktop-schemas, and what
//! `proxy/gnome/gproxyresolvergnome.c` of glib-networking makes of them.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use url::Url;

/// The desktops that have their proxy there, as `XDG_CURRENT_DESKTOP` names them.
const DESKTOPS: [&str; 6] = ["GNOME", "Unity", "X-Cinnamon", "Cinnamon", "Budgie", "Pantheon"];

const SCHEMA: &str = "org.gnome.system.proxy";

/// The program reads a file; one that does not answer is not waited for.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// What is set, in the form that variables have.
#[derive(Default, PartialEq, Eq)]
pub(super) struct GnomeProxies {
    pub(super) https: Option<String>,
    pub(super) http: Option<String>,
    pub(super) all: Option<String>,
    pub(super) exceptions: Option<String>,
}

impl GnomeProxies {
    /// What is set on this desktop; nothing on another one, or where no proxy is set.
    pub(super) fn of_desktop() -> Option<Self> {
        let desktops = std::env::var("XDG_CURRENT_DESKTOP").ok()?;
        let is_one = desktops.split(':').any(|desktop| DESKTOPS.contains(&desktop));
        Self::of_settings(&settings().filter(|_| is_one)?)
    }

    /// What the lines of `gsettings list-recursively` say.
    fn of_settings(lines: &str) -> Option<Self> {
        let known: HashMap<(&str, &str), &str> = lines
            .lines()
            .filter_map(|line| {
                let mut parts = line.splitn(3, ' ');
                let (schema, key) = (parts.next()?.strip_prefix(SCHEMA)?, parts.next()?);
                Some(((schema, key), parts.next()?))
            })
            .collect();
        let value =
            |schema: &str, key: &str| known.get(&(schema, key)).copied().unwrap_or_default();
        match unquoted(value("", "mode")).as_str() {
            "manual" => {}
            "auto" => {
                tracing::warn!("the desktop's automatic proxy configuration is not followed");
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
            // A `%` of the password stands for itself, and the library leaves it as it is.
            let of = |key: &str| unquoted(value(".http", key)).replace('%', "%25");
            let _ = http.set_username(&of("authentication-user"));
            let _ = http.set_password(Some(&of("authentication-password")));
        }
        let same_for_all = http.clone().filter(|_| value("", "use-same-proxy") != "false");
        let found = Self {
            https: address("http", ".https").map(String::from),
            http: http.map(String::from),
            all: address("socks5", ".socks").or(same_for_all).map(String::from),
            exceptions: exceptions(value("", "ignore-hosts")),
        };
        let any = [&found.https, &found.http, &found.all].into_iter().any(Option::is_some);
        any.then_some(found)
    }
}

/// What `gsettings` prints; nothing where there is no such program or no such schema.
fn settings() -> Option<String> {
    let (told, hears) = mpsc::channel();
    std::thread::spawn(move || {
        let asked = Command::new("gsettings")
            .args(["list-recursively", SCHEMA])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output();
        // Who waited too long hears nothing.
        let _ = told.send(asked.ok().filter(|output| output.status.success()));
    });
    let output = hears.recv_timeout(ANSWERS_WITHIN).ok()??;
    String::from_utf8(output.stdout).ok()
}

/// A list such as `['localhost', '*.corp']` in the form of `NO_PROXY`.
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

/// The text of a string as GVariant writes it.
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

    const SET: &str = "\
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
    fn what_is_set_becomes_what_variables_would_say() {
        let set = GnomeProxies::of_settings(SET).unwrap();
        let http = Some("http://ada:p%40ss'w%2541@proxy.corp:3128/".to_owned());
        assert_eq!((&set.http, &set.all, &set.https), (&http, &http, &None));
        let exceptions = set.exceptions.as_deref();
        assert_eq!(exceptions, Some("localhost,127.0.0.0/8,.corp,it's.here"));

        let own =
            SET.replace("https host ''", "https host 'tls.corp'").replace("port 0", "port 8443");
        let own = GnomeProxies::of_settings(&own.replace("proxy true", "proxy false")).unwrap();
        assert_eq!((own.https.as_deref(), own.all), (Some("http://tls.corp:8443/"), None));
        let socks = SET.replace("socks host ''", "socks host 's.corp'");
        let socks = GnomeProxies::of_settings(&socks.replace("socks port 0", "socks port 1080"));
        assert_eq!(socks.unwrap().all.as_deref(), Some("socks5://s.corp:1080"));
    }

    #[test]
    fn what_is_not_manual_is_nothing() {
        for text in [&SET.replace("'manual'", "'none'"), &SET.replace("'manual'", "'auto'"), ""] {
            assert!(GnomeProxies::of_settings(text).is_none());
        }
        assert!(GnomeProxies::of_settings(&SET.replace("'proxy.corp'", "''")).is_none());
    }
}
