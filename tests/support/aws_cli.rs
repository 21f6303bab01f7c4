//! The AWS CLI, as an independent witness of what ECR contains.

mod process;

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::aws_cli::process::AwsCall;
use crate::tools::python_tool;

/// The region that the stories use by default.
pub const REGION: &str = "eu-central-1";

/// The AWS CLI with a separate home folder, an example access key and a fixed endpoint. It does not see the
/// AWS configuration of the user who runs the tests.
#[derive(Debug)]
pub struct AwsCli {
    python: PathBuf,
    endpoint: String,
    key: (String, String),
    region: String,
}

impl AwsCli {
    pub fn new(endpoint: &str) -> Result<Self> {
        Ok(Self {
            python: python_tool("python3")?,
            endpoint: endpoint.to_owned(),
            key: ("AKIAIOSFODNN7EXAMPLE".to_owned(), "witness-key-of-nobody".to_owned()),
            region: REGION.to_owned(),
        })
    }

    /// Uses another access key.
    pub fn with_key(mut self, id: &str, secret: &str) -> Self {
        crate::secrets::known_secrets::remember("a secret key", secret);
        self.key = (id.to_owned(), secret.to_owned());
        self
    }

    /// Uses another region.
    pub fn in_region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// Prepares a command, such as `ecr describe-repositories`.
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> AwsCall {
        let connection = ["--endpoint-url", &self.endpoint, "--output", "json"].map(str::to_owned);
        AwsCall {
            python: self.python.clone(),
            arguments: connection
                .into_iter()
                .chain(arguments.into_iter().map(str::to_owned))
                .collect(),
            variables: [
                ("AWS_ACCESS_KEY_ID", self.key.0.clone()),
                ("AWS_SECRET_ACCESS_KEY", self.key.1.clone()),
                ("AWS_DEFAULT_REGION", self.region.clone()),
            ],
        }
    }

    /// Runs a command and parses its output.
    pub async fn json<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Result<Value> {
        let finished = self.run(arguments).succeed().await?;
        if finished.stdout.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&finished.stdout).context("what `aws` printed is no JSON")
    }

    /// Returns the digest that DescribeImages reports for a tag, or `None` if the tag or repository does not
    /// exist.
    pub async fn image_digest(&self, repository: &str, tag: &str) -> Result<Option<String>> {
        let id = format!("imageTag={tag}");
        let finished = self
            .run(["ecr", "describe-images", "--repository-name", repository, "--image-ids", &id])
            .finish()
            .await?;
        if !finished.status.success() {
            let absent = ["ImageNotFoundException", "RepositoryNotFoundException"];
            if absent.iter().any(|code| finished.stderr.contains(code)) {
                return Ok(None);
            }
            anyhow::bail!("aws ecr describe-images failed: {}", finished.stderr);
        }
        let answer: Value = serde_json::from_slice(&finished.stdout)?;
        Ok(answer["imageDetails"][0]["imageDigest"].as_str().map(str::to_owned))
    }

    /// Creates a repository, with `IMMUTABLE` or `MUTABLE` tags.
    pub async fn create_repository(&self, name: &str, mutability: &str) -> Result<Value> {
        let arguments = ["--repository-name", name, "--image-tag-mutability", mutability];
        self.json(["ecr", "create-repository"].into_iter().chain(arguments)).await
    }
}
