//! The scene of the stories about one migration of the command line: source, ECR, proxy and data folders.

use anyhow::{Context, Result, ensure};
use transload_model::Digest;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::FaultProxy;
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::{Program, ProgramOutput};
use transload_tests::servers::TestRegistry;
use transload_tests::skopeo::{Skopeo, SkopeoImage};

/// A profile, a source with images, an ECR behind a proxy that records requests, and the command line.
pub(crate) struct MigrationFixture {
    pub ecr: Ecr,
    home: AwsHome,
    pub source: TestRegistry,
    pub proxy: FaultProxy,
    folder: tempfile::TempDir,
    /// All images as `repository:tag`.
    images: Vec<String>,
}

impl MigrationFixture {
    pub async fn new(repositories: u64, tags: u64) -> Result<Self> {
        let (ecr, source) = (Ecr::practice().await?, TestRegistry::start().await?);
        let mut images = Vec::new();
        for repository in 0..repositories {
            let path = format!("team/app{repository}");
            let target = TestRepository::new(&source.url(), &path)?;
            for tag in 0..tags {
                // One layer is shared, and one is unique to the image.
                let own = 40_000 + usize::try_from(repository * tags + tag)?;
                target
                    .push(&Recipe::small(11).layers([9_000, own]).build()?, &tag.to_string())
                    .await?;
                images.push(format!("{path}:{tag}"));
            }
        }
        Ok(Self {
            home: ecr.home()?,
            proxy: FaultProxy::start(&ecr.api_url(), []).await?,
            folder: tempfile::tempdir()?,
            ecr,
            source,
            images,
        })
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Returns the command line, with the journal in this folder.
    pub fn command_line(&self, data: &str, arguments: &[&str]) -> Result<Program> {
        let run = self.home.transload_cli(arguments)?;
        // The plan files of this fixture contain the proxy as the endpoints.
        let is_run = arguments.first() == Some(&"run");
        let run = if is_run { run.arguments(["--allow-endpoints"]) } else { run };
        Ok(run.variable("TRANSLOAD_DATA_DIR", self.path(data)))
    }

    /// Runs the command line, with the journal in this folder.
    pub async fn run(&self, data: &str, arguments: &[&str]) -> Result<ProgramOutput> {
        self.command_line(data, arguments)?.finish().await
    }

    pub async fn plan(&self, data: &str, more: &[&str]) -> Result<ProgramOutput> {
        let (from, proxy) = (format!("registry:{}", self.source.host()), self.proxy.url());
        let out = self.path("plan.json");
        let fixed = [
            "plan",
            "--from",
            &from,
            "--aws-profile",
            PROFILE,
            "--ecr-endpoint",
            &proxy,
            "--registry-endpoint",
            &proxy,
            "--prefix",
            "hub/",
            "--out",
            &out,
        ];
        self.run(data, &[&fixed, more].concat()).await
    }

    /// Compares source and destination tag by tag with skopeo.
    pub async fn everything_is_equal(&self) -> Result<()> {
        let (skopeo, (user, token)) = (Skopeo::new()?, self.ecr.login().await?);
        for image in &self.images {
            let name = image.strip_prefix("team/").context("a name")?;
            let original = format!("{}/{image}", self.source.host());
            let copied = format!("{}/hub/{name}", self.ecr.registry_host());
            let original =
                skopeo.inspect_raw(SkopeoImage { reference: &original, login: None }).await?;
            let login = Some((user.as_str(), token.as_str()));
            let copied = skopeo.inspect_raw(SkopeoImage { reference: &copied, login }).await?;
            ensure!(original == copied, "{image} differs");
        }
        Ok(())
    }

    /// The digest of a tag in the first repository of the source, as skopeo reads it.
    pub async fn source_digest(&self, tag: &str) -> Result<String> {
        let original = format!("{}/team/app0:{tag}", self.source.host());
        let raw =
            Skopeo::new()?.inspect_raw(SkopeoImage { reference: &original, login: None }).await?;
        Ok(Digest::of(&raw).to_string())
    }

    /// The uploads that the destination received, with their bytes, in order.
    pub fn uploads(&self) -> Vec<(String, u64)> {
        let requests = self.proxy.requests().into_iter();
        requests.filter_map(|request| Some((request.sent_blob()?, request.body_bytes))).collect()
    }
}
