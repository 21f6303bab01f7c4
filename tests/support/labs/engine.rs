use std::path::PathBuf;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::{DockerCli, START_LIMIT};
use crate::process::Process;
use crate::tools::system_tool;

/// The name of the socket in the folder.
const SOCKET: &str = "engine.sock";

/// An engine of its own that speaks Docker's API, with its own socket and storage.
#[derive(Debug)]
pub struct EngineLab {
    // The order matters: the engine ends before its folder is removed.
    process: Process,
    folder: TempDir,
}

impl EngineLab {
    /// A Docker Engine (`dockerd`) without images, and without a network for containers. It needs
    /// root, as every `dockerd` does that is not set up otherwise.
    ///
    /// Debian's 20.10 keeps images in a graph driver only; it has no containerd image store (that
    /// came with 24.0), so what that store does differently is shown with recorded answers instead.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn docker() -> Result<Self> {
        let folder = folder()?;
        let inside = |name: &str| folder.path().join(name).display().to_string();
        let arguments = [
            format!("--data-root={}", inside("data")),
            format!("--exec-root={}", inside("exec")),
            format!("--pidfile={}", inside("pid")),
            format!("--host=unix://{}", inside(SOCKET)),
            format!("--config-file={}", inside("daemon.json")),
            "--bridge=none".to_owned(),
            "--iptables=false".to_owned(),
            "--ip-forward=false".to_owned(),
            "--ip-masq=false".to_owned(),
            "--storage-driver=vfs".to_owned(),
        ];
        std::fs::write(inside("daemon.json"), "{}")?;
        let process = Process::start(&system_tool("dockerd")?, arguments, [])?;
        Self::answering(process, folder).await.context("a Docker Engine of the tests needs root")
    }

    /// Podman's service without images, which speaks plain HTTP to registries on the loopback.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn podman() -> Result<Self> {
        let folder = folder()?;
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
            format!("unix://{}", inside(SOCKET)),
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
        let process = Process::start(&system_tool("podman")?, arguments, environment)?;
        Self::answering(process, folder).await
    }

    async fn answering(mut process: Process, folder: TempDir) -> Result<Self> {
        let socket = folder.path().join(SOCKET);
        let client = reqwest::Client::builder().unix_socket(socket).build()?;
        process
            .wait_until_ready(START_LIMIT, async || {
                client.get("http://engine/_ping").send().await.is_ok()
            })
            .await?;
        Ok(Self { process, folder })
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
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

/// Its path is short, because the path of a Unix socket has at most 107 bytes.
fn folder() -> Result<TempDir> {
    Ok(TempDir::with_prefix("en-")?)
}
