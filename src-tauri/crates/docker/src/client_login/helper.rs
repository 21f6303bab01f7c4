//! Credential helpers: programs that store logins. A login reaches them on standard input, never in
//! an argument, and nothing that they print is shown: it can hold the login.
//!
//! Source: docker-credential-helpers, "Development", and its `credentials` package.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

use crate::api::EngineLogin;
use crate::client_login::error::ClientLoginError;
use crate::environment::DockerEnvironment;
use transload_model::Secret;

/// How long a helper may take; some ask the person to unlock a keychain.
const HELPER_LIMIT: Duration = Duration::from_secs(60);
/// What helpers print where they hold nothing.
const HAS_NOTHING: &str = "credentials not found";
/// What Windows says of a login that its Credential Manager cannot keep (error 1783). Its limit is
/// 2,560 bytes. Source: `CRED_MAX_CREDENTIAL_BLOB_SIZE` of wincred.h.
const WINDOWS_TOO_LONG: &str = "stub received bad data";

/// Sentences that helpers print, and what they mean in words of ours. Everything else that a helper
/// prints stays unseen. Sources: the helpers of docker-credential-helpers, and the errors of the
/// keychains behind them that they pass on.
const KNOWN_SENTENCES: &[(&str, &str)] = &[
    ("user canceled", "the request to use the keychain was cancelled"),
    ("canceled by the user", "the request to use the keychain was cancelled"),
    ("interaction is not allowed", "the keychain is locked"),
    ("keychain cannot be accessed", "the keychain is locked"),
    ("pass not initialized", "the password store `pass` is not set up"),
    ("decryption failed", "gpg cannot decrypt the login"),
    ("no secret key", "gpg has no key to decrypt the login"),
    ("org.freedesktop.secrets", "no program provides the Secret Service"),
    ("cannot autolaunch d-bus", "it needs a desktop session"),
    ("specified logon session does not exist", "Windows has no Credential Manager in this session"),
    ("not implemented", "it cannot store logins"),
    ("no such file or directory", "a program or file that it needs does not exist"),
    ("executable file not found", "a program that it needs is not installed"),
];

/// Runs without a console window. Source: `CREATE_NO_WINDOW`, "Process Creation Flags".
#[cfg(windows)]
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// An installed credential helper.
pub(super) struct Helper {
    /// Such as `pass` for `docker-credential-pass`.
    pub(super) name: String,
    program: PathBuf,
    search_path: OsString,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stored<'a> {
    #[serde(rename = "ServerURL")]
    server_url: &'a str,
    username: &'a str,
    secret: &'a str,
}

/// The answer to `get`. A helper may leave out what is empty, and Docker reads the names without
/// regard to case.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Found {
    #[serde(rename = "Username", alias = "username")]
    username: String,
    #[serde(rename = "Secret", alias = "secret")]
    secret: String,
}

/// How a helper ended.
struct Ended {
    succeeded: bool,
    /// The exit code; none if a signal ended it.
    code: Option<i32>,
    /// What it printed; helpers print errors on standard output.
    said: String,
}

impl Helper {
    /// Finds a helper on the search path or where its product installs it.
    pub(super) fn find(
        name: &str,
        environment: &DockerEnvironment,
    ) -> Result<Self, ClientLoginError> {
        let program = format!("docker-credential-{name}");
        match environment.find_program(&program) {
            Some(program) => Ok(Self {
                name: name.to_owned(),
                program,
                search_path: environment.extended_search_path(),
            }),
            None => Err(ClientLoginError::HelperMissing { helper: program }),
        }
    }

    /// Stores a login.
    pub(super) async fn store(
        &self,
        server: &str,
        login: &EngineLogin,
    ) -> Result<(), ClientLoginError> {
        let secret = login.password.expose();
        let stored = Stored { server_url: server, username: &login.user, secret };
        let input =
            serde_json::to_string(&stored).map_err(|error| self.failed(error.to_string()))?;
        let ended = self.run("store", &input).await?;
        if ended.succeeded {
            return Ok(());
        }
        if ended.said.to_ascii_lowercase().contains(WINDOWS_TOO_LONG) {
            return Err(ClientLoginError::TooLong {
                helper: self.program_name(),
                length_bytes: secret.len(),
            });
        }
        Err(self.failed_with(&ended))
    }

    /// Returns the login that it has for a server, or `None` if it has none.
    pub(super) async fn get(&self, server: &str) -> Result<Option<EngineLogin>, ClientLoginError> {
        let ended = self.run("get", server).await?;
        if !ended.succeeded {
            return if ended.has_nothing() { Ok(None) } else { Err(self.failed_with(&ended)) };
        }
        let found: Found = serde_json::from_str(&ended.said)
            .map_err(|_| self.failed("its answer is not a login".to_owned()))?;
        if found.username.is_empty() && found.secret.is_empty() {
            return Ok(None);
        }
        Ok(Some(EngineLogin { user: found.username, password: Secret::new(found.secret) }))
    }

    /// Deletes a login.
    pub(super) async fn erase(&self, server: &str) -> Result<(), ClientLoginError> {
        let ended = self.run("erase", server).await?;
        if ended.succeeded || ended.has_nothing() { Ok(()) } else { Err(self.failed_with(&ended)) }
    }

    async fn run(&self, action: &str, input: &str) -> Result<Ended, ClientLoginError> {
        let failed = |error: std::io::Error| self.failed(format!("it cannot be run: {error}"));
        let mut command = Command::new(&self.program);
        command
            .arg(action)
            .env("PATH", &self.search_path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(windows)]
        command.creation_flags(CREATE_NO_WINDOW);
        let mut child = command.spawn().map_err(failed)?;
        let mut stdin = child.stdin.take();
        let talk = async {
            if let Some(stdin) = stdin.as_mut() {
                // A helper that ends without reading says why in its output.
                let _ = stdin.write_all(input.as_bytes()).await;
                let _ = stdin.shutdown().await;
            }
            drop(stdin);
            child.wait_with_output().await
        };
        match timeout(HELPER_LIMIT, talk).await {
            Ok(Ok(output)) => {
                let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                let complained = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                Ok(Ended {
                    succeeded: output.status.success(),
                    code: output.status.code(),
                    said: if said.is_empty() { complained } else { said },
                })
            }
            Ok(Err(error)) => Err(failed(error)),
            Err(_) => {
                let seconds = HELPER_LIMIT.as_secs();
                Err(self.failed(format!("it did not answer within {seconds} seconds")))
            }
        }
    }

    /// The name of the program.
    pub(super) fn program_name(&self) -> String {
        format!("docker-credential-{}", self.name)
    }

    fn failed_with(&self, ended: &Ended) -> ClientLoginError {
        self.failed(ended.reason())
    }

    fn failed(&self, message: String) -> ClientLoginError {
        ClientLoginError::HelperFailed { helper: self.program_name(), message }
    }
}

impl Ended {
    fn has_nothing(&self) -> bool {
        self.said.to_ascii_lowercase().contains(HAS_NOTHING)
    }

    /// The reason of a failure, without anything that the helper printed.
    fn reason(&self) -> String {
        let said = self.said.to_ascii_lowercase();
        match KNOWN_SENTENCES.iter().find(|(sentence, _)| said.contains(sentence)) {
            Some((_, meaning)) => (*meaning).to_owned(),
            None => match self.code {
                Some(code) => format!("it ended with exit code {code}"),
                None => "it was ended by a signal".to_owned(),
            },
        }
    }
}
