//! The process that runs the calls of the AWS CLI.
//!
//! Starting the AWS CLI takes half a second of a core, nearly all of it imports, and the flows call it
//! hundreds of times. `aws_calls.py` imports it once, and runs each call in a fork with the call's own
//! arguments, variables and output.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;

use crate::program::ProgramOutput;
use crate::tools::workspace_root;

/// How long a call may take.
const LIMIT: Duration = Duration::from_secs(120);

/// One for all tests of this program. It ends when this program ends, which closes its input.
static PROCESS: Mutex<Option<AwsProcess>> = Mutex::new(None);

struct AwsProcess {
    calls: ChildStdin,
    results: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct CallResult {
    status: i32,
    stdout: String,
    stderr: String,
}

impl AwsProcess {
    fn start(python: &Path) -> Result<Self> {
        let mut command = Command::new(python);
        for name in
            ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]
        {
            command.env_remove(name);
        }
        let mut process = command
            .arg(workspace_root().join("tests/support/aws_cli/aws_calls.py"))
            .env("AWS_PAGER", "")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("couldn't start the AWS CLI")?;
        let calls = process.stdin.take().context("the AWS CLI has no input")?;
        let results = process.stdout.take().context("the AWS CLI has no output")?;
        Ok(Self { calls, results: BufReader::new(results) })
    }

    fn run(&mut self, call: &AwsCall) -> Result<CallResult> {
        let variables: serde_json::Map<_, _> =
            call.variables.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        writeln!(self.calls, "{}", json!({"arguments": call.arguments, "variables": variables}))?;
        let mut line = String::new();
        self.results.read_line(&mut line)?;
        serde_json::from_str(&line).context("the process of the AWS CLI ended")
    }
}

/// A command of the AWS CLI that was not run yet.
#[derive(Debug)]
pub struct AwsCall {
    pub(super) python: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) variables: [(&'static str, String); 3],
}

impl AwsCall {
    /// Runs it, with any exit status.
    ///
    /// # Errors
    /// If it can't be run, or takes more than two minutes.
    pub async fn finish(self) -> Result<ProgramOutput> {
        let shown = self.shown();
        let work = tokio::task::spawn_blocking(move || {
            let mut process = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
            if process.is_none() {
                *process = Some(AwsProcess::start(&self.python)?);
            }
            process.as_mut().context("it was started above")?.run(&self)
        });
        let result = tokio::time::timeout(LIMIT, work)
            .await
            .with_context(|| format!("takes too long: {shown}"))?
            .context("the call panicked")?
            .with_context(|| format!("cannot run {shown}"))?;
        Ok(ProgramOutput {
            // The status as `waitpid` returns it.
            status: ExitStatus::from_raw(result.status << 8),
            stdout: result.stdout.into_bytes(),
            stderr: result.stderr,
        })
    }

    /// Runs it, and requires success.
    ///
    /// # Errors
    /// If it fails; the error contains its output.
    pub async fn succeed(self) -> Result<ProgramOutput> {
        let shown = self.shown();
        let finished = self.finish().await?;
        if !finished.status.success() {
            bail!("{shown}: {}\n{}{}", finished.status, finished.text(), finished.stderr);
        }
        Ok(finished)
    }

    fn shown(&self) -> String {
        format!("aws {}", self.arguments.join(" "))
    }
}
