use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::START_LIMIT;
use crate::images::Image;
use crate::process::{Finished, Process, Run};
use crate::tools::system_tool;

/// A Docker Engine of its own (`dockerd`), with its own socket and storage and without a network
/// for containers. It needs root, as every `dockerd` does that is not set up otherwise.
///
/// Debian's 20.10 keeps images in a graph driver only; it has no containerd image store (that came
/// with 24.0), so what that store does differently is shown with recorded answers instead.
#[derive(Debug)]
pub struct DockerLab {
    // The order matters: the engine ends before its folder is removed.
    process: Process,
    folder: TempDir,
}

impl DockerLab {
    /// Starts an engine without images.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start() -> Result<Self> {
        // Short, because the path of a Unix socket has at most 107 bytes.
        let folder = TempDir::with_prefix("dk-")?;
        let inside = |name: &str| folder.path().join(name).display().to_string();
        let socket = folder.path().join("docker.sock");
        let arguments = [
            format!("--data-root={}", inside("data")),
            format!("--exec-root={}", inside("exec")),
            format!("--pidfile={}", inside("pid")),
            format!("--host=unix://{}", socket.display()),
            format!("--config-file={}", inside("daemon.json")),
            "--bridge=none".to_owned(),
            "--iptables=false".to_owned(),
            "--ip-forward=false".to_owned(),
            "--ip-masq=false".to_owned(),
            "--storage-driver=vfs".to_owned(),
        ];
        std::fs::write(folder.path().join("daemon.json"), "{}")?;
        let mut process = Process::start(&system_tool("dockerd")?, arguments, [])?;
        let client = reqwest::Client::builder().unix_socket(socket).build()?;
        process
            .wait_until_ready(START_LIMIT, async || {
                client.get("http://docker/_ping").send().await.is_ok()
            })
            .await
            .context("a Docker Engine of the tests needs root")?;
        Ok(Self { process, folder })
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    /// Its address, as `DOCKER_HOST` takes it.
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The Docker command line towards it.
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

/// Docker's command line with a configuration folder of its own, so that it finds no login of the
/// person who runs the tests and leaves none behind.
#[derive(Debug)]
pub struct DockerCli {
    program: PathBuf,
    address: String,
    configuration: TempDir,
}

impl DockerCli {
    /// The command line towards an engine.
    ///
    /// # Errors
    /// When it is not installed.
    pub fn new(address: &str) -> Result<Self> {
        Ok(Self {
            program: system_tool("docker")?,
            address: address.to_owned(),
            configuration: TempDir::with_prefix("docker-config-")?,
        })
    }

    /// The folder of its configuration.
    pub fn configuration(&self) -> &Path {
        self.configuration.path()
    }

    /// A run with these arguments.
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Run {
        Run::new(&self.program)
            .without_variable("DOCKER_CONTEXT")
            .variable("DOCKER_HOST", &self.address)
            .variable("DOCKER_CONFIG", self.configuration.path())
            .arguments(arguments)
    }

    /// Puts an image into the engine under a name such as `dencold/pgcli:latest`.
    ///
    /// # Errors
    /// When the engine refuses it.
    pub async fn load(&self, image: &Image, name: &str) -> Result<Finished> {
        let archive = image.docker_archive(name)?;
        self.run(["load"]).input(archive).succeed().await
    }

    /// Logs in on a registry.
    ///
    /// # Errors
    /// When engine or registry refuse.
    pub async fn log_in(&self, registry: &str, user: &str, password: &str) -> Result<Finished> {
        self.run(["login", "--username", user, "--password-stdin", registry])
            .input(password.as_bytes())
            .succeed()
            .await
    }

    /// Pulls a reference and tells the digest that the engine knows it by. Podman's pull does not
    /// say it, and an image that Podman has already keeps a digest of its own besides; there the
    /// image is taken away first, with all its names.
    ///
    /// # Errors
    /// When the pull fails or the engine knows no digest.
    pub async fn pull(&self, reference: &str) -> Result<String> {
        let text = self.run(["pull", reference]).succeed().await?.text();
        if let Some(digest) = text.lines().find_map(|line| line.strip_prefix("Digest: ")) {
            return Ok(digest.to_owned());
        }
        let id = self.inspect("{{.Id}}", reference).await?;
        self.run(["rmi", "--force", id.trim()]).succeed().await?;
        self.run(["pull", reference]).succeed().await?;
        let noted = self.inspect("{{range .RepoDigests}}{{println .}}{{end}}", reference).await?;
        match noted.split_whitespace().collect::<Vec<_>>()[..] {
            [only] => Ok(only.rsplit('@').next().unwrap_or(only).to_owned()),
            _ => bail!("the pull said {text}, and the engine noted {noted}"),
        }
    }

    async fn inspect(&self, format: &str, reference: &str) -> Result<String> {
        let run = self.run(["image", "inspect", "--format", format, reference]);
        Ok(run.succeed().await?.text())
    }

    /// The names of every image of the engine, as `repository:tag`, sorted.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn image_names(&self) -> Result<Vec<String>> {
        let text =
            self.run(["images", "--format", "{{.Repository}}:{{.Tag}}"]).succeed().await?.text();
        let mut names: Vec<String> = text.lines().map(str::to_owned).collect();
        names.sort();
        Ok(names)
    }
}
