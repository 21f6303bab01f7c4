//! The files with stored logins, in the order in which they are searched.
//!
//! Source of the order: containers/image, `pkg/docker/config`, `getAuthFilePaths` and
//! `getPathToAuthWithOS`; containers-auth.json(5). The variable `DOCKER_AUTH_CONFIG` comes before
//! them, as in the Docker CLI (docker/cli, `ConfigFile.GetCredentialsStore`).

use std::path::PathBuf;

use crate::environment::DockerEnvironment;
use crate::system::System;

/// The format of a file with logins. It determines the rules for its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoginFileFormat {
    /// `config.json` of the Docker CLI.
    Docker,
    /// `auth.json` of Podman, Buildah and skopeo.
    Containers,
    /// `.dockercfg` of Docker before 1.7: the entries are in the top-level object.
    Legacy,
}

/// A file with logins. It does not have to exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoginFile {
    pub(super) path: PathBuf,
    pub(super) format: LoginFileFormat,
}

/// Returns the files to read, in order.
///
/// If `REGISTRY_AUTH_FILE` is set, containers/image reads no other file since version 5.24.
/// Transload reads the other files as well, as earlier versions do, because it also replaces
/// Docker, which ignores that variable.
pub(super) fn login_files(environment: &DockerEnvironment) -> Vec<LoginFile> {
    let mut files: Vec<LoginFile> = Vec::new();
    let mut add = |path: PathBuf, format| {
        if !files.iter().any(|file| file.path == path && file.format == format) {
            files.push(LoginFile { path, format });
        }
    };
    match &environment.registry_auth_file {
        Some(file) => add(file.clone(), LoginFileFormat::Containers),
        None => default_podman_files(environment)
            .into_iter()
            .for_each(|file| add(file, LoginFileFormat::Containers)),
    }
    let home = environment.home.as_deref();
    let configuration =
        environment.xdg_config_home.clone().or_else(|| home.map(|home| home.join(".config")));
    if let Some(folder) = configuration {
        add(folder.join("containers").join("auth.json"), LoginFileFormat::Containers);
    }
    if let Some(folder) = environment.configuration_folder() {
        add(folder.join("config.json"), LoginFileFormat::Docker);
    }
    if let Some(home) = home {
        add(home.join(".dockercfg"), LoginFileFormat::Legacy);
    }
    files
}

/// Returns the file that `podman login` writes.
pub(in super::super) fn podman_file(environment: &DockerEnvironment) -> Option<PathBuf> {
    let named = environment.registry_auth_file.clone();
    named.or_else(|| default_podman_files(environment).into_iter().next())
}

/// Returns the files that Podman, Buildah and skopeo read if no variable names a file. They write
/// the first one.
///
/// Without `XDG_RUNTIME_DIR`, containers/image uses `/run/containers/UID`. For users other than
/// root, Podman first sets the variable to `/run/user/UID` (Podman, `util.SetXdgDirs`).
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
        login_files(environment).iter().map(|file| file.path.display().to_string()).collect()
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
        let common = [
            "/home/ada/.config/containers/auth.json",
            "/home/ada/.docker/config.json",
            "/home/ada/.dockercfg",
        ];
        let with_first = |first: &'static str| [&[first], &common[..]].concat();
        assert_eq!(paths(&plain), with_first("/run/containers/0/auth.json"));
        assert_eq!(podman_file(&plain), Some("/run/containers/0/auth.json".into()));

        let session =
            DockerEnvironment { xdg_runtime_dir: Some("/tmp/run".into()), ..plain.clone() };
        assert_eq!(paths(&session), with_first("/tmp/run/containers/auth.json"));
        let named = DockerEnvironment { registry_auth_file: Some("/my.json".into()), ..session };
        assert_eq!(paths(&named), with_first("/my.json"));
        assert_eq!(podman_file(&named), Some("/my.json".into()));

        let other_folders = DockerEnvironment {
            xdg_config_home: Some("/cfg".into()),
            docker_config: Some("/dock".into()),
            ..named
        };
        let expected =
            ["/my.json", "/cfg/containers/auth.json", "/dock/config.json", "/home/ada/.dockercfg"];
        assert_eq!(paths(&other_folders), expected);

        let mac = DockerEnvironment { system: System::MacOs, ..plain };
        assert_eq!(paths(&mac), common);
        assert_eq!(podman_file(&mac), Some(common[0].into()));
    }
}
