//! `daemon.json` of the Docker Engine, and the credential helpers in `config.json`.
//!
//! Sources: dockerd(8), "Daemon configuration file"; docker/cli, `configfile` (`credHelpers`, `credsStore`);
//! amazon-ecr-credential-helper, which recognizes the names of ECR only (issues 94, 193, 947, 966).

use std::path::Path;

use serde_json::Value;

use crate::clients::files::{ClientConfiguration, ClientFiles, text_of};
use crate::name::FriendlyName;

/// The name of Amazon's helper in `credHelpers` and `credsStore`.
const ECR_HELPER: &str = "ecr-login";

pub(super) fn read(files: &ClientFiles, name: &FriendlyName, found: &mut ClientConfiguration) {
    let daemon = files.etc.as_ref().map(|etc| etc.join("docker/daemon.json"));
    let rootless = files.home.as_ref().map(|home| home.join(".config/docker/daemon.json"));
    for path in [daemon, rootless].into_iter().flatten() {
        let Some(settings) = json_of(&path, &mut found.problems) else { continue };
        let place = path.display();
        for mirror in texts(&settings, "registry-mirrors") {
            found.lines.push(format!(
                "Docker Engine: {place} pulls images of Docker Hub from {mirror} first."
            ));
            found.mirrors.push(mirror);
        }
        if texts(&settings, "insecure-registries").iter().any(|entry| entry == name.as_str()) {
            found.is_insecure = true;
            found
                .lines
                .push(format!("Docker Engine: {place} doesn't verify the certificate of {name}."));
        }
        if let Some(containerd) = settings["features"]["containerd-snapshotter"].as_bool() {
            let store = if containerd { "the containerd image store" } else { "a graph driver" };
            found.lines.push(format!("Docker Engine: {place} selects {store}."));
        }
    }
    let Some(path) = files.docker_config.as_ref().map(|folder| folder.join("config.json")) else {
        return;
    };
    let Some(settings) = json_of(&path, &mut found.problems) else { return };
    let place = path.display();
    let of_name = settings["credHelpers"][name.as_str()].as_str().filter(|name| !name.is_empty());
    let of_all = settings["credsStore"].as_str().filter(|name| !name.is_empty());
    match of_name.or(of_all) {
        Some(ECR_HELPER) => found.lines.push(format!(
            "docker: {place} uses docker-credential-ecr-login for {name}. The helper recognizes only the names of \
             ECR, so it has no login for this one."
        )),
        Some(helper) if of_name.is_some() => {
            found.lines.push(format!("docker: {place} uses docker-credential-{helper} for {name}."));
        }
        _ => {}
    }
    if settings["auths"][name.as_str()].is_object() {
        found.lines.push(format!(
            "docker: {place} has a login for {name}. A token of ECR is valid for 12 hours."
        ));
    }
}

fn json_of(path: &Path, problems: &mut Vec<String>) -> Option<Value> {
    let text = text_of(path, problems)?;
    if text.trim().is_empty() {
        return None;
    }
    match serde_json::from_str(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            // The message of the parser doesn't quote the text, which can contain a login.
            problems.push(format!(
                "{}: it is not valid JSON at line {}",
                path.display(),
                error.line()
            ));
            None
        }
    }
}

fn texts(settings: &Value, key: &str) -> Vec<String> {
    let list = settings[key].as_array().into_iter().flatten();
    list.filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
}
