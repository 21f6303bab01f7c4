//! A separate Docker Engine or Podman engine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;
use tempfile::TempDir;

use crate::labs::START_LIMIT;
use crate::labs::docker_cli::DockerCli;
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
    /// Debian's 20.10 keeps images in a graph driver only; [`EngineLab::docker_in`] has the other
    /// store.
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

    /// A Docker Engine of another Debian release, from its folder ([`crate::tools::engine_root`]).
    ///
    /// It runs in a mount namespace of its own with the folder as its root, which is bound on
    /// itself because an engine asks for a root that is a mount point. Its data stays in the lab's
    /// folder. The network is this computer's, so the registries of a test are reached as ever.
    ///
    /// # Errors
    /// When it is not installed, or does not start.
    pub async fn docker_in(root: &Path, containerd_store: bool) -> Result<Self> {
        let folder = folder()?;
        let mut settings = json!({
            "features": { "containerd-snapshotter": containerd_store },
            "hosts": [format!("unix:///mnt/lab/{SOCKET}")],
            "data-root": "/mnt/lab/data",
            "exec-root": "/mnt/lab/exec",
            "pidfile": "/mnt/lab/pid",
            "bridge": "none",
            "iptables": false,
            "ip-forward": false,
        });
        if !containerd_store {
            settings["storage-driver"] = json!("vfs");
        }
        std::fs::write(folder.path().join("daemon.json"), settings.to_string())?;
        // `exec` all the way: the process that the lab ends is dockerd itself.
        const START: &str = "mount --bind \"$1\" \"$1\" && cd \"$1\" && mount -t proc proc proc && \
             mount --rbind /sys sys && mount --rbind /dev dev && mount -t tmpfs tmpfs run && \
             mkdir -p mnt/lab && mount --bind \"$2\" mnt/lab && \
             exec chroot . dockerd --config-file /mnt/lab/daemon.json";
        let arguments = ["--mount", "--propagation", "private", "sh", "-c", START, "sh"]
            .map(OsString::from)
            .into_iter()
            .chain([root.into(), folder.path().into()]);
        let process = Process::start(&system_tool("unshare")?, arguments, [])?;
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

    /// The process id of the engine itself.
    pub fn id(&self) -> u32 {
        self.process.id()
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

impl Drop for EngineLab {
    /// A dockerd that did not end in time was killed, and leaves the containerd that it started.
    fn drop(&mut self) {
        self.process.stop();
        let pid = self.folder.path().join("exec/containerd/containerd.pid");
        if let Ok(pid) = std::fs::read_to_string(pid) {
            let _ = Command::new("kill").args(["-9", pid.trim()]).output();
        }
    }
}

/// Its path is short, because the path of a Unix socket has at most 107 bytes.
fn folder() -> Result<TempDir> {
    Ok(TempDir::with_prefix("en-")?)
}
