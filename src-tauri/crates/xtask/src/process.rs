//! Runs programs. Every command goes through [`Process`], which prints the command line first.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

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

    /// Prepares npm.
    pub fn npm(arguments: &[&str], folder: &Path) -> Self {
        Self::new(if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments, folder)
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes an environment variable.
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Prints the command line and runs the program with its output.
    ///
    /// # Errors
    /// If the program can't be started or fails.
    pub fn run(mut self) -> Result<()> {
        let line = self.line();
        println!("  $ {line}");
        let status = self.command.status().with_context(|| format!("couldn't start {line}"))?;
        if !status.success() {
            bail!("`{line}` failed ({status})");
        }
        Ok(())
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
    ///
    /// # Errors
    /// If the program can't be started or fails.
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
    ///
    /// # Errors
    /// If the program can't be started.
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

/// Finds a program on the `PATH`, or in the folders that Debian only adds for root.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
