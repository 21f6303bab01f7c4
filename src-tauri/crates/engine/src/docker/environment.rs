use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What this process was told about the Docker Engine, read once, so that everything behind it is
/// a function of its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DockerEnvironment {
    /// `DOCKER_HOST`: the address of the engine.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`: the name of a Docker context.
    pub docker_context: Option<String>,
    /// `DOCKER_CONFIG`: the folder of Docker's configuration, instead of `~/.docker`.
    pub docker_config: Option<PathBuf>,
    /// `DOCKER_TLS_VERIFY`: not empty means TLS for `tcp://` addresses.
    pub docker_tls_verify: Option<String>,
    /// `DOCKER_CERT_PATH`: the folder of `ca.pem`, `cert.pem` and `key.pem`.
    pub docker_cert_path: Option<PathBuf>,
    /// The person's home folder.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`: where sockets of the person's own services are.
    pub xdg_runtime_dir: Option<PathBuf>,
    /// `REGISTRY_AUTH_FILE`: Podman's file with logins.
    pub registry_auth_file: Option<PathBuf>,
    /// `PATH`: where programs are looked for.
    pub search_path: Option<OsString>,
    /// The user id on Unix; names the runtime folder where the variable is not set.
    pub uid: Option<u32>,
}

impl DockerEnvironment {
    /// Reads the environment of this process. An empty variable is as good as none.
    pub fn from_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| {
            std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        let home = path(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            docker_config: path("DOCKER_CONFIG"),
            docker_tls_verify: text("DOCKER_TLS_VERIFY"),
            docker_cert_path: path("DOCKER_CERT_PATH"),
            xdg_runtime_dir: path("XDG_RUNTIME_DIR"),
            registry_auth_file: path("REGISTRY_AUTH_FILE"),
            search_path: std::env::var_os("PATH"),
            uid: user_id(home.as_deref()),
            home,
        }
    }

    /// The folder of Docker's configuration.
    pub fn configuration_folder(&self) -> Option<PathBuf> {
        let usual = || self.home.as_ref().map(|home| home.join(".docker"));
        self.docker_config.clone().or_else(usual)
    }

    /// Where sockets of the person's own services are.
    pub fn runtime_folder(&self) -> Option<PathBuf> {
        let usual = || self.uid.map(|uid| PathBuf::from(format!("/run/user/{uid}")));
        self.xdg_runtime_dir.clone().or_else(usual)
    }
}

/// The user id, by the owner of the process's own entry or of the home folder: the standard
/// library has no call for it.
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
    fn folders_follow_the_variables_and_else_the_person() {
        let plain = DockerEnvironment {
            home: Some("/home/ada".into()),
            uid: Some(1000),
            ..DockerEnvironment::default()
        };
        assert_eq!(plain.configuration_folder(), Some("/home/ada/.docker".into()));
        assert_eq!(plain.runtime_folder(), Some("/run/user/1000".into()));
        let told = DockerEnvironment {
            docker_config: Some("/etc/dock".into()),
            xdg_runtime_dir: Some("/tmp/run".into()),
            ..plain
        };
        assert_eq!(told.configuration_folder(), Some("/etc/dock".into()));
        assert_eq!(told.runtime_folder(), Some("/tmp/run".into()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_process_knows_its_user() {
        assert!(DockerEnvironment::from_process().uid.is_some());
    }
}
