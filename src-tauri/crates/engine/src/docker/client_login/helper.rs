//! Programs that keep logins. They are told by standard input, never by arguments.
//!
//! Source: docker-credential-helpers, "Development", and its `credentials` package.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

use super::ClientLoginError;
use crate::docker::EngineLogin;
use crate::model::Secret;

/// How long a helper may take; some ask the person to unlock a keychain.
const HELPER_LIMIT: Duration = Duration::from_secs(60);
/// What helpers print where they hold nothing.
const HAS_NOTHING: &str = "credentials not found";
/// What Windows says of a login that its Credential Manager cannot keep (error 1783). Its limit is
/// 2,560 bytes. Source: `CRED_MAX_CREDENTIAL_BLOB_SIZE` of wincred.h.
const WINDOWS_TOO_LONG: &str = "stub received bad data";

/// A program on the search path.
pub(super) struct Helper {
    /// Such as `pass` for `docker-credential-pass`.
    pub(super) name: String,
    program: PathBuf,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stored<'a> {
    #[serde(rename = "ServerURL")]
    server_url: &'a str,
    username: &'a str,
    secret: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    username: String,
    secret: String,
}

impl Helper {
    /// Looks a helper up on a search path.
    pub(super) fn find(
        name: &str,
        search_path: &std::ffi::OsStr,
    ) -> Result<Self, ClientLoginError> {
        let program = format!("docker-credential-{name}");
        match on_path(&program, search_path) {
            Some(program) => Ok(Self { name: name.to_owned(), program }),
            None => Err(ClientLoginError::HelperMissing { helper: program }),
        }
    }

    /// Keeps a login.
    pub(super) async fn store(
        &self,
        server: &str,
        login: &EngineLogin,
    ) -> Result<(), ClientLoginError> {
        let secret = login.password.expose();
        let stored = Stored { server_url: server, username: &login.user, secret };
        let input =
            serde_json::to_string(&stored).map_err(|error| self.failed(&error.to_string()))?;
        let (succeeded, said) = self.run("store", &input).await?;
        if succeeded {
            return Ok(());
        }
        if said.to_ascii_lowercase().contains(WINDOWS_TOO_LONG) {
            return Err(ClientLoginError::TooLong {
                helper: self.program_name(),
                length_bytes: secret.len(),
            });
        }
        Err(self.failed(&said.replace(secret.as_str(), "***")))
    }

    /// The login that it holds, if any.
    pub(super) async fn get(&self, server: &str) -> Result<Option<EngineLogin>, ClientLoginError> {
        let (succeeded, said) = self.run("get", server).await?;
        if !succeeded {
            let has_nothing = said.to_ascii_lowercase().contains(HAS_NOTHING);
            return if has_nothing { Ok(None) } else { Err(self.failed(&said)) };
        }
        // What it printed is the login, so nothing of it is told.
        let found: Found = serde_json::from_str(&said)
            .map_err(|_| self.failed("it does not answer with a login"))?;
        Ok(Some(EngineLogin { user: found.username, password: Secret::new(found.secret) }))
    }

    /// Forgets a login.
    pub(super) async fn erase(&self, server: &str) -> Result<(), ClientLoginError> {
        let (succeeded, said) = self.run("erase", server).await?;
        let gone = succeeded || said.to_ascii_lowercase().contains(HAS_NOTHING);
        if gone { Ok(()) } else { Err(self.failed(&said)) }
    }

    /// Runs it; gives whether it succeeded, and what it said: helpers say errors on standard output.
    async fn run(&self, action: &str, input: &str) -> Result<(bool, String), ClientLoginError> {
        let failed = |error: std::io::Error| self.failed(&error.to_string());
        let mut child = Command::new(&self.program)
            .arg(action)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let mut told = child.stdin.take();
        let talk = async {
            if let Some(told) = told.as_mut() {
                // One that ends without listening says why in its output.
                let _ = told.write_all(input.as_bytes()).await;
                let _ = told.shutdown().await;
            }
            drop(told);
            child.wait_with_output().await
        };
        match timeout(HELPER_LIMIT, talk).await {
            Ok(Ok(output)) => {
                let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                let complained = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                let said = if said.is_empty() { complained } else { said };
                Ok((output.status.success(), said))
            }
            Ok(Err(error)) => Err(failed(error)),
            Err(_) => {
                let seconds = HELPER_LIMIT.as_secs();
                Err(self.failed(&format!("it did not answer within {seconds} seconds")))
            }
        }
    }

    /// The name of the program.
    pub(super) fn program_name(&self) -> String {
        format!("docker-credential-{}", self.name)
    }

    fn failed(&self, message: &str) -> ClientLoginError {
        let line = message.lines().next().unwrap_or_default();
        let message = if line.is_empty() { "it says nothing" } else { line };
        ClientLoginError::HelperFailed {
            helper: self.program_name(),
            message: message.chars().take(300).collect(),
        }
    }
}

/// A program on a search path.
pub(super) fn on_path(name: &str, search_path: &std::ffi::OsStr) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::split_paths(search_path);
    folders.map(|folder| folder.join(&file)).find(|path| is_program(path))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
