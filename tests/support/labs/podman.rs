use std::path::PathBuf;

use anyhow::Result;
use tempfile::TempDir;

use super::{DockerCli, START_LIMIT};
use crate::process::Process;
use crate::tools::system_tool;

/// Podman's service, which speaks Docker's API on its own socket, with its own storage.
#[derive(Debug)]
pub struct PodmanLab {
    // The order matters: the service ends before its folder is removed.
    process: Process,
    folder: TempDir,
}

impl PodmanLab {
    /// Starts a service without images that speaks plain HTTP to registries on the loopback.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start() -> Result<Self> {
        // Short, because the path of a Unix socket has at most 107 bytes.
        let folder = TempDir::with_prefix("pm-")?;
        let inside = |name: &str| folder.path().join(name).display().to_string();
        // Podman asks for TLS unless this file says otherwise; Docker never does on the loopback.
        // A location without a port stands for every port of the host.
        std::fs::write(
            inside("registries.conf"),
            "unqualified-search-registries = [\"docker.io\"]\n\
             [[registry]]\nlocation = \"127.0.0.1\"\ninsecure = true\n",
        )?;
        std::fs::write(
            inside("policy.json"),
            "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}",
        )?;
        let socket = folder.path().join("podman.sock");
        let arguments = [
            "--root".to_owned(),
            inside("data"),
            "--runroot".to_owned(),
            inside("run"),
            "--tmpdir".to_owned(),
            inside("tmp"),
            "--storage-driver=vfs".to_owned(),
            "--cgroup-manager=cgroupfs".to_owned(),
            "--events-backend=file".to_owned(),
            "system".to_owned(),
            "service".to_owned(),
            "--time=0".to_owned(),
            format!("unix://{}", socket.display()),
        ];
        let environment = [
            ("CONTAINERS_REGISTRIES_CONF".to_owned(), inside("registries.conf")),
            ("REGISTRY_AUTH_FILE".to_owned(), inside("auth.json")),
            ("HOME".to_owned(), inside("home")),
            ("XDG_RUNTIME_DIR".to_owned(), inside("runtime")),
        ];
        for made in ["home/.config/containers", "runtime", "tmp"] {
            std::fs::create_dir_all(folder.path().join(made))?;
        }
        std::fs::rename(inside("policy.json"), inside("home/.config/containers/policy.json"))?;
        let mut process = Process::start(&system_tool("podman")?, arguments, environment)?;
        let client = reqwest::Client::builder().unix_socket(socket).build()?;
        process
            .wait_until_ready(START_LIMIT, async || {
                client.get("http://podman/_ping").send().await.is_ok()
            })
            .await?;
        Ok(Self { process, folder })
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("podman.sock")
    }

    /// Its address, as `DOCKER_HOST` takes it.
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Docker's command line towards it.
    ///
    /// # Errors
    /// When it is not installed.
    pub fn cli(&self) -> Result<DockerCli> {
        DockerCli::new(&self.address())
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        self.process.output()
    }
}
