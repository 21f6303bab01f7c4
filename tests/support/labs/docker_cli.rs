//! The Docker CLI, with its own configuration.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tempfile::TempDir;

use crate::images::image::Image;
use crate::process::{Finished, Run};
use crate::tools::system_tool;

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
