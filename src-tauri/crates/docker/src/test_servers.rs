//! Real engines and a real registry for the tests of this crate. Each has its own temporary folder
//! and its own socket or port. Dropping the value ends the process, also if a test panics.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::address::DockerAddress;
use crate::api::EngineLogin;
use transload_model::{Digest, RegistryHost};

/// Maximum wait for a server to start or to end.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Pause between two polls.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

pub(super) const USER: &str = "ada";
/// A password whose login differs between plain and URL-safe base64.
pub(super) const PASSWORD: &str = "p~?>a~?>ab~?>";
/// `USER` and `PASSWORD` as a line of htpasswd, bcrypt with the lowest cost.
const HTPASSWD: &str = "ada:$2b$04$900jkAf6X1SXW7cUuL82i.raLRqDZbRfE5E5kBZ4sA3hK66ANVKQq";

pub(super) fn login(password: &str) -> EngineLogin {
    EngineLogin { user: USER.to_owned(), password: password.to_owned().into() }
}

/// Polls until `poll` returns a value. Panics after [`TIMEOUT`].
pub(super) fn wait_for<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = poll() {
            return found;
        }
        assert!(start.elapsed() < TIMEOUT, "timeout while waiting for {what}");
        std::thread::sleep(POLL_INTERVAL);
    }
}

pub(super) struct ServerProcess {
    child: Child,
    log: PathBuf,
}

impl ServerProcess {
    fn start(command: &mut Command, folder: &Path) -> Self {
        let log = folder.join("server.log");
        let file = std::fs::File::create(&log).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("couldn't start {command:?}: {error}"));
        Self { child, log }
    }

    fn wait_until(&mut self, what: &str, mut ready: impl FnMut() -> bool) {
        wait_for(what, || {
            if let Some(status) = self.child.try_wait().unwrap() {
                let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                panic!("{what} ended with {status}: {log}");
            }
            ready().then_some(())
        });
    }

    /// Kills the server without a graceful shutdown.
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let start = Instant::now();
        while start.elapsed() < TIMEOUT / 4 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        self.kill();
    }
}

/// A dockerd or Podman service.
pub(super) struct RealEngine {
    // Dropped before its folder.
    pub(super) server: ServerProcess,
    pub(super) folder: TempDir,
    pub(super) address: DockerAddress,
}

impl RealEngine {
    pub(super) fn docker() -> Self {
        Self::docker_with(|_| Vec::new())
    }

    /// Starts a dockerd with further arguments, which can depend on its folder.
    pub(super) fn docker_with(arguments: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let socket = path("docker.sock");
        let mut command = Command::new("dockerd");
        command
            .arg("--data-root")
            .arg(path("data"))
            .arg("--exec-root")
            .arg(path("exec"))
            .arg("--pidfile")
            .arg(path("docker.pid"))
            .arg("--config-file")
            .arg(path("none.json"))
            .arg(format!("--host=unix://{}", socket.display()))
            .args(["--bridge=none", "--iptables=false", "--ip-forward=false"])
            .args(["--ip-masq=false", "--storage-driver=vfs"])
            .args(arguments(folder.path()));
        std::fs::write(path("none.json"), "{}").unwrap();
        Self::start(command, folder, socket)
    }

    pub(super) fn podman() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let socket = path("podman.sock");
        let mut command = Command::new("podman");
        command
            .arg("--root")
            .arg(path("data"))
            .arg("--runroot")
            .arg(path("run"))
            .arg("--tmpdir")
            .arg(path("tmp"))
            .args(["--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--events-backend=none"])
            .args(["system", "service", "--time=0"])
            .arg(format!("unix://{}", socket.display()));
        Self::start(command, folder, socket)
    }

    fn start(mut command: Command, folder: TempDir, socket: PathBuf) -> Self {
        let mut server = ServerProcess::start(&mut command, folder.path());
        server.wait_until("the engine", || ping(&socket).is_some());
        Self { server, folder, address: DockerAddress::Socket(socket) }
    }
}

