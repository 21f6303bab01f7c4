//! How programs are run: each is said before it starts.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A program to run.
pub struct Run {
    command: Command,
}

impl Run {
    /// A program with its arguments, in a folder.
    pub fn new<A: AsRef<OsStr>>(
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
        folder: &Path,
    ) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder);
        Self { command }
    }

    /// The cargo that started this program, in the root of the work tree.
    pub fn cargo(arguments: &[&str], root: &Path) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut run = Self::new(cargo, arguments, root);
        // What cargo tells a program that it runs about that program is not for the next cargo:
        // build scripts would be built again when it changes.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                run.command.env_remove(name.as_ref());
            }
        }
        run
    }

    /// npm, in a folder.
    pub fn npm(arguments: &[&str], folder: &Path) -> Self {
        Self::new(if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments, folder)
    }

    /// Sets a variable for this program.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable away from this program.
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs it with its output shown.
    ///
    /// # Errors
    /// A program that cannot be started, or that fails.
    pub fn show(mut self) -> Result<()> {
        let line = self.line();
        println!("  $ {line}");
        let status = self.command.status().with_context(|| format!("{line} cannot be started"))?;
        if !status.success() {
            bail!("`{line}` failed ({status})");
        }
        Ok(())
    }

    /// Runs it silently and says whether it succeeded. One that is not there did not.
    pub fn succeeds(mut self) -> bool {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Runs it and answers what it printed.
    ///
    /// # Errors
    /// A program that cannot be started, or that fails.
    pub fn output(mut self) -> Result<String> {
        let line = self.line();
        let output = self
            .command
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("{line} cannot be started"))?;
        if !output.status.success() {
            bail!("`{line}` failed ({})", output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Starts it and answers it while it runs.
    ///
    /// # Errors
    /// A program that cannot be started.
    pub fn start(mut self) -> Result<std::process::Child> {
        let line = self.line();
        println!("  $ {line} &");
        self.command.spawn().with_context(|| format!("{line} cannot be started"))
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

/// Where a program is: on the `PATH`, or where Debian puts what only root calls.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
