//! The Docker CLI, with its own configuration.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tempfile::TempDir;

use crate::images::image::Image;
use crate::program::{Program, ProgramOutput};
use crate::tools::system_tool;

/// The Docker CLI with a temporary configuration folder, so that it neither uses nor changes the logins of
/// the user who runs the tests.
#[derive(Debug)]
pub struct DockerCli {
    program: PathBuf,
    address: String,
    configuration: TempDir,
}

impl DockerCli {
    /// The Docker CLI for an engine.
    pub fn new(address: &str) -> Result<Self> {
        Ok(Self {
            program: system_tool("docker")?,
            address: address.to_owned(),
            configuration: TempDir::with_prefix("docker-config-")?,
        })
    }

    /// The configuration folder.
    pub fn configuration(&self) -> &Path {
        self.configuration.path()
    }

    /// Prepares a command with these arguments.
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Program {
        Program::new(&self.program)
            .without_variable("DOCKER_CONTEXT")
            .variable("DOCKER_HOST", &self.address)
            .variable("DOCKER_CONFIG", self.configuration.path())
            .arguments(arguments)
    }

    /// Loads an image into the engine under a name such as `dencold/pgcli:latest`.
    pub async fn load(&self, image: &Image, name: &str) -> Result<ProgramOutput> {
        let archive = image.docker_archive(name)?;
        self.run(["load"]).input(archive).succeed().await
    }

    pub async fn log_in(
        &self,
        registry: &str,
        user: &str,
        password: &str,
    ) -> Result<ProgramOutput> {
        self.run(["login", "--username", user, "--password-stdin", registry])
            .input(password.as_bytes())
            .succeed()
            .await
    }

    /// Pulls a reference, and returns the digest that the engine reports. Podman does not print it, and an
    /// image that already exists keeps its other digest. So for Podman, the image is removed with all its
    /// names and pulled again.
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

    /// The names of all images of the engine, as `repository:tag`, sorted.
    pub async fn image_names(&self) -> Result<Vec<String>> {
        let text =
            self.run(["images", "--format", "{{.Repository}}:{{.Tag}}"]).succeed().await?.text();
        let mut names: Vec<String> = text.lines().map(str::to_owned).collect();
        names.sort();
        Ok(names)
    }
}
