//! Runs programs. Every command goes through [`Process`], which prints the command line first.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fmt;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

/// How many of the last lines of a program that failed are kept: the list of what failed, for several programs in a log
/// that is cut to its end.
const LAST_LINES: usize = 40;
/// How many lines that name a failure are kept, and how long each is. CI logs show some 3,000 characters of their end.
const FAILURE_LINES: usize = 12;
const FAILURE_LINE_LENGTH: usize = 300;

/// A program that ended with an error.
#[derive(Debug)]
pub struct ProcessFailure {
    line: String,
    status: ExitStatus,
    /// What the program printed last. Empty on a terminal, where the user can scroll.
    pub last_lines: Vec<String>,
    /// The first lines that name a failed test or an error. Empty on a terminal.
    pub failures: Vec<String>,
}

impl fmt::Display for ProcessFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` failed ({})", self.line, self.status)
    }
}

impl std::error::Error for ProcessFailure {}

/// What is kept of the output of a program.
#[derive(Default)]
struct KeptOutput {
    last_lines: VecDeque<String>,
    failures: Vec<String>,
}

impl KeptOutput {
    fn add(&mut self, line: &str) {
        if self.last_lines.len() == LAST_LINES {
            self.last_lines.pop_front();
        }
        self.last_lines.push_back(line.to_owned());
        let failure: String = plain(line).trim().chars().take(FAILURE_LINE_LENGTH).collect();
        let room = self.failures.len() < FAILURE_LINES;
        if room && names_failure(&failure) && !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }
}

/// A line without colors, which Vitest also prints in CI: `ESC [ 31 m`.
fn plain(line: &str) -> String {
    let mut pieces = line.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        text + piece
            .trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ';')
            .get(1..)
            .unwrap_or_default()
    })
}

/// Whether a line of nextest, Vitest, a compiler, or a failed test names a failure: `FAIL src/a.test.ts > b`,
/// `AssertionError: expected 1`, `thread 'a' panicked at b.rs:1:1`.
fn names_failure(line: &str) -> bool {
    let first = line.split([' ', ':', '[']).next().unwrap_or_default();
    matches!(first, "FAIL" | "TIMEOUT" | "SIGABRT" | "SIGSEGV" | "error")
        || (first.ends_with("Error") && line[first.len()..].starts_with(": "))
        || (first == "thread" && line.contains("panicked at"))
}

/// A program that was not started yet.
pub struct Process {
    command: Command,
}

impl Process {
    /// Prepares a program that runs in `folder`.
    pub fn new<A: AsRef<OsStr>>(
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
        folder: &Path,
    ) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder);
        Self { command }
    }

    /// Prepares the cargo that started xtask.
    pub fn cargo(arguments: &[&str], root: &Path) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut run = Self::new(cargo, arguments, root);
        // cargo sets variables about xtask itself. Inherited by the next cargo, they would make it
        // rebuild build scripts whenever they change.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                run.command.env_remove(name.as_ref());
            }
        }
        run
    }

    pub fn npm(arguments: &[&str], folder: &Path) -> Self {
        Self::new(if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments, folder)
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Prints the command line and runs the program with its output.
    ///
    /// # Errors
    /// If the program can't be started, or a [`ProcessFailure`] if it fails.
    pub fn run(mut self) -> Result<()> {
        let line = self.line();
        println!("  $ {line}");
        let could_not_start = || format!("couldn't start {line}");
        let (status, kept) = if std::io::stdout().is_terminal() {
            (self.command.status().with_context(could_not_start)?, KeptOutput::default())
        } else {
            self.run_and_keep_output().with_context(could_not_start)?
        };
        if !status.success() {
            let KeptOutput { last_lines, failures } = kept;
            return Err(
                ProcessFailure { line, status, last_lines: last_lines.into(), failures }.into()
            );
        }
        Ok(())
    }

    fn run_and_keep_output(&mut self) -> std::io::Result<(ExitStatus, KeptOutput)> {
        let mut child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let kept = Mutex::new(KeptOutput::default());
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            scope.spawn(|| output.map(|output| pass_on(output, std::io::stdout(), &kept)));
            scope.spawn(|| errors.map(|errors| pass_on(errors, std::io::stderr(), &kept)));
        });
        let status = child.wait()?;
        let kept = kept.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok((status, kept))
    }

    /// Runs the program silently and returns whether it succeeded. A missing program did not.
    pub fn succeeds(mut self) -> bool {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Runs the program and returns its standard output.
    pub fn output(mut self) -> Result<String> {
        let line = self.line();
        let output = self
            .command
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("couldn't start {line}"))?;
        if !output.status.success() {
            bail!("`{line}` failed ({})", output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Starts the program without waiting for it.
    pub fn spawn(mut self) -> Result<std::process::Child> {
        let line = self.line();
        println!("  $ {line} &");
        self.command.spawn().with_context(|| format!("couldn't start {line}"))
    }

    fn line(&self) -> String {
        let program = Path::new(self.command.get_program());
        let mut words = vec![program.file_name().unwrap_or(program.as_os_str()).to_string_lossy()];
        words.extend(self.command.get_args().map(OsStr::to_string_lossy));
        words
            .iter()
            .map(|word| if word.contains(' ') { format!("'{word}'") } else { word.to_string() })
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Prints what a program prints, and keeps the lines that [`KeptOutput`] wants.
fn pass_on(from: impl Read, mut to: impl Write, kept: &Mutex<KeptOutput>) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // Output that nobody reads any more is no reason to stop the program.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        let mut kept = kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.add(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

/// Finds a program on the `PATH`, or in the folders that Debian only adds for root.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests;
