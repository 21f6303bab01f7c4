//! What a program leaves behind, searched for every secret that is [`known`].
//!
//! Dropping a [`Computer`](crate::computer::Computer) or a [`Stage`](crate::window::Stage) and ending a
//! [`Run`](crate::process::Run) or a [`Process`](crate::process::Process) of our own programs come here,
//! whether the story succeeded or not. A leak fails the story: it panics, because nobody looks at what
//! a destructor returns.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::secrets::{SecretSearch, known};

/// What `report --format` takes.
const REPORT_FORMATS: [&str; 4] = ["markdown", "csv", "json", "html"];

/// Commands that leave a report.
const COMMANDS_WITH_REPORT: [&str; 4] = ["run", "resume", "retry", "copy"];

/// How often the arguments of child processes are looked at.
const ARGUMENTS_EVERY: Duration = Duration::from_millis(5);

/// Whether this is one of our own programs.
pub(crate) fn is_ours(program: &OsStr) -> bool {
    let name = Path::new(program).file_stem();
    name.is_some_and(|name| name == "transload-cli" || name == "transload")
}

/// Fails the story where a check finds a secret.
///
/// # Panics
/// When it does; where the thread panics already, the leak is printed.
pub(crate) fn expect_no_secret(check: impl FnOnce(&SecretSearch) -> Result<()>) {
    let outcome = known::search().and_then(|search| check(&search));
    let Err(leak) = outcome else { return };
    if std::thread::panicking() {
        eprintln!("{leak:#}");
    } else {
        panic!("{leak:#}");
    }
}

/// Searches a folder that our programs wrote into.
pub(crate) fn check_left(search: &SecretSearch, folder: &Path) -> Result<()> {
    search.check_folder_but(folder, known::keeps_secrets).map(|_| ())
}

/// Searches what one run of the command line printed, wrote and started, and every report that can be
/// made of it.
pub(crate) fn check_run(command: &Command, printed: [&[u8]; 2], arguments: &BTreeSet<String>) {
    let variable = |name: &str| {
        let set = command.get_envs().find(|(key, _)| *key == name);
        set.map_or_else(|| std::env::var_os(name), |(_, value)| Some(value?.to_owned()))
    };
    if let Some(home) = variable("HOME") {
        known::remember_home(Path::new(&home));
    }
    let data = variable("TRANSLOAD_DATA_DIR").map(PathBuf::from);
    let own: Vec<_> = command.get_args().map(|one| one.to_string_lossy().into_owned()).collect();
    let after_out = own.windows(2).filter(|two| two[0] == "--out").map(|two| two[1].clone());
    let inline = own.iter().filter_map(|one| one.strip_prefix("--out=")).map(str::to_owned);
    let written: Vec<String> = after_out.chain(inline).collect();
    expect_no_secret(|search| {
        let shown = own.join(" ");
        search.check_text("the arguments of the command line", &shown)?;
        for text in printed {
            search.check_text(&format!("what `{shown}` printed"), text)?;
        }
        for child in arguments {
            search.check_text(&format!("the arguments of a child of `{shown}`"), child)?;
        }
        for file in written {
            if let Ok(bytes) = std::fs::read(&file) {
                search.check_text(&file, bytes)?;
            }
        }
        // A story may name a file as the data folder, to see it refused.
        let Some(data) = data.filter(|data| data.is_dir()) else { return Ok(()) };
        check_left(search, &data)?;
        let has_report = own.iter().any(|one| COMMANDS_WITH_REPORT.contains(&one.as_str()));
        if has_report && data.join("journal.sqlite").is_file() {
            for format in REPORT_FORMATS {
                let mut report = Command::new(command.get_program());
                for (name, value) in command.get_envs() {
                    match value {
                        Some(value) => report.env(name, value),
                        None => report.env_remove(name),
                    };
                }
                report.args(["report", "latest", "--format", format]).stdin(Stdio::null());
                let output = report.output()?;
                // 2 is clap's: a format or a command that is none would never be searched.
                let code = output.status.code();
                ensure!(code != Some(2), "{}", String::from_utf8_lossy(&output.stderr));
                let what = format!("the report of `{shown}` as {format}");
                search.check_text(&what, [output.stdout, output.stderr].concat())?;
            }
        }
        Ok(())
    });
}

/// The arguments of all processes that a process starts, looked at again and again while it runs. One
/// that ends within a few milliseconds may be missed; what is found is there.
#[derive(Debug)]
pub(crate) struct ArgumentsWatch {
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<BTreeSet<String>>>,
}

impl ArgumentsWatch {
    /// Watches the children of a process, and theirs.
    pub(crate) fn of(id: u32) -> Self {
        let stopped = Arc::<AtomicBool>::default();
        let watched = Arc::clone(&stopped);
        let thread = std::thread::spawn(move || {
            let mut seen = BTreeSet::new();
            while !watched.load(Ordering::Relaxed) {
                look(id, &mut seen);
                std::thread::sleep(ARGUMENTS_EVERY);
            }
            seen
        });
        Self { stopped, thread: Some(thread) }
    }

    /// Ends it; answers what was seen.
    pub(crate) fn seen(&mut self) -> BTreeSet<String> {
        self.stopped.store(true, Ordering::Relaxed);
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for ArgumentsWatch {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

/// Source: proc(5), `/proc/pid/task/tid/children` and `/proc/pid/cmdline`.
fn look(id: u32, seen: &mut BTreeSet<String>) {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{id}/task")) else { return };
    for task in tasks.flatten() {
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            let line = std::fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
            if !line.is_empty() {
                seen.insert(String::from_utf8_lossy(&line).replace('\0', " "));
            }
            look(child, seen);
        }
    }
}
