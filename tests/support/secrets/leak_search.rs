//! Searches what a program leaves behind for all [`known_secrets`].
//!
//! Called when a [`HeadlessApp`](crate::headless_app::HeadlessApp) or a [`Desktop`](crate::window::Desktop)
//! is dropped, and when a [`Program`](crate::program::Program) or [`Process`](crate::process::Process) of our
//! own ends, whether the story succeeded or not. A leak fails the story with a panic, because the caller
//! cannot see the result of a destructor.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::secrets::{SecretSearch, known_secrets};

/// The values of `report --format`.
const REPORT_FORMATS: [&str; 4] = ["markdown", "csv", "json", "html"];

/// Commands that produce a report.
const COMMANDS_WITH_REPORT: [&str; 4] = ["run", "resume", "retry", "copy"];

pub(crate) fn is_ours(program: &OsStr) -> bool {
    let name = Path::new(program).file_stem();
    name.is_some_and(|name| name == "transload-cli" || name == "transload")
}

/// Fails the story if a check finds a secret.
///
/// # Panics
/// If a secret is found. If the thread is already panicking, the leak is printed instead.
pub(crate) fn expect_no_secret(check: impl FnOnce(&SecretSearch) -> Result<()>) {
    let outcome = known_secrets::search().and_then(|search| check(&search));
    let Err(leak) = outcome else { return };
    if std::thread::panicking() {
        eprintln!("{leak:#}");
    } else {
        panic!("{leak:#}");
    }
}

/// Searches a folder that our programs wrote to.
pub(crate) fn check_written_files(search: &SecretSearch, folder: &Path) -> Result<()> {
    search.check_folder_except(folder, known_secrets::keeps_secrets).map(|_| ())
}

/// Searches everything that one run of the command line printed, wrote and started, and the report in every
/// format.
pub(crate) fn check_run(command: &Command, printed: [&[u8]; 2], arguments: &BTreeSet<String>) {
    let variable = |name: &str| {
        let set = command.get_envs().find(|(key, _)| *key == name);
        set.map_or_else(|| std::env::var_os(name), |(_, value)| Some(value?.to_owned()))
    };
    if let Some(home) = variable("HOME") {
        known_secrets::remember_home(Path::new(&home));
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
        // A story can pass a file as the data folder, to test that it is rejected.
        let Some(data) = data.filter(|data| data.is_dir()) else { return Ok(()) };
        check_written_files(search, &data)?;
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
                // Exit code 2 comes from clap: an unknown format or command would otherwise hide that nothing
                // was searched.
                let code = output.status.code();
                ensure!(code != Some(2), "{}", String::from_utf8_lossy(&output.stderr));
                let what = format!("the report of `{shown}` as {format}");
                search.check_text(&what, [output.stdout, output.stderr].concat())?;
            }
        }
        Ok(())
    });
}
