//! A botocore process that serves many calls, because starting one AWS CLI process per call is slow.

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

use crate::tools::{python_tool, workspace_root};

/// A botocore process that serves many calls, because starting one AWS CLI process per call is slow.
#[derive(Debug)]
pub struct Botocore {
    pipes: Mutex<Pipes>,
    /// Killed when this is dropped.
    _process: Child,
}

#[derive(Debug)]
struct Pipes {
    calls: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Botocore {
    /// Starts an ECR client for an endpoint.
    pub fn start(endpoint: &str, region: &str, (id, secret): (&str, &str)) -> Result<Self> {
        let mut process = Command::new(python_tool("python3")?)
            .arg(workspace_root().join("tests/support/ecr_calls.py"))
            .env("ENDPOINT", endpoint)
            .env("AWS_REGION", region)
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env_remove("AWS_PROFILE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let calls = process.stdin.take().context("botocore has no input")?;
        let answers = process.stdout.take().context("botocore has no output")?;
        let pipes = Mutex::new(Pipes { calls, answers: BufReader::new(answers).lines() });
        Ok(Self { pipes, _process: process })
    }

    /// Calls an operation, such as `DescribeImages`. Returns `None` if ECR responds with one of the error
    /// codes in `absent`.
    pub async fn call(
        &self,
        operation: &str,
        parameters: Value,
        absent: &[&str],
    ) -> Result<Option<Value>> {
        let line = json!({ "operation": operation, "parameters": parameters });
        let mut pipes = self.pipes.lock().await;
        pipes.calls.write_all(format!("{line}\n").as_bytes()).await?;
        pipes.calls.flush().await?;
        let answer = pipes.answers.next_line().await?.context("botocore ended")?;
        let mut answer: Value = serde_json::from_str(&answer)?;
        match answer["error"].as_str() {
            None => Ok(Some(answer["answer"].take())),
            Some(code) if absent.contains(&code) => Ok(None),
            Some(code) => bail!("{operation}: {code}: {}", answer["message"]),
        }
    }
}
