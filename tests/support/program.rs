//! Programs that run until they exit, such as the command line, `docker` or `skopeo`.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use crate::secrets::arguments_watch::ArgumentsWatch;
use crate::secrets::{known_secrets, leak_search};

/// Longer inputs are files such as lists, not typed codes or passwords.
const LONGEST_CODE: usize = 8;

/// The output and exit status of a program.
#[derive(Debug)]
pub struct ProgramOutput {
    /// The exit status, or `None` while it runs.
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl ProgramOutput {
    /// The standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// A program that runs until it exits, such as `docker` or `skopeo`.
#[derive(Debug)]
pub struct Program {
    command: tokio::process::Command,
    shown: String,
    input: Option<Vec<u8>>,
}

impl Program {
    /// Prepares a run of `program`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let program = program.into();
        let mut command = tokio::process::Command::new(&program);
        command.kill_on_drop(true).stdin(Stdio::null());
        Self { command, shown: program.display().to_string(), input: None }
    }

    pub fn arguments<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            self.shown = format!("{} {}", self.shown, argument.as_ref().to_string_lossy());
            self.command.arg(argument);
        }
        self
    }

    pub fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        known_secrets::remember_variable(name, value.as_ref());
        self.command.env(name, value);
        self
    }

    pub fn variables(self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        variables.into_iter().fold(self, |run, (name, value)| run.variable(&name, value))
    }

    pub fn without_variable(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Sets its standard input. Secrets are passed this way, never as an argument.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        let input = input.into();
        if self.shown.contains("-stdin") || input.len() <= LONGEST_CODE {
            known_secrets::remember("typed input", &String::from_utf8_lossy(&input));
        }
        self.command.stdin(Stdio::piped());
        self.input = Some(input);
        self
    }

    /// Runs it until it exits, with any exit status.
    ///
    /// # Errors
    /// If it cannot be started, or takes more than two minutes.
    pub async fn finish(mut self) -> Result<ProgramOutput> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let is_ours = leak_search::is_ours(self.command.as_std().get_program());
        let mut arguments = None;
        let work = async {
            let mut child = self.command.spawn()?;
            arguments = child.id().filter(|_| is_ours).map(ArgumentsWatch::of);
            if let (Some(input), Some(mut stdin)) = (self.input, child.stdin.take()) {
                stdin.write_all(&input).await?;
            }
            child.wait_with_output().await
        };
        let output = tokio::time::timeout(Duration::from_secs(120), work)
            .await
            .with_context(|| format!("takes too long: {}", self.shown))?
            .with_context(|| format!("cannot run {}", self.shown))?;
        if let Some(mut arguments) = arguments {
            let printed = [&output.stdout[..], &output.stderr];
            leak_search::check_run(self.command.as_std(), printed, &arguments.seen());
        }
        Ok(ProgramOutput {
            status: output.status,
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Starts it, for stories that act while it runs.
    pub fn start(mut self) -> Result<RunningProgram> {
        let [stdout, stderr] = [NamedTempFile::new()?, NamedTempFile::new()?];
        self.command.stdout(stdout.reopen()?).stderr(stderr.reopen()?);
        let child = self.command.spawn().with_context(|| format!("cannot run {}", self.shown))?;
        let is_ours = leak_search::is_ours(self.command.as_std().get_program());
        let arguments = child.id().filter(|_| is_ours).map(ArgumentsWatch::of);
        Ok(RunningProgram { run: self, child, stdout, stderr, arguments })
    }

    /// Runs it until it exits, and requires success.
    ///
    /// # Errors
    /// If it fails; the error contains its output.
    pub async fn succeed(self) -> Result<ProgramOutput> {
        let shown = self.shown.clone();
        let finished = self.finish().await?;
        if !finished.status.success() {
            bail!("{shown}: {}\n{}{}", finished.status, finished.text(), finished.stderr);
        }
        Ok(finished)
    }
}

/// A running program. It is killed when this is dropped.
#[derive(Debug)]
pub struct RunningProgram {
    run: Program,
    child: tokio::process::Child,
    stdout: NamedTempFile,
    stderr: NamedTempFile,
    arguments: Option<ArgumentsWatch>,
}

impl RunningProgram {
    /// Whether it has exited.
    pub fn ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Kills it if it is still running.
    pub async fn kill(&mut self) -> Result<()> {
        if !self.ended() {
            self.child.kill().await?;
        }
        Ok(())
    }

    /// Waits until it exits.
    ///
    /// # Errors
    /// If it takes more than two minutes.
    pub async fn finish(mut self) -> Result<ProgramOutput> {
        let status = tokio::time::timeout(Duration::from_secs(120), self.child.wait())
            .await
            .with_context(|| format!("takes too long: {}", self.run.shown))??;
        let [stdout, stderr] = self.printed();
        Ok(ProgramOutput { status, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() })
    }

    fn printed(&self) -> [Vec<u8>; 2] {
        [&self.stdout, &self.stderr].map(|file| std::fs::read(file.path()).unwrap_or_default())
    }
}

impl Drop for RunningProgram {
    fn drop(&mut self) {
        if let Some(mut arguments) = self.arguments.take() {
            let _ = self.child.start_kill();
            let [stdout, stderr] = self.printed();
            let printed = [&stdout[..], &stderr];
            leak_search::check_run(self.run.command.as_std(), printed, &arguments.seen());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_error_for_a_failed_program_contains_its_output() {
        let error = Program::new("/bin/sh")
            .arguments(["-c", "cat; echo why >&2; exit 1"])
            .input("read")
            .succeed()
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("why") && text.contains("read"), "{text}");
    }
}
