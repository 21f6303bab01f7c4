//! Where logins are stored, in the order in which they are searched.
//!
//! Source of the order: containers/image, `pkg/docker/config`, `getAuthFilePaths` and
//! `getPathToAuthWithOS`; containers-auth.json(5). Docker's variable comes first, as it does for the
//! Docker CLI (docker/cli, `ConfigFile.GetCredentialsStore`).

use std::path::PathBuf;

use crate::environment::DockerEnvironment;
use crate::system::System;

/// Who defines the format of a place, and with it the rules for its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// `config.json` of the Docker CLI.
    Docker,
    /// `auth.json` of Podman, Buildah and skopeo.
    Containers,
    /// `.dockercfg` of Docker before 1.7: the entries stand at the top.
    Legacy,
}

/// A file with logins; it need not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoginFile {
    pub(super) path: PathBuf,
    pub(super) format: Format,
}

/// The files to read, in order.
///
/// containers/image from 5.24 on reads nothing else where `REGISTRY_AUTH_FILE` is set. Transload
/// goes on with the other files, as earlier versions do: it stands in for Docker too, and Docker
/// does not know that variable.
pub(super) fn login_files(environment: &DockerEnvironment) -> Vec<LoginFile> {
    let mut places: Vec<LoginFile> = Vec::new();
    let mut add = |path: PathBuf, format| {
        if !places.iter().any(|place| place.path == path && place.format == format) {
            places.push(LoginFile { path, format });
        }
    };
    match &environment.registry_auth_file {
        Some(file) => add(file.clone(), Format::Containers),
        None => default_podman_files(environment)
            .into_iter()
            .for_each(|file| add(file, Format::Containers)),
    }
    let home = environment.home.as_deref();
    let configuration =
        environment.xdg_config_home.clone().or_else(|| home.map(|home| home.join(".config")));
    if let Some(folder) = configuration {
        add(folder.join("containers").join("auth.json"), Format::Containers);
    }
    if let Some(folder) = environment.configuration_folder() {
        add(folder.join("config.json"), Format::Docker);
    }
    if let Some(home) = home {
        add(home.join(".dockercfg"), Format::Legacy);
    }
    places
}

/// The file that `podman login` writes.
pub(in super::super) fn podman_file(environment: &DockerEnvironment) -> Option<PathBuf> {
    let named = environment.registry_auth_file.clone();
    named.or_else(|| default_podman_files(environment).into_iter().next())
}

/// Where Podman, Buildah and skopeo look if no variable names a file; the first is the one that they
/// write.
///
/// Without `XDG_RUNTIME_DIR` containers/image uses `/run/containers/UID`. For a person other than
/// root Podman sets the variable itself, to `/run/user/UID`, before it gets there (Podman,
/// `util.SetXdgDirs`).
fn default_podman_files(environment: &DockerEnvironment) -> Vec<PathBuf> {
    let file = |folder: PathBuf| folder.join("containers").join("auth.json");
    if environment.system != System::Linux {
        let home = environment.home.as_ref();
        return home.map(|home| file(home.join(".config"))).into_iter().collect();
    }
    if let Some(folder) = &environment.xdg_runtime_dir {
        return vec![file(folder.clone())];
    }
    let Some(uid) = environment.uid else { return Vec::new() };
    let of_user = (uid != 0).then(|| PathBuf::from(format!("/run/user/{uid}")));
    let of_user = of_user.filter(|folder| folder.is_dir()).map(file);
    let of_containers = PathBuf::from(format!("/run/containers/{uid}/auth.json"));
    of_user.into_iter().chain([of_containers]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(environment: &DockerEnvironment) -> Vec<String> {
        login_files(environment).iter().map(|place| place.path.display().to_string()).collect()
    }

    #[cfg(unix)]
    #[test]
    fn files_are_searched_in_the_order_of_containers_image() {
        let plain = DockerEnvironment {
            home: Some("/home/ada".into()),
            uid: Some(0),
            system: System::Linux,
            ..DockerEnvironment::default()
        };
        let usual = [
            "/home/ada/.config/containers/auth.json",
            "/home/ada/.docker/config.json",
            "/home/ada/.dockercfg",
        ];
        let with_first = |first: &'static str| [&[first], &usual[..]].concat();
        assert_eq!(paths(&plain), with_first("/run/containers/0/auth.json"));
        assert_eq!(podman_file(&plain), Some("/run/containers/0/auth.json".into()));

        let session =
            DockerEnvironment { xdg_runtime_dir: Some("/tmp/run".into()), ..plain.clone() };
        assert_eq!(paths(&session), with_first("/tmp/run/containers/auth.json"));
        let named = DockerEnvironment { registry_auth_file: Some("/my.json".into()), ..session };
        assert_eq!(paths(&named), with_first("/my.json"));
        assert_eq!(podman_file(&named), Some("/my.json".into()));

        let moved = DockerEnvironment {
            xdg_config_home: Some("/cfg".into()),
            docker_config: Some("/dock".into()),
            ..named
        };
        let expected =
            ["/my.json", "/cfg/containers/auth.json", "/dock/config.json", "/home/ada/.dockercfg"];
        assert_eq!(paths(&moved), expected);

        let mac = DockerEnvironment { system: System::MacOs, ..plain };
        assert_eq!(paths(&mac), usual);
        assert_eq!(podman_file(&mac), Some(usual[0].into()));
    }
}
