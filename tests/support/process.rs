//! Child processes that end with the test, and their output.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

use crate::secrets::traces::ArgumentsWatch;
use crate::secrets::{known, traces};
use crate::tools::system_tool;

/// How long a process may take to end after it was asked to.
const TIME_TO_END: Duration = Duration::from_secs(5);

/// How much of a process's output goes into a failure message.
const TAIL_BYTES: usize = 8 * 1024;

/// Longer inputs of a program are lists, not a code or a password that is typed.
const LONGEST_CODE: usize = 8;

/// A port of the loopback that is free now.
///
/// # Errors
/// When the system gives none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A server that lives as long as the test: it is ended by its process id when this is dropped,
/// also when the test panics, and the kernel kills it when the test itself is killed.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: NamedTempFile,
    /// For a program that is ours, or drives ours: what it starts.
    arguments: Option<ArgumentsWatch>,
}

impl Process {
    /// Starts `program`; what it prints goes to a file that [`Process::output`] reads.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start<A: AsRef<OsStr>>(
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let output = NamedTempFile::with_prefix(format!("{name}-"))?;
        // One handle for both, so that they share their place in the file.
        let file = output.reopen()?;
        let environment: Vec<_> = environment.into_iter().collect();
        for (name, value) in &environment {
            known::remember_variable(name, value.as_ref());
        }
        let is_ours = environment.iter().any(|(name, _)| name == "TRANSLOAD_DATA_DIR");
        let mut command = Command::new(system_tool("setpriv")?);
        command
            .args(["--pdeathsig", "KILL", "--"])
            .arg(program)
            .args(arguments)
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        let child = start_from_lasting_thread(command)
            .with_context(|| format!("cannot start {}", program.display()))?;
        let arguments = is_ours.then(|| ArgumentsWatch::of(child.id()));
        Ok(Self { name, child, output, arguments })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The file that it prints to.
    pub fn output_path(&self) -> &Path {
        self.output.path()
    }

