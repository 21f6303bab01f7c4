//! The environment variables, folders and programs that determine the Docker Engine and the stored
//! logins. Read once at startup; tests construct it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::system::System;
use transload_model::Secret;

/// The part of the process environment that concerns the Docker Engine and stored logins. No other
/// code of this crate reads the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DockerEnvironment {
    /// `DOCKER_HOST`: the address of the engine.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`: the name of a Docker context.
    pub docker_context: Option<String>,
    /// `DOCKER_CONFIG`: the folder of Docker's configuration, instead of `~/.docker`.
    pub docker_config: Option<PathBuf>,
    /// `DOCKER_TLS`: if not empty, `tcp://` addresses use TLS without verifying the engine's
    /// certificate.
    pub docker_tls: Option<String>,
    /// `DOCKER_TLS_VERIFY`: if not empty, `tcp://` addresses use TLS and the certificate is
    /// verified.
    pub docker_tls_verify: Option<String>,
    /// `DOCKER_CERT_PATH`: the folder of `ca.pem`, `cert.pem` and `key.pem`.
    pub docker_cert_path: Option<PathBuf>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`: the folder of the sockets of the user's services.
    pub xdg_runtime_dir: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`: the folder of the user's configuration, instead of `~/.config`.
    pub xdg_config_home: Option<PathBuf>,
    /// `REGISTRY_AUTH_FILE`: Podman's file with logins.
    pub registry_auth_file: Option<PathBuf>,
    /// `CONTAINERS_REGISTRIES_CONF` or `REGISTRIES_CONFIG_PATH`: Podman's `registries.conf`.
    pub registries_conf: Option<PathBuf>,
    /// `CONTAINERS_REGISTRIES_CONF_DIR`: the folder of its drop-in files.
    pub registries_conf_folder: Option<PathBuf>,
    /// The system-wide folder of Podman's configuration.
    pub containers_folder: Option<PathBuf>,
    /// `DOCKER_AUTH_CONFIG`: logins in the format of `config.json`.
    pub docker_auth_config: Option<Secret<String>>,
    /// `PATH`: the search path of programs.
    pub search_path: Option<OsString>,
    /// Folders in which the products install their programs. They are searched after `PATH`, which
    /// is short in programs that are started from the desktop.
    pub program_folders: Vec<PathBuf>,
    /// The operating system.
    pub system: System,
    /// The user ID on Unix. Determines the runtime folder if `XDG_RUNTIME_DIR` is not set.
    pub uid: Option<u32>,
}

impl DockerEnvironment {
    /// Reads the environment of this process. An empty variable counts as not set.
    pub fn from_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| {
            std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        let home = path(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        // As in Docker: a service without the variable has a home folder nevertheless.
        let home = home.or_else(std::env::home_dir).filter(|home| !home.as_os_str().is_empty());
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            docker_config: path("DOCKER_CONFIG"),
            docker_tls: text("DOCKER_TLS"),
            docker_tls_verify: text("DOCKER_TLS_VERIFY"),
            docker_cert_path: path("DOCKER_CERT_PATH"),
            xdg_runtime_dir: path("XDG_RUNTIME_DIR"),
            xdg_config_home: path("XDG_CONFIG_HOME"),
            registry_auth_file: path("REGISTRY_AUTH_FILE"),
            registries_conf: path("CONTAINERS_REGISTRIES_CONF")
                .or_else(|| path("REGISTRIES_CONFIG_PATH")),
            registries_conf_folder: path("CONTAINERS_REGISTRIES_CONF_DIR"),
            // Source: containers/image, `systemRegistriesConfPath`.
            containers_folder: cfg!(unix).then(|| PathBuf::from("/etc/containers")),
            docker_auth_config: text("DOCKER_AUTH_CONFIG").map(Secret::new),
            search_path: std::env::var_os("PATH"),
            program_folders: program_folders(System::CURRENT, home.as_deref(), |name| path(name)),
            system: System::CURRENT,
            uid: user_id(home.as_deref()),
            home,
        }
    }

    pub fn configuration_folder(&self) -> Option<PathBuf> {
        let default = || self.home.as_ref().map(|home| home.join(".docker"));
        self.docker_config.clone().or_else(default)
    }

    /// Searches a program in `PATH`, then in the folders of the products.
    pub fn find_program(&self, name: &str) -> Option<PathBuf> {
        // A name with a separator could leave the searched folders.
        if name.contains(['/', '\\']) {
            return None;
        }
        let path = self.search_path.as_deref().unwrap_or(OsStr::new(""));
        let mut folders = std::env::split_paths(path).chain(self.program_folders.iter().cloned());
        folders.find_map(|folder| {
            let mut files =
                PROGRAM_SUFFIXES.iter().map(|suffix| folder.join(format!("{name}{suffix}")));
            files.find(|path| is_program(path))
        })
    }

    /// Returns the search path for credential helpers. They call other programs, such as `pass` and
    /// `gpg`, which are often in the same folders.
    pub fn extended_search_path(&self) -> OsString {
        let path = self.search_path.as_deref().unwrap_or(OsStr::new(""));
        let folders = std::env::split_paths(path).chain(self.program_folders.iter().cloned());
        std::env::join_paths(folders).unwrap_or_else(|_| path.to_owned())
    }

    /// Returns the folder of the sockets of the user's services.
    pub fn runtime_folder(&self) -> Option<PathBuf> {
        let default = || self.uid.map(|uid| PathBuf::from(format!("/run/user/{uid}")));
        self.xdg_runtime_dir.clone().or_else(default)
    }
}