impl Drop for RealEngine {
    fn drop(&mut self) {
        if !matches!(self.server.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // A killed dockerd leaves its containerd process running, and its data folder mounted on
        // itself.
        let path = |name: &str| self.folder.path().join(name);
        if let Ok(pid) = std::fs::read_to_string(path("exec/containerd/containerd.pid")) {
            let _ = Command::new("kill").arg("-9").arg(pid.trim()).status();
        }
        let _ = Command::new("umount").arg("--lazy").arg(path("data")).status();
    }
}

fn ping(socket: &Path) -> Option<()> {
    let mut stream = std::os::unix::net::UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    stream.write_all(b"GET /_ping HTTP/1.0\r\nHost: x\r\n\r\n").ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    response.contains(" 200 ").then_some(())
}

/// Debian's docker-registry, which accepts only the login of [`USER`].
pub(super) struct RealRegistry {
    _server: ServerProcess,
    folder: TempDir,
    port: u16,
}

impl RealRegistry {
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let htpasswd = folder.path().join("htpasswd");
        std::fs::write(&htpasswd, HTPASSWD).unwrap();
        let port = free_port();
        let configuration = folder.path().join("config.yml");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\n\
             storage: {{filesystem: {{rootdirectory: {data:?}}}}}\n\
             http: {{addr: \"127.0.0.1:{port}\"}}\n\
             auth: {{htpasswd: {{realm: test, path: {htpasswd:?}}}}}\n",
            data = folder.path().join("data"),
        );
        std::fs::write(&configuration, text).unwrap();
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(configuration);
        let mut server = ServerProcess::start(&mut command, folder.path());
        server
            .wait_until("the registry", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        Self { _server: server, folder, port }
    }

    pub(super) fn host(&self) -> RegistryHost {
        RegistryHost::parse(&format!("127.0.0.1:{}", self.port)).unwrap()
    }

    /// Returns the folder in which the registry stores a repository.
    pub(super) fn repository(&self, path: &str) -> RepositoryFolder {
        RepositoryFolder(self.folder.path().join("data/docker/registry/v2/repositories").join(path))
    }

    /// Returns the digest of a tag, or `None` if the registry does not have the tag.
    pub(super) fn digest(&self, path: &str, tag: &str) -> Option<Digest> {
        let login = STANDARD.encode(format!("{USER}:{PASSWORD}"));
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        write!(
            stream,
            "HEAD /v2/{path}/manifests/{tag} HTTP/1.0\r\nHost: x\r\nAuthorization: Basic {login}\r\n\
             Accept: application/vnd.docker.distribution.manifest.v2+json\r\n\
             Accept: application/vnd.oci.image.manifest.v1+json\r\n\r\n"
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let status = response.split(' ').nth(1).unwrap();
        if status == "404" {
            return None;
        }
        assert_eq!(status, "200", "{response}");
        let header =
            response.lines().find_map(|line| line.strip_prefix("Docker-Content-Digest: ")).unwrap();
        Some(Digest::parse(header.trim()).unwrap())
    }
}

/// The folder in which the registry stores a repository.
pub(super) struct RepositoryFolder(PathBuf);

impl RepositoryFolder {
    /// Returns whether an upload is running or was abandoned.
    pub(super) fn has_uploads(&self) -> bool {
        !self.entries("_uploads").is_empty()
    }

    /// Returns the received bytes of running and abandoned uploads.
    pub(super) fn received_bytes(&self) -> u64 {
        let size = |folder: &PathBuf| std::fs::metadata(folder.join("data")).map(|data| data.len());
        self.entries("_uploads").iter().filter_map(|folder| size(folder).ok()).sum()
    }

    /// Returns whether an upload was completed.
    pub(super) fn has_blobs(&self) -> bool {
        !self.entries("_layers/sha256").is_empty()
    }

    fn entries(&self, folder: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.0.join(folder)).into_iter().flatten();
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
    }
}

/// A port on which no process listens. A free port can be given to the server of another test before it is used.
pub(super) const CLOSED_PORT: u16 = 1;

/// Returns a port of the loopback that is free now.
pub(super) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
