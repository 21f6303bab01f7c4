//! Credential helpers: programs that store logins. A login is sent to them on standard input, never
//! in an argument. Their output is never shown, because it can contain the login.
//!
//! Source: docker-credential-helpers, "Development", and its `credentials` package.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::time::timeout;

use crate::api::EngineLogin;
use crate::client_login::error::ClientLoginError;
use crate::environment::DockerEnvironment;
use transload_model::Secret;

/// Maximum run time of a helper. Some prompt the user to unlock a keychain.
const HELPER_TIMEOUT: Duration = Duration::from_secs(60);
/// The maximum output of a helper. A login has some kilobytes at most.
const OUTPUT_LIMIT_BYTES: u64 = 1 << 20;
/// The output of helpers without a login for the server.
const NOT_FOUND_MESSAGE: &str = "credentials not found";
/// The message of Windows about a login that is too long for the Credential Manager (error 1783).
/// Its limit is 2,560 bytes. Source: `CRED_MAX_CREDENTIAL_BLOB_SIZE` of wincred.h.
const WINDOWS_TOO_LONG_MESSAGE: &str = "stub received bad data";

/// Known parts of the output of helpers, and the reasons that Transload shows instead. All other
/// output is not shown. Sources: the helpers of docker-credential-helpers, and the errors of system
/// keychains that they report.
const KNOWN_MESSAGES: &[(&str, &str)] = &[
    ("user canceled", "the request to use the keychain was canceled"),
    ("canceled by the user", "the request to use the keychain was canceled"),
    ("interaction is not allowed", "the keychain is locked"),
    ("keychain cannot be accessed", "the keychain is locked"),
    ("pass not initialized", "the password store `pass` is not set up"),
    ("decryption failed", "gpg can't decrypt the login"),
    ("no secret key", "gpg has no key to decrypt the login"),
    ("org.freedesktop.secrets", "no program provides the Secret Service"),
    ("cannot autolaunch d-bus", "it requires a desktop session"),
    ("specified logon session does not exist", "Windows has no Credential Manager in this session"),
    ("not implemented", "it can't store logins"),
    ("no such file or directory", "a required program or file does not exist"),
    ("executable file not found", "a required program is not installed"),
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

/// The input of `store`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StoreRequest<'a> {
    #[serde(rename = "ServerURL")]
    server_url: &'a str,
    username: &'a str,
    secret: &'a str,
}

/// The output of `get`. A helper can omit empty members, and Docker reads their names
/// case-insensitively.
#[derive(Default, Deserialize)]
#[serde(default)]
struct GetResponse {
    #[serde(rename = "Username", alias = "username")]
    username: String,
    #[serde(rename = "Secret", alias = "secret")]
    secret: String,
}

/// A completed run of a helper.
struct HelperRun {
    succeeded: bool,
    /// The exit code; `None` if a signal terminated the helper.
    code: Option<i32>,
    /// Its standard output, to which helpers also print errors, or its standard error if that is
    /// empty.
    output: String,
}

impl Helper {
    /// Finds a helper in `PATH` or in the folders of the products.
    ///
    /// # Errors
    /// [`ClientLoginError::HelperMissing`].
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

    pub(super) async fn store(
        &self,
        server: &str,
        login: &EngineLogin,
    ) -> Result<(), ClientLoginError> {
        let secret = login.password.expose();
        let request = StoreRequest { server_url: server, username: &login.user, secret };
        let input =
            serde_json::to_string(&request).map_err(|error| self.error(error.to_string()))?;
        let run = self.run("store", &input).await?;
        if run.succeeded {
            return Ok(());
        }
        if run.output.to_ascii_lowercase().contains(WINDOWS_TOO_LONG_MESSAGE) {
            return Err(ClientLoginError::TooLong {
                helper: self.program_name(),
                length_bytes: secret.len(),
            });
        }
        Err(self.run_error(&run))
    }

    /// Returns the stored login for a server, or `None` if there is no such login.
    pub(super) async fn get(&self, server: &str) -> Result<Option<EngineLogin>, ClientLoginError> {
        let run = self.run("get", server).await?;
        if !run.succeeded {
            return if run.found_nothing() { Ok(None) } else { Err(self.run_error(&run)) };
        }
        let response: GetResponse = serde_json::from_str(&run.output)
            .map_err(|_| self.error("its output is not a login".to_owned()))?;
        if response.username.is_empty() && response.secret.is_empty() {
            return Ok(None);
        }
        Ok(Some(EngineLogin { user: response.username, password: Secret::new(response.secret) }))
    }

    /// Deletes a login.
    pub(super) async fn erase(&self, server: &str) -> Result<(), ClientLoginError> {
        let run = self.run("erase", server).await?;
        if run.succeeded || run.found_nothing() { Ok(()) } else { Err(self.run_error(&run)) }
    }

    async fn run(&self, action: &str, input: &str) -> Result<HelperRun, ClientLoginError> {
        let io_error = |error: std::io::Error| self.error(format!("it can't be run: {error}"));
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
        let mut child = command.spawn().map_err(io_error)?;
        let mut stdin = child.stdin.take();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let communicate = async {
            if let Some(stdin) = stdin.as_mut() {
                // A helper that exits without reading reports the reason in its output.
                let _ = stdin.write_all(input.as_bytes()).await;
                let _ = stdin.shutdown().await;
            }
            drop(stdin);
            tokio::join!(child.wait(), read_output(stdout), read_output(stderr))
        };
        match timeout(HELPER_TIMEOUT, communicate).await {
            Ok((Ok(status), stdout, stderr)) => {
                let stdout = String::from_utf8_lossy(&stdout).trim().to_owned();
                let stderr = String::from_utf8_lossy(&stderr).trim().to_owned();
                Ok(HelperRun {
                    succeeded: status.success(),
                    code: status.code(),
                    output: if stdout.is_empty() { stderr } else { stdout },
                })
            }
            Ok((Err(error), ..)) => Err(io_error(error)),
            Err(_) => {
                let seconds = HELPER_TIMEOUT.as_secs();
                Err(self.error(format!("it didn't respond within {seconds} seconds")))
            }
        }
    }

    pub(super) fn program_name(&self) -> String {
        format!("docker-credential-{}", self.name)
    }

    fn run_error(&self, run: &HelperRun) -> ClientLoginError {
        self.error(run.reason())
    }

    fn error(&self, message: String) -> ClientLoginError {
        ClientLoginError::HelperFailed { helper: self.program_name(), message }
    }
}

/// Reads what a helper prints. The pipe of one that prints more than the limit is closed, which ends the helper.
async fn read_output(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut output = Vec::new();
    if let Some(pipe) = pipe {
        // What was read until an error is all that there is.
        let _ = pipe.take(OUTPUT_LIMIT_BYTES).read_to_end(&mut output).await;
    }
    output
}

impl HelperRun {
    /// Returns whether the helper has no login for the server.
    fn found_nothing(&self) -> bool {
        self.output.to_ascii_lowercase().contains(NOT_FOUND_MESSAGE)
    }

    /// Returns the reason of a failure, without any output of the helper.
    fn reason(&self) -> String {
        let output = self.output.to_ascii_lowercase();
        match KNOWN_MESSAGES.iter().find(|(part, _)| output.contains(part)) {
            Some((_, reason)) => (*reason).to_owned(),
            None => match self.code {
                Some(code) => format!("it exited with code {code}"),
                None => "it was terminated by a signal".to_owned(),
            },
        }
    }
}
