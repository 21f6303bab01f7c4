//! The rules for keys: which entry of a file is for a registry, or for a repository in it. Used by
//! `find`.
//!
//! Sources: containers/image, `findCredentialsInFile`, `authKeyLookupOrder` and
//! `normalizeAuthFileKey`; docker/cli, `getAuthConfigKey`, `fileStore.Get` and `ConvertToHostname`.
//! Differences to both: hosts are compared case-insensitively, and every name of Docker Hub
//! matches.

use crate::client_login::stored::content::{AuthEntry, LoginFileContent};
use crate::client_login::stored::login_files::LoginFileFormat;
use transload_model::RegistryHost;

/// The key of Docker Hub in Docker's configuration. Source: docker/cli, `authConfigKey`.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";
/// The hosts of Docker Hub. Source: containers/image, `normalizeRegistry`.
const DOCKER_HUB_HOSTS: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/// Returns the keys of a registry, best first. Docker and Podman write different keys for Docker
/// Hub.
pub(super) fn registry_keys(registry: &RegistryHost, format: LoginFileFormat) -> Vec<String> {
    if !registry.is_docker_hub() {
        return vec![registry.to_string()];
    }
    let hosts = DOCKER_HUB_HOSTS.map(str::to_owned);
    match format {
        LoginFileFormat::Docker | LoginFileFormat::Legacy => {
            [DOCKER_HUB_KEY.to_owned()].into_iter().chain(hosts).collect()
        }
        LoginFileFormat::Containers => {
            hosts.into_iter().chain([DOCKER_HUB_KEY.to_owned()]).collect()
        }
    }
}

pub(super) fn entry<'a>(
    content: &'a LoginFileContent,
    format: LoginFileFormat,
    registry: &RegistryHost,
    repository: Option<&str>,
) -> Option<(&'a str, &'a AuthEntry)> {
    // The repository, then its namespaces, the most specific first.
    if format != LoginFileFormat::Legacy {
        let host = registry.as_str();
        let mut path = repository.unwrap_or_default();
        while !path.is_empty() {
            let found = find(content, |key| {
                key.split_once('/')
                    .is_some_and(|(name, rest)| rest == path && name.eq_ignore_ascii_case(host))
            });
            if found.is_some() {
                return found;
            }
            path = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }
    // The registry itself: the exact key, then with other upper-case letters, then as a URL.
    let by_name = registry_keys(registry, format)
        .into_iter()
        .flat_map(|name| {
            let exact = find(content, |key| key == name);
            exact.or_else(|| find(content, |key| key.eq_ignore_ascii_case(&name)))
        })
        .collect::<Vec<_>>();
    // Docker Hub can have an empty entry under one key and its login under another.
    if let Some(found) =
        by_name.iter().find(|(_, entry)| !matches!(entry, AuthEntry::Empty)).or(by_name.first())
    {
        return Some(*found);
    }
    let by_url = find(content, |key| {
        let (stripped, had_scheme) = without_scheme(key);
        let host = if had_scheme || format == LoginFileFormat::Legacy {
            host_of(stripped)
        } else {
            stripped
        };
        is_registry(host, registry)
    });
    if by_url.is_some() || format != LoginFileFormat::Docker {
        return by_url;
    }
    // Docker ignores any path after the host of a key, such as in `r.example/v1/`.
    find(content, |key| is_registry(host_of(key), registry))
}

/// Returns the helper for a registry, with its key. The name of the helper is empty if the entry
/// disables helpers.
pub(super) fn helper<'a>(
    content: &'a LoginFileContent,
    format: LoginFileFormat,
    registry: &RegistryHost,
) -> Option<(&'a str, &'a str)> {
    let entries = || content.helpers.iter().map(|(key, name)| (key.as_str(), name.as_str()));
    registry_keys(registry, format).into_iter().find_map(|name| {
        let exact = entries().find(|(key, _)| *key == name);
        exact.or_else(|| entries().find(|(key, _)| key.eq_ignore_ascii_case(&name)))
    })
}

fn find(content: &LoginFileContent, matches: impl Fn(&str) -> bool) -> Option<(&str, &AuthEntry)> {
    let mut entries = content.entries.iter().map(|(key, entry)| (key.as_str(), entry));
    entries.find(|(key, _)| matches(key))
}

fn is_registry(host: &str, registry: &RegistryHost) -> bool {
    if registry.is_docker_hub() {
        return DOCKER_HUB_HOSTS.iter().any(|name| name.eq_ignore_ascii_case(host));
    }
    host.eq_ignore_ascii_case(registry.as_str())
}

fn without_scheme(key: &str) -> (&str, bool) {
    let stripped = ["https://", "http://"].iter().find_map(|scheme| {
        let start = key.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &key[scheme.len()..])
    });
    (stripped.unwrap_or(key), stripped.is_some())
}

fn host_of(text: &str) -> &str {
    text.split('/').next().unwrap_or_default()
}
