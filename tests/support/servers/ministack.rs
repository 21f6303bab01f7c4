//! ministack, an ECR emulator.

use anyhow::Result;

use crate::aws_cli::AwsCli;
use crate::process::{Process, free_port};
use crate::servers::START_LIMIT;
use crate::tools::python_tool;

/// ministack (PyPI): an ECR API and a registry with the same state, on one port. It does not check logins.
#[derive(Debug)]
pub struct Ministack {
    process: Process,
    port: u16,
}

impl Ministack {
    /// Starts an empty instance.
    pub async fn start() -> Result<Self> {
        let port = free_port()?;
        let environment = [
            ("BIND_HOST".to_owned(), "127.0.0.1".to_owned()),
            ("GATEWAY_PORT".to_owned(), port.to_string()),
        ];
        let mut process =
            Process::start(&python_tool("ministack")?, Vec::<String>::new(), environment)?;
        let address = format!("http://127.0.0.1:{port}/v2/");
        let client = reqwest::Client::new();
        process
            .wait_until_ready(START_LIMIT, async || client.get(&address).send().await.is_ok())
            .await?;
        Ok(Self { process, port })
    }

    /// Host and port of the registry, as in an image reference.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The base URL of the AWS API and of the registry.
    pub fn url(&self) -> String {
        format!("http://{}", self.host())
    }

    /// The AWS CLI for this instance.
    pub fn aws(&self) -> Result<AwsCli> {
        AwsCli::new(&self.url())
    }

    pub fn log(&self) -> String {
        self.process.output()
    }
}
