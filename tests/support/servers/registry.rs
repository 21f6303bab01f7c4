//! A registry (Debian's docker-registry), with or without a login.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use regex::Regex;
use tempfile::TempDir;

use crate::company_network::ServerFiles;
use crate::process::{Process, free_port};
use crate::program::Program;
use crate::secrets::known_secrets;
use crate::servers::START_LIMIT;
use crate::tools::system_tool;

/// A garbage collection of Go whenever the memory has grown fivefold. By default, when it doubled: with the few
/// megabytes of a registry, that is half of its work.
const RARE_COLLECTIONS: [&str; 2] = ["GOGC", "400"];

/// Debian's `docker-registry` (the CNCF distribution) over plain HTTP, with its content in a temporary
/// folder.
#[derive(Debug)]
pub struct TestRegistry {
    process: Process,
    folder: TempDir,
    port: u16,
    login: Option<(String, String)>,
}

impl TestRegistry {
    /// Starts a registry with anonymous access.
    pub async fn start() -> Result<Self> {
        Self::start_with(None, None, TempDir::with_prefix("registry-")?).await
    }

    /// The same with its content in memory if the system supports it, for measurements that must not depend
    /// on a disk.
    pub async fn start_in_memory() -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            TempDir::with_prefix_in("registry-", memory)?
        } else {
            TempDir::with_prefix("registry-")?
        };
        Self::start_with(None, None, folder).await
    }

    /// Starts a registry that requires Basic credentials.
    pub async fn start_with_login(user: &str, password: &str) -> Result<Self> {
        let login = Some((user.to_owned(), password.to_owned()));
        Self::start_with(login, None, TempDir::with_prefix("registry-")?).await
    }

    /// Starts a registry that only supports TLS, with this certificate.
    pub async fn start_with_tls(files: &ServerFiles) -> Result<Self> {
        Self::start_with(None, Some(files), TempDir::with_prefix("registry-")?).await
    }

    /// Starts a registry that only supports TLS and requires Basic credentials, as ECR does.
    pub async fn start_with_tls_and_login(
        files: &ServerFiles,
        (user, password): (&str, &str),
    ) -> Result<Self> {
        let login = Some((user.to_owned(), password.to_owned()));
        Self::start_with(login, Some(files), TempDir::with_prefix("registry-")?).await
    }

    async fn start_with(
        login: Option<(String, String)>,
        tls: Option<&ServerFiles>,
        folder: TempDir,
    ) -> Result<Self> {
        let port = free_port()?;
        let root = folder.path().display();
        let tls = tls.map(|ServerFiles { certificate, key }| {
            let (certificate, key) = (certificate.display(), key.display());
            format!(", tls: {{certificate: '{certificate}', key: '{key}'}}")
        });
        let tls = tls.unwrap_or_default();
        let mut configuration = format!(
            "version: 0.1\n\
             log: {{level: info, accesslog: {{disabled: false}}}}\n\
             storage: {{filesystem: {{rootdirectory: '{root}/content'}}, delete: {{enabled: true}}}}\n\
             validation: {{manifests: {{urls: {{allow: ['^https://foreign\\.example/', '^http://127\\.0\\.0\\.1:']}}}}}}\n\
             http: {{addr: '127.0.0.1:{port}', secret: lab{tls}}}\n"
        );
        if let Some((user, password)) = &login {
            known_secrets::remember("the registry's password", password);
            let line = Program::new(system_tool("htpasswd")?)
                .arguments(["-i", "-B", "-n", "-C", "4", user])
                .input(password.as_bytes())
                .succeed()
                .await?;
            fs::write(folder.path().join("htpasswd"), &line.stdout)?;
            configuration +=
                &format!("auth: {{htpasswd: {{realm: lab, path: '{root}/htpasswd'}}}}\n");
        }
        let file = folder.path().join("registry.yml");
        fs::write(&file, configuration)?;
        let program = system_tool("docker-registry")?;
        let arguments = ["serve".as_ref(), file.as_os_str()];
        let mut process =
            Process::start(&program, arguments, [RARE_COLLECTIONS.map(str::to_owned).into()])?;
        // A registry that only supports TLS responds to this too, with an error.
        let address = format!("http://127.0.0.1:{port}/v2/");
        let client = reqwest::Client::new();
        process
            .wait_until_ready(START_LIMIT, async || client.get(&address).send().await.is_ok())
            .await?;
        Ok(Self { process, folder, port, login })
    }

    /// Host and port, as in an image reference.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.host())
    }

    /// The user and password that it requires.
    pub fn login(&self) -> Option<(&str, &str)> {
        self.login.as_ref().map(|(user, password)| (user.as_str(), password.as_str()))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn log(&self) -> String {
        self.process.output()
    }

    /// The number of requests whose line in the access log, such as `GET /v2/a/tags/list`, matches the
    /// pattern.
    pub fn requests(&self, pattern: &str) -> Result<usize> {
        let pattern = Regex::new(&format!("\"(?:{pattern})"))?;
        Ok(self.log().lines().filter(|line| pattern.is_match(line)).count())
    }

    /// Changes a stored blob on disk, so that the registry serves bytes that do not match their digest.
    pub fn damage_blob(&self, digest: &str) -> Result<()> {
        let Some((algorithm, hex)) = digest.split_once(':') else {
            bail!("{digest} is not a digest");
        };
        let path = self
            .folder
            .path()
            .join("content/docker/registry/v2/blobs")
            .join(algorithm)
            .join(&hex[..2])
            .join(hex)
            .join("data");
        let mut bytes = fs::read(&path)?;
        let Some(last) = bytes.last_mut() else { bail!("the blob {digest} is empty") };
        *last ^= 1;
        Ok(fs::write(&path, bytes)?)
    }
}
