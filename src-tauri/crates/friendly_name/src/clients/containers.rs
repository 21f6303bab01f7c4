//! `registries.conf` of Podman, Buildah, CRI-O and skopeo.
//!
//! Sources: containers-registries.conf(5); containers/image, `sysregistriesv2.newConfigWrapper` (the user's file
//! replaces the system's), `refMatchingPrefix` and `refMatchingSubdomainPrefix` (the longest prefix wins, and
//! `*.host` matches subdomains).

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::clients::files::{ClientConfiguration, ClientFiles, text_of, toml_problem};
use crate::name::FriendlyName;

#[derive(Default, Deserialize)]
struct RegistriesConf {
    #[serde(default)]
    registry: Vec<Registry>,
}

#[derive(Clone, Default, Deserialize)]
struct Registry {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    blocked: bool,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    mirror: Vec<Mirror>,
}

#[derive(Clone, Default, Deserialize)]
struct Mirror {
    #[serde(default)]
    location: String,
}

impl Registry {
    fn prefix(&self) -> &str {
        if self.prefix.is_empty() { &self.location } else { &self.prefix }
    }

    /// Returns whether the entry is for images of the name, and the length of the match.
    fn matches(&self, name: &str) -> Option<usize> {
        let prefix = self.prefix();
        let host = prefix.split('/').next().unwrap_or_default();
        let is_match = match host.strip_prefix("*.") {
            Some(parent) => name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.')),
            None => !host.is_empty() && host == name,
        };
        is_match.then_some(prefix.len())
    }
}

pub(super) fn read(files: &ClientFiles, name: &FriendlyName, found: &mut ClientConfiguration) {
    let mut best: Option<(usize, Registry, PathBuf)> = None;
    for path in configuration_files(files) {
        let Some(text) = text_of(&path, &mut found.problems) else { continue };
        let configuration: RegistriesConf = match toml::from_str(&text) {
            Ok(configuration) => configuration,
            Err(error) => {
                found.problems.push(toml_problem(&path, &text, &error));
                continue;
            }
        };
        for registry in configuration.registry {
            // A later file replaces an entry with the same prefix.
            if let Some(length) = registry.matches(name.as_str())
                && best.as_ref().is_none_or(|(longest, _, _)| length >= *longest)
            {
                best = Some((length, registry, path.clone()));
            }
        }
    }
    let Some((_, registry, path)) = best else { return };
    let place = path.display();
    if registry.blocked {
        found.lines.push(format!("Podman, skopeo: {place} blocks {}.", registry.prefix()));
    }
    if registry.insecure {
        found
            .lines
            .push(format!("Podman, skopeo: {place} turns off the check of the certificate."));
    }
    for mirror in &registry.mirror {
        found.lines.push(format!("Podman, skopeo: {place} pulls from {} first.", mirror.location));
    }
    if !registry.location.is_empty() && registry.location != registry.prefix() {
        let location = &registry.location;
        found.lines.push(format!(
            "Podman, skopeo: {place} pulls {} from {location}. Log in to that registry. A push is not renamed.",
            registry.prefix()
        ));
        found.renames.podman = Some(location.clone());
    }
}

/// Returns the files that are read. A later file replaces entries of an earlier one.
fn configuration_files(files: &ClientFiles) -> Vec<PathBuf> {
    let system = files.etc.as_ref().map(|etc| etc.join("containers"));
    let user = files.home.as_ref().map(|home| home.join(".config/containers"));
    let file = |folder: &PathBuf| folder.join("registries.conf");
    let own = user.as_ref().map(file).filter(|path| path.exists());
    let reads_system = files.registries_conf.is_some() || own.is_none();
    let main = files.registries_conf.clone().or(own).or_else(|| system.as_ref().map(file));
    let folders = system.filter(|_| reads_system).into_iter().chain(user);
    let drop_ins = folders.flat_map(|folder| drop_ins(&folder.join("registries.conf.d")));
    main.into_iter().chain(drop_ins).collect()
}

fn drop_ins(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let is_conf = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "conf");
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).filter(is_conf).collect();
    paths.sort();
    paths
}