    /// Everything it has printed so far.
    pub fn output(&self) -> String {
        let bytes = std::fs::read(self.output.path()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The end of what it has printed, for a failure message.
    pub fn output_tail(&self) -> String {
        let output = self.output();
        let mut from = output.len().saturating_sub(TAIL_BYTES);
        while !output.is_char_boundary(from) {
            from += 1;
        }
        format!("{} printed:\n{}", self.name, &output[from..])
    }

    /// How it ended, or nothing while it runs.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until `ready` says so.
    ///
    /// # Errors
    /// When the process ends before, or the limit passes; with the end of what it printed.
    pub async fn wait_until_ready(
        &mut self,
        limit: Duration,
        mut ready: impl AsyncFnMut() -> bool,
    ) -> Result<()> {
        let name = self.name.clone();
        let outcome = crate::wait::wait_until(limit, &format!("{name} to answer"), async || {
            if let Some(status) = self.ended() {
                return Some(Err(anyhow::anyhow!("{name} ended with {status}")));
            }
            ready().await.then_some(Ok(()))
        })
        .await;
        outcome.and_then(|outcome| outcome).with_context(|| self.output_tail())
    }

    /// Asks it to end, waits, and kills it where it does not.
    pub fn stop(&mut self) {
        if self.ended().is_some() {
            return;
        }
        send_terminate(self.id());
        let start = Instant::now();
        while self.ended().is_none() {
            if start.elapsed() > TIME_TO_END {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            eprintln!("{}", self.output_tail());
        }
        let Some(mut arguments) = self.arguments.take() else { return };
        traces::expect_no_secret(|search| {
            search.check_text(&format!("what {} printed", self.name), self.output())?;
            for child in arguments.seen() {
                search.check_text(&format!("the arguments of a child of {}", self.name), child)?;
            }
            Ok(())
        });
    }
}

/// SIGTERM to one process. The standard library only knows SIGKILL, so a shell sends it.
fn send_terminate(id: u32) {
    let _ = Command::new("sh")
        .args(["-c", "kill -TERM \"$1\"", "sh", &id.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// The kernel sends the parent-death signal when the *thread* that started the child ends, so every
/// child is started from one thread that lives as long as the test program.
fn start_from_lasting_thread(command: Command) -> Result<Child> {
    type Order = (Command, Sender<std::io::Result<Child>>);
    static ORDERS: OnceLock<Sender<Order>> = OnceLock::new();
    let orders = ORDERS.get_or_init(|| {
        let (sender, receiver) = channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in receiver {
                let _ = answer.send(command.spawn());
            }
        });
        sender
    });
    let (answer, child) = channel();
    orders.send((command, answer))?;
    Ok(child.recv()??)
}

/// What a program that has run printed and how it ended.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it complained of.
    pub stderr: String,
}

impl Finished {
    /// What it printed, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// A program to run to its end, such as `docker` or `skopeo`.
#[derive(Debug)]
pub struct Run {
    command: tokio::process::Command,
    shown: String,
    input: Option<Vec<u8>>,
}

impl Run {
    /// A run of `program`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let program = program.into();
        let mut command = tokio::process::Command::new(&program);
        command.kill_on_drop(true).stdin(Stdio::null());
        Self { command, shown: program.display().to_string(), input: None }
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            self.shown = format!("{} {}", self.shown, argument.as_ref().to_string_lossy());
            self.command.arg(argument);
        }
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        known::remember_variable(name, value.as_ref());
        self.command.env(name, value);
        self
    }

    /// Sets variables of its environment.
    #[must_use]
    pub fn variables(self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        variables.into_iter().fold(self, |run, (name, value)| run.variable(&name, value))
    }

    /// Takes a variable out of its environment.
    #[must_use]
    pub fn without_variable(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Gives it something to read; secrets go this way, never as an argument.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        let input = input.into();
        if self.shown.contains("-stdin") || input.len() <= LONGEST_CODE {
            known::remember("what was typed", &String::from_utf8_lossy(&input));
        }
        self.command.stdin(Stdio::piped());
        self.input = Some(input);
        self
    }

    /// Runs it to its end, whatever that is.
    ///
    /// # Errors
    /// When it cannot be started or takes more than two minutes.
    pub async fn finish(mut self) -> Result<Finished> {
        use tokio::io::AsyncWriteExt;
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let is_ours = traces::is_ours(self.command.as_std().get_program());
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
            traces::check_run(self.command.as_std(), printed, &arguments.seen());
        }
        Ok(Finished {
            status: output.status,
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Starts it, for a story that does something while it runs.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut self) -> Result<Running> {
        let [stdout, stderr] = [NamedTempFile::new()?, NamedTempFile::new()?];
        self.command.stdout(stdout.reopen()?).stderr(stderr.reopen()?);
        let child = self.command.spawn().with_context(|| format!("cannot run {}", self.shown))?;
        let is_ours = traces::is_ours(self.command.as_std().get_program());
        let arguments = child.id().filter(|_| is_ours).map(ArgumentsWatch::of);
        Ok(Running { run: self, child, stdout, stderr, arguments })
    }

    /// Runs it and expects success.
    ///
    /// # Errors
    /// When it fails, with what it complained of.
    pub async fn succeed(self) -> Result<Finished> {
        let shown = self.shown.clone();
        let finished = self.finish().await?;
        if !finished.status.success() {
            bail!("{shown}: {}\n{}{}", finished.status, finished.text(), finished.stderr);
        }
        Ok(finished)
    }
}

/// A program that runs. It is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    run: Run,
    child: tokio::process::Child,
    stdout: NamedTempFile,
    stderr: NamedTempFile,
    arguments: Option<ArgumentsWatch>,
}

impl Running {
    /// Whether it has ended.
    pub fn ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Kills it, where it has not ended.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(&mut self) -> Result<()> {
        if !self.ended() {
            self.child.kill().await?;
        }
        Ok(())
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it takes more than two minutes.
    pub async fn finish(mut self) -> Result<Finished> {
        let status = tokio::time::timeout(Duration::from_secs(120), self.child.wait())
            .await
            .with_context(|| format!("takes too long: {}", self.run.shown))??;
        let [stdout, stderr] = self.printed();
        Ok(Finished { status, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() })
    }

    fn printed(&self) -> [Vec<u8>; 2] {
        [&self.stdout, &self.stderr].map(|file| std::fs::read(file.path()).unwrap_or_default())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut arguments) = self.arguments.take() {
            let _ = self.child.start_kill();
            let [stdout, stderr] = self.printed();
            let printed = [&stdout[..], &stderr];
            traces::check_run(self.run.command.as_std(), printed, &arguments.seen());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(id: u32) -> bool {
        // A zombie is in /proc too, so its state is looked at.
        std::fs::read_to_string(format!("/proc/{id}/stat"))
            .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
    }

    fn shell(script: &str) -> Process {
        Process::start(Path::new("/bin/sh"), ["-c", script], []).unwrap()
    }

    #[test]
    fn a_process_ends_with_the_test_even_when_it_ignores_being_asked() {
        let polite = shell("exec sleep 600");
        let stubborn = shell("trap '' TERM; exec sleep 600");
        let ids = [polite.id(), stubborn.id()];
        assert!(ids.iter().all(|id| runs(*id)));
        drop(polite);
        drop(stubborn);
        assert!(!ids.iter().any(|id| runs(*id)));
    }

    #[test]
    fn a_process_ends_when_the_test_panics() {
        let (sender, receiver) = channel();
        let outcome = std::thread::spawn(move || {
            let process = shell("exec sleep 600");
            sender.send(process.id()).unwrap();
            panic!("on purpose");
        })
        .join();
        assert!(outcome.is_err());
        assert!(!runs(receiver.recv().unwrap()));
    }

    #[test]
    fn a_process_outlives_the_thread_that_asked_for_it() {
        let mut process = std::thread::spawn(|| shell("exec sleep 600")).join().unwrap();
        assert!(process.ended().is_none() && runs(process.id()));
    }

    #[tokio::test]
    async fn nothing_that_a_process_prints_is_lost() {
        let mut process = shell("echo one; echo two >&2; echo three");
        let ended = async || process.ended();
        crate::wait::wait_until(Duration::from_secs(10), "the end", ended).await.unwrap();
        assert_eq!(process.output(), "one\ntwo\nthree\n");
    }

    #[tokio::test]
    async fn a_process_that_ends_early_is_told_with_what_it_printed() {
        let mut process = shell("echo no such luck >&2; exit 3");
        let error =
            process.wait_until_ready(Duration::from_secs(10), async || false).await.unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("no such luck") && text.contains("exit status: 3"), "{text}");
    }

    #[tokio::test]
    async fn a_run_that_fails_says_what_it_complained_of() {
        let error = Run::new("/bin/sh")
            .arguments(["-c", "cat; echo why >&2; exit 1"])
            .input("read")
            .succeed()
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("why") && text.contains("read"), "{text}");
    }
}
