//! Servers as child processes that end with the test, and their output. `program` runs programs that exit on
//! their own.

#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use crate::secrets::arguments_watch::ArgumentsWatch;
use crate::secrets::{known_secrets, leak_search};
use crate::tools::system_tool;

/// How long a process may take to exit after SIGTERM.
const TIME_TO_END: Duration = Duration::from_secs(5);

/// How much of the output of a process goes into a failure message.
const TAIL_BYTES: usize = 8 * 1024;

/// Returns a port of the loopback that is free now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A port on which no process listens. A free port can be given to the server of another test before it is used.
pub const CLOSED_PORT: u16 = 1;

/// A server that runs until the end of the test. Dropping it ends it by its process ID, also if the test
/// panics, and the kernel kills it if the test process is killed.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: NamedTempFile,
    /// If the program is ours or drives ours: the arguments of the processes that it starts.
    arguments: Option<ArgumentsWatch>,
}

impl Process {
    /// Starts `program`. Its output goes to a file, see [`Process::output`].
    pub fn start<A: AsRef<OsStr>>(
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let output = NamedTempFile::with_prefix(format!("{name}-"))?;
        // One handle for both streams, so that they share the position in the file.
        let file = output.reopen()?;
        let environment: Vec<_> = environment.into_iter().collect();
        for (name, value) in &environment {
            known_secrets::remember_variable(name, value.as_ref());
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

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn output_path(&self) -> &Path {
        self.output.path()
    }

    /// Everything that it has printed so far.
    pub fn output(&self) -> String {
        let bytes = std::fs::read(self.output.path()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The end of its output, for a failure message.
    pub fn output_tail(&self) -> String {
        let output = self.output();
        let mut from = output.len().saturating_sub(TAIL_BYTES);
        while !output.is_char_boundary(from) {
            from += 1;
        }
        format!("{} printed:\n{}", self.name, &output[from..])
    }

    /// The exit status, or `None` while it runs.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until `ready` returns true.
    ///
    /// # Errors
    /// If the process exits before, or the limit passes; the error contains the end of its output.
    pub async fn wait_until_ready(
        &mut self,
        limit: Duration,
        mut ready: impl AsyncFnMut() -> bool,
    ) -> Result<()> {
        let name = self.name.clone();
        let outcome = crate::wait::wait_until(limit, &format!("{name} to respond"), async || {
            if let Some(status) = self.ended() {
                return Some(Err(anyhow::anyhow!("{name} ended with {status}")));
            }
            ready().await.then_some(Ok(()))
        })
        .await;
        outcome.and_then(|outcome| outcome).with_context(|| self.output_tail())
    }

    /// Sends SIGTERM, waits, and kills the process if it does not exit.
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
        leak_search::expect_no_secret(|search| {
            search.check_text(&format!("what {} printed", self.name), self.output())?;
            for child in arguments.seen() {
                search.check_text(&format!("the arguments of a child of {}", self.name), child)?;
            }
            Ok(())
        });
    }
}

/// Sends SIGTERM to one process. The standard library can only send SIGKILL, so a shell does it.
fn send_terminate(id: u32) {
    let _ = Command::new("sh")
        .args(["-c", "kill -TERM \"$1\"", "sh", &id.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// The kernel sends the parent-death signal when the *thread* that started the child exits. So every child is
/// started from one thread that lives as long as the test program.
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
