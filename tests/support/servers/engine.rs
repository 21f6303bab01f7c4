//! A separate Docker Engine or Podman service, with its own socket and storage.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;
use tempfile::TempDir;

use crate::process::Process;
use crate::servers::START_LIMIT;
use crate::servers::docker_cli::DockerCli;
use crate::tools::system_tool;

/// The name of the socket in the folder of the engine.
const SOCKET: &str = "engine.sock";

/// A container engine with the Docker API.
#[derive(Debug)]
pub struct TestEngine {
    // The order of the fields matters: the engine ends before its folder is removed.
    process: Process,
    folder: TempDir,
}

impl TestEngine {
    /// Starts an empty Docker Engine (`dockerd`) without a container network. It requires root.
    ///
    /// Debian's version 20.10 supports only graph drivers. [`Self::docker_in`] can use the containerd image
    /// store.
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
        Self::answering(process, folder).await.context("a Docker Engine requires root")
    }

    /// Starts a Docker Engine of another Debian release, from its folder ([`crate::tools::engine_root`]).
    ///
    /// It runs in a separate mount namespace with the folder as its root. The folder is bind-mounted on
    /// itself, because dockerd requires a root that is a mount point. The data is in the temporary folder of
    /// the engine. The network is that of this computer, so registries of a test are reachable as usual.
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
        // With `exec` throughout, the child process is dockerd itself.
        const START: &str = "mount --bind \"$1\" \"$1\" && cd \"$1\" && mount -t proc proc proc && \
             mount --rbind /sys sys && mount --rbind /dev dev && mount -t tmpfs tmpfs run && \
             mkdir -p mnt/lab && mount --bind \"$2\" mnt/lab && \
             exec chroot . dockerd --config-file /mnt/lab/daemon.json";
        let arguments = ["--mount", "--propagation", "private", "sh", "-c", START, "sh"]
            .map(OsString::from)
            .into_iter()
            .chain([root.into(), folder.path().into()]);
        let process = Process::start(&system_tool("unshare")?, arguments, [])?;
        Self::answering(process, folder).await.context("a Docker Engine requires root")
    }

    /// Starts an empty Podman service that uses plain HTTP for registries on the loopback.
    pub async fn podman() -> Result<Self> {
        let folder = folder()?;
        let inside = |name: &str| folder.path().join(name).display().to_string();
        // Podman requires TLS unless this file says otherwise; Docker does not on the loopback. A location
        // without a port matches all ports of the host.
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

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    /// The address, in the format of `DOCKER_HOST`.
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The process ID of the engine.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn cli(&self) -> Result<DockerCli> {
        DockerCli::new(&self.address())
    }

    pub fn log(&self) -> String {
        self.process.output()
    }
}

impl Drop for TestEngine {
    /// A dockerd that had to be killed leaves its containerd running, so this kills it too.
    fn drop(&mut self) {
        self.process.stop();
        let pid = self.folder.path().join("exec/containerd/containerd.pid");
        if let Ok(pid) = std::fs::read_to_string(pid) {
            let _ = Command::new("kill").args(["-9", pid.trim()]).output();
        }
    }
}

/// The path is short, because the path of a Unix socket has at most 107 bytes.
fn folder() -> Result<TempDir> {
    Ok(TempDir::with_prefix("en-")?)
}