/// The suffixes of program files. `docker-credential-gcloud` is a `.cmd` on Windows.
const PROGRAM_SUFFIXES: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] };

/// Returns the folders in which the products install programs and which a short `PATH` does not
/// contain. On macOS, a program that is started from the Finder has
/// `/usr/bin:/bin:/usr/sbin:/sbin`. Sources: the manuals of Docker Desktop, Rancher Desktop,
/// OrbStack, Homebrew, MacPorts and the Google Cloud CLI.
fn program_folders(
    system: System,
    home: Option<&Path>,
    variable: impl Fn(&str) -> Option<PathBuf>,
) -> Vec<PathBuf> {
    let in_home = |folder: &str| home.map(|home| home.join(folder));
    let fixed = |folder: &str| Some(PathBuf::from(folder));
    let folders = match system {
        System::MacOs => vec![
            fixed("/usr/local/bin"),
            fixed("/opt/homebrew/bin"),
            fixed("/opt/local/bin"),
            fixed("/Applications/Docker.app/Contents/Resources/bin"),
            in_home("Applications/Docker.app/Contents/Resources/bin"),
            in_home(".docker/bin"),
            in_home(".rd/bin"),
            in_home(".orbstack/bin"),
            fixed("/Applications/OrbStack.app/Contents/MacOS/xbin"),
            fixed("/opt/homebrew/share/google-cloud-sdk/bin"),
            in_home("google-cloud-sdk/bin"),
        ],
        System::Windows => {
            let in_folder = |name: &str, folder: &str| variable(name).map(|path| path.join(folder));
            vec![
                in_folder("ProgramFiles", r"Docker\Docker\resources\bin"),
                in_folder("ProgramW6432", r"Docker\Docker\resources\bin"),
                in_folder("LOCALAPPDATA", r"Programs\DockerDesktop\resources\bin"),
                in_folder("ProgramFiles", r"Rancher Desktop\resources\resources\win32\bin"),
                in_folder(
                    "LOCALAPPDATA",
                    r"Programs\Rancher Desktop\resources\resources\win32\bin",
                ),
                in_folder("ProgramFiles", r"RedHat\Podman"),
                in_folder("LOCALAPPDATA", r"Google\Cloud SDK\google-cloud-sdk\bin"),
            ]
        }
        System::Linux => vec![
            fixed("/usr/local/bin"),
            fixed("/usr/bin"),
            fixed("/opt/docker-desktop/bin"),
            fixed("/home/linuxbrew/.linuxbrew/bin"),
            fixed("/snap/bin"),
            in_home(".local/bin"),
            in_home("bin"),
            in_home(".docker/bin"),
            in_home(".rd/bin"),
            fixed("/usr/lib/google-cloud-sdk/bin"),
            in_home("google-cloud-sdk/bin"),
        ],
    };
    folders.into_iter().flatten().collect()
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// Returns the user ID: the owner of `/proc/self` or of the home folder. The standard library has
/// no call for it.
#[cfg(unix)]
fn user_id(home: Option<&Path>) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    [Some(Path::new("/proc/self")), home]
        .into_iter()
        .flatten()
        .find_map(|path| std::fs::metadata(path).ok())
        .map(|metadata| metadata.uid())
}

#[cfg(not(unix))]
fn user_id(_home: Option<&Path>) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_follow_the_variables_and_otherwise_the_user() {
        let plain = DockerEnvironment {
            home: Some("/home/ada".into()),
            uid: Some(1000),
            ..DockerEnvironment::default()
        };
        assert_eq!(plain.configuration_folder(), Some("/home/ada/.docker".into()));
        assert_eq!(plain.runtime_folder(), Some("/run/user/1000".into()));
        let with_variables = DockerEnvironment {
            docker_config: Some("/etc/dock".into()),
            xdg_runtime_dir: Some("/tmp/run".into()),
            ..plain
        };
        assert_eq!(with_variables.configuration_folder(), Some("/etc/dock".into()));
        assert_eq!(with_variables.runtime_folder(), Some("/tmp/run".into()));
    }

    #[test]
    fn the_folders_of_the_products_are_searched_for_programs() {
        let desktop = "/Applications/Docker.app/Contents/Resources/bin";
        let none = |_: &str| None;
        let mac = program_folders(System::MacOs, Some(Path::new("/Users/ada")), none);
        for folder in ["/usr/local/bin", "/opt/homebrew/bin", desktop, "/Users/ada/.docker/bin"] {
            assert!(mac.contains(&PathBuf::from(folder)), "{folder}");
        }
        let variable = |name: &str| (name == "ProgramFiles").then(|| PathBuf::from("P"));
        let windows = program_folders(System::Windows, None, variable);
        assert!(windows.contains(&Path::new("P").join(r"Docker\Docker\resources\bin")));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_name_cannot_contain_a_folder() {
        let environment =
            DockerEnvironment { search_path: Some("/bin".into()), ..DockerEnvironment::default() };
        assert_eq!(environment.find_program("sh"), Some("/bin/sh".into()));
        assert_eq!(environment.find_program("../bin/sh"), None);
        let installed = DockerEnvironment {
            search_path: Some("/nonexistent".into()),
            program_folders: vec!["/bin".into()],
            ..DockerEnvironment::default()
        };
        assert_eq!(installed.find_program("sh"), Some("/bin/sh".into()));
        assert_eq!(installed.extended_search_path(), "/nonexistent:/bin");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_user_id_of_the_process_is_found() {
        assert!(DockerEnvironment::from_process().uid.is_some());
    }
}
