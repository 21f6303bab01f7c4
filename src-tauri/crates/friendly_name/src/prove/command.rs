//! Runs one command of a client with a time limit, and keeps the end of its output.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::diagnosis::CheckState;
use crate::prove::proof::ProofStep;

/// The time limit of a command.
const LIMIT: Duration = Duration::from_secs(120);
/// The longest output that a step keeps, in characters.
const OUTPUT_CHARACTERS: usize = 600;

pub(super) struct ClientCommand<'a> {
    pub program: &'a Path,
    pub folder: &'a Path,
    pub variables: &'a [(&'static str, String)],
}

impl ClientCommand<'_> {
    /// Runs the program with arguments. Returns the step and the standard output.
    pub async fn run(&self, action: &str, arguments: &[&str]) -> (ProofStep, String) {
        let mut command = Command::new(self.program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for (name, value) in self.variables {
            command.env(name, value);
        }
        // The proxy on 127.0.0.1 must see every host.
        for name in ["NO_PROXY", "no_proxy"] {
            command.env_remove(name);
        }
        let name = self.program.file_stem().unwrap_or_default().to_string_lossy();
        let shown = format!("{name} {}", arguments.join(" "));
        let shown = shown.replace(&self.folder.display().to_string(), "$TMP");
        let (succeeded, output, stdout) = match timeout(LIMIT, command.output()).await {
            Ok(Ok(done)) => {
                let stdout = String::from_utf8_lossy(&done.stdout).into_owned();
                let text = format!("{stdout}{}", String::from_utf8_lossy(&done.stderr));
                (done.status.success(), text, stdout)
            }
            Ok(Err(error)) => (false, error.to_string(), String::new()),
            Err(_) => {
                (false, format!("no result after {} seconds", LIMIT.as_secs()), String::new())
            }
        };
        let state = if succeeded { CheckState::Passed } else { CheckState::Failed };
        let output = (!succeeded).then(|| last_characters(&output));
        (ProofStep { action: action.to_owned(), command: shown, state, output }, stdout)
    }
}

fn last_characters(text: &str) -> String {
    let text = text.trim();
    let skipped = text.chars().count().saturating_sub(OUTPUT_CHARACTERS);
    text.chars().skip(skipped).collect()
}
