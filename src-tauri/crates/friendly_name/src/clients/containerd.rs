//! `hosts.toml` of containerd, and of the Docker Engine with the containerd image store.
//!
//! Sources: containerd, `docs/hosts.md` and `remotes/docker/config/hosts.go` (the folder is named for the host, with
//! the port as `host:port` or `host_port_`); moby 29, which reads `/etc/docker/certs.d`.

use std::path::PathBuf;

use toml::Table;

use crate::clients::files::{ClientConfiguration, ClientFiles, text_of, toml_problem};
use crate::name::FriendlyName;

pub(super) fn read(files: &ClientFiles, name: &FriendlyName, found: &mut ClientConfiguration) {
    let Some(etc) = &files.etc else { return };
    let mut paths: Vec<(&str, PathBuf)> = Vec::new();
    for (client, folder) in [("containerd", "containerd"), ("Docker Engine", "docker")] {
        for host in folder_names(name) {
            let path = etc.join(folder).join("certs.d").join(host).join("hosts.toml");
            paths.push((client, path));
        }
    }
    for (client, path) in paths {
        let Some(text) = text_of(&path, &mut found.problems) else { continue };
        let table: Table = match toml::from_str(&text) {
            Ok(table) => table,
            Err(error) => {
                found.problems.push(toml_problem(&path, &text, &error));
                continue;
            }
        };
        let hosts = table.get("host").and_then(|hosts| hosts.as_table());
        let first = hosts.and_then(|hosts| hosts.keys().next().cloned());
        let server = first.or_else(|| Some(table.get("server")?.as_str()?.to_owned()));
        let Some(server) = server else { continue };
        let place = path.display();
        if client == "containerd" {
            found.lines.push(format!("containerd: {place} pulls from {server}."));
            let host = server.split_once("://").map_or(server.as_str(), |(_, host)| host);
            found.renames.containerd.get_or_insert(host.to_owned());
        } else {
            found.lines.push(format!(
                "Docker Engine: {place} names {server}. Engine 29 and newer read it with the containerd image \
                 store, but use the login of the name only for the name itself."
            ));
        }
    }
}

/// Returns the folder names that containerd searches, first match first.
fn folder_names(name: &FriendlyName) -> Vec<String> {
    let full = name.as_str();
    match full.rsplit_once(':') {
        Some((host, port)) => vec![format!("{host}_{port}_"), full.to_owned()],
        None => vec![full.to_owned()],
    }
}
