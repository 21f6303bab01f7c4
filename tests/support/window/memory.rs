//! Memory of the program and of the processes of its web view.

use std::path::Path;

use anyhow::{Context, Result};

use crate::window::desktop::Desktop;

/// The memory of the program, with the proportional share of shared memory (PSS) of each process, in MB.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Memory {
    /// The main process.
    pub own_mb: f64,
    /// All processes: the main one and those of the web view. The WebDriver server is not included.
    pub all_mb: f64,
}

impl Memory {
    /// The maximum of both values.
    pub fn max(self, other: Self) -> Self {
        Self { own_mb: self.own_mb.max(other.own_mb), all_mb: self.all_mb.max(other.all_mb) }
    }
}

impl Desktop {
    pub fn memory(&self) -> Result<Memory> {
        let mut memory = Memory::default();
        for process in self.all_processes() {
            let Ok(exe) = std::fs::read_link(process.join("exe")) else { continue };
            let name = exe.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_own = self.is_program(&process);
            // WebKitWebProcess and WebKitNetworkProcess; not WebKitWebDriver.
            let is_web = name.starts_with("WebKit") && name.ends_with("Process");
            if !is_own && !is_web {
                continue;
            }
            // A process that has just ended no longer counts.
            let Ok(pss_mb) = pss_mb(&process) else { continue };
            memory.all_mb += pss_mb;
            if is_own {
                memory.own_mb += pss_mb;
            }
        }
        anyhow::ensure!(memory.own_mb > 0.0, "the program does not run");
        Ok(memory)
    }

    /// The variables, such as `NAME=value`, that each process of a program started with.
    ///
    /// # Errors
    /// If the program doesn't run.
    pub fn environments_of(&self, program: &str) -> Result<Vec<Vec<String>>> {
        let is_program = |process: &Path| {
            std::fs::read_link(process.join("exe")).is_ok_and(|exe| exe.ends_with(program))
        };
        let environments: Vec<Vec<String>> = self
            .all_processes()
            .iter()
            .filter(|process| is_program(process))
            .filter_map(|process| std::fs::read(process.join("environ")).ok())
            .map(|all| {
                let variables = all.split(|byte| *byte == 0);
                variables.map(|one| String::from_utf8_lossy(one).into_owned()).collect()
            })
            .collect();
        anyhow::ensure!(!environments.is_empty(), "{program} does not run");
        Ok(environments)
    }
}

/// The memory of the process with this folder in `/proc`, in MB.
fn pss_mb(process: &Path) -> Result<f64> {
    let text = std::fs::read_to_string(process.join("smaps_rollup"))?;
    let line = text.lines().find(|line| line.starts_with("Pss:")).context("the sum")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
    Ok(kilobytes / 1024.0)
}
