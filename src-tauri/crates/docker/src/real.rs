//! Real engines and a real registry for the tests of this room. Each lives in a temporary folder,
//! on a socket or port of its own, and ends with its value, also when a test panics.

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

/// How long a server may take to start or to end.
const LIMIT: Duration = Duration::from_secs(60);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);

pub(super) const USER: &str = "ada";
/// A password whose login differs between plain and URL-safe base64.
pub(super) const PASSWORD: &str = "p~?>a~?>ab~?>";
/// `USER` and `PASSWORD` as htpasswd has them, bcrypt with the cheapest cost.
const HTPASSWD: &str = "ada:$2b$04$900jkAf6X1SXW7cUuL82i.raLRqDZbRfE5E5kBZ4sA3hK66ANVKQq";

pub(super) fn login(password: &str) -> EngineLogin {
    EngineLogin { user: USER.to_owned(), password: password.to_owned().into() }
}

/// Looks until something is there.
pub(super) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "{what} did not come");
        std::thread::sleep(PAUSE);
    }
}

/// A server process.
pub(super) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    fn start(command: &mut Command, folder: &Path) -> Self {
        let log = folder.join("server.log");
        let file = std::fs::File::create(&log).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
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

    /// Ends the server without a chance to say goodbye.
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let start = Instant::now();
        while start.elapsed() < LIMIT / 4 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        self.kill();
    }
}

/// A Docker or Podman of our own.
pub(super) struct RealEngine {
    // Ends before its folder goes.
    pub(super) server: Server,
    pub(super) folder: TempDir,
    pub(super) address: DockerAddress,
}

impl RealEngine {
    pub(super) fn docker() -> Self {
        Self::docker_with(|_| Vec::new())
    }

    /// A dockerd with further arguments, made in its folder.
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
        Self::started(command, folder, socket)
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
        Self::started(command, folder, socket)
    }

    fn started(mut command: Command, folder: TempDir, socket: PathBuf) -> Self {
        let mut server = Server::start(&mut command, folder.path());
        server.wait_until("the engine", || ping(&socket).is_some());
        Self { server, folder, address: DockerAddress::Socket(socket) }
    }
}

impl Drop for RealEngine {
    fn drop(&mut self) {
        if !matches!(self.server.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // A dockerd that was killed leaves the containerd that it started, and its data folder
        // mounted on itself.
        let path = |name: &str| self.folder.path().join(name);
        if let Ok(pid) = std::fs::read_to_string(path("exec/containerd/containerd.pid")) {
            let _ = Command::new("kill").arg("-9").arg(pid.trim()).status();
        }
        let _ = Command::new("umount").arg("--lazy").arg(path("data")).status();
    }
}

fn ping(socket: &Path) -> Option<()> {
    let mut stream = std::os::unix::net::UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(LIMIT)).ok()?;
    stream.write_all(b"GET /_ping HTTP/1.0\r\nHost: x\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.contains(" 200 ").then_some(())
}

/// Debian's docker-registry, which lets in [`USER`] alone.
pub(super) struct RealRegistry {
    _server: Server,
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
        let mut server = Server::start(&mut command, folder.path());
        server
            .wait_until("the registry", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        Self { _server: server, folder, port }
    }

    pub(super) fn host(&self) -> RegistryHost {
        RegistryHost::parse(&format!("127.0.0.1:{}", self.port)).unwrap()
    }

    /// What the registry receives for a repository.
    pub(super) fn uploads(&self, path: &str) -> Uploads {
        Uploads(self.folder.path().join("data/docker/registry/v2/repositories").join(path))
    }

    /// What the registry says of a manifest; `None` when it has none.
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
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap();
        if status == "404" {
            return None;
        }
        assert_eq!(status, "200", "{answer}");
        let header =
            answer.lines().find_map(|line| line.strip_prefix("Docker-Content-Digest: ")).unwrap();
        Some(Digest::parse(header.trim()).unwrap())
    }
}

/// The folder in which the registry keeps a repository.
pub(super) struct Uploads(PathBuf);

impl Uploads {
    /// Whether a blob is on the way, or was given up.
    pub(super) fn running(&self) -> bool {
        !self.entries("_uploads").is_empty()
    }

    /// How much has come of such blobs.
    pub(super) fn received_bytes(&self) -> u64 {
        let size = |folder: &PathBuf| std::fs::metadata(folder.join("data")).map(|data| data.len());
        self.entries("_uploads").iter().filter_map(|folder| size(folder).ok()).sum()
    }

    /// Whether any blob has arrived whole.
    pub(super) fn arrived(&self) -> bool {
        !self.entries("_layers/sha256").is_empty()
    }

    fn entries(&self, folder: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.0.join(folder)).into_iter().flatten();
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
    }
}

/// A port on which nothing listens.
pub(super) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
