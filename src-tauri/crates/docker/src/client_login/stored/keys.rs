//! Which entry of a file is the one for a registry, or for a repository in it.
//!
//! Sources: containers/image, `findCredentialsInFile`, `authKeyLookupOrder` and
//! `normalizeAuthFileKey`; docker/cli, `getAuthConfigKey`, `fileStore.Get` and `ConvertToHostname`.
//! Differences to both: the case of a host does not matter, and every name of Docker Hub finds it.

use crate::client_login::stored::content::{Content, Entry};
use crate::client_login::stored::login_files::Format;
use transload_model::RegistryHost;

/// Docker Hub's name in Docker's configuration. Source: docker/cli, `authConfigKey`.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";
/// The hosts that are Docker Hub. Source: containers/image, `normalizeRegistry`.
const DOCKER_HUB_HOSTS: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/// The names of a registry as keys, best first: Docker and Podman write different ones for Docker
/// Hub.
pub(super) fn registry_keys(registry: &RegistryHost, format: Format) -> Vec<String> {
    if !registry.is_docker_hub() {
        return vec![registry.to_string()];
    }
    let hosts = DOCKER_HUB_HOSTS.map(str::to_owned);
    match format {
        Format::Docker | Format::Legacy => {
            [DOCKER_HUB_KEY.to_owned()].into_iter().chain(hosts).collect()
        }
        Format::Containers => hosts.into_iter().chain([DOCKER_HUB_KEY.to_owned()]).collect(),
    }
}

/// The entry of a registry, or of the repository in it that is named, with its key.
pub(super) fn entry<'a>(
    content: &'a Content,
    format: Format,
    registry: &RegistryHost,
    repository: Option<&str>,
) -> Option<(&'a str, &'a Entry)> {
    // A repository, then its namespaces, most specific first.
    if format != Format::Legacy {
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
    // The registry itself: as it is written, then in other capitals, then as a URL.
    let named = registry_keys(registry, format)
        .into_iter()
        .flat_map(|name| {
            let same = find(content, |key| key == name);
            same.or_else(|| find(content, |key| key.eq_ignore_ascii_case(&name)))
        })
        .collect::<Vec<_>>();
    // Docker Hub may have an empty entry under one name and its login under another.
    if let Some(found) =
        named.iter().find(|(_, entry)| !matches!(entry, Entry::Empty)).or(named.first())
    {
        return Some(*found);
    }
    let by_url = find(content, |key| {
        let (stripped, had_scheme) = without_scheme(key);
        let host =
            if had_scheme || format == Format::Legacy { host_of(stripped) } else { stripped };
        is_registry(host, registry)
    });
    if by_url.is_some() || format != Format::Docker {
        return by_url;
    }
    // Docker takes the host of a key whatever path follows, such as `r.example/v1/`.
    find(content, |key| is_registry(host_of(key), registry))
}

/// The helper that is set up for a registry, with the key of that line; its name is empty where the
/// line switches helpers off.
pub(super) fn helper<'a>(
    content: &'a Content,
    format: Format,
    registry: &RegistryHost,
) -> Option<(&'a str, &'a str)> {
    let lines = || content.helpers.iter().map(|(key, name)| (key.as_str(), name.as_str()));
    registry_keys(registry, format).into_iter().find_map(|wanted| {
        let same = lines().find(|(key, _)| *key == wanted);
        same.or_else(|| lines().find(|(key, _)| key.eq_ignore_ascii_case(&wanted)))
    })
}

fn find(content: &Content, is_it: impl Fn(&str) -> bool) -> Option<(&str, &Entry)> {
    let mut entries = content.entries.iter().map(|(key, entry)| (key.as_str(), entry));
    entries.find(|(key, _)| is_it(key))
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
