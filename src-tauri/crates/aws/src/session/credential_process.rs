//! Provides the credentials that the `credential_process` of a profile prints.
//!
//! The SDK's own provider passes the command to a shell: a command over two lines becomes two commands,
//! an empty session token is sent, and only one time format is accepted. This one does what the AWS CLI
//! does.
//!
//! Source: `botocore.credentials.ProcessProvider` and `botocore.compat.compat_shell_split`.

use std::fmt;
use std::process::{ExitStatus, Stdio};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result as ProviderResult, future};
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use crate::config::shell_words::{split_posix, split_windows};
use crate::config::timestamps;
use transload_model::Secret;

/// Maximum size of the output that is read. Credentials take one or two kilobytes.
const OUTPUT_LIMIT_BYTES: u64 = 1 << 20;
/// Maximum size of the error output that is read.
const ERROR_OUTPUT_LIMIT_BYTES: u64 = 64 << 10;
/// Maximum length of the error output in a message.
const MESSAGE_CHARACTERS: usize = 600;

/// Why a program provided no credentials. Each message continues "its credential_process ".
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("contains an unclosed quote")]
    UnclosedQuote,
    #[error("is empty")]
    NoProgram,
    #[error(
        "could not be started: {program}: {reason}. It is started without a shell, as by the AWS CLI, so ~ and variables are not expanded"
    )]
    NotStarted { program: String, reason: std::io::ErrorKind },
    #[error("ended with {status}{}", with_error_output(error_output))]
    Failed { status: ExitStatus, error_output: String },
    #[error("was interrupted: {0}")]
    Interrupted(std::io::ErrorKind),
    #[error("printed more than {OUTPUT_LIMIT_BYTES} bytes")]
    OutputTooLarge,
    #[error("did not print a JSON object{}", with_error_output(error_output))]
    NotJson { error_output: String },
    #[error("did not print Version 1, the only supported version")]
    UnsupportedVersion,
    #[error("did not print {0}")]
    MissingField(&'static str),
    #[error("printed an Expiration that is not a time with a time zone")]
    InvalidExpiration,
}

fn with_error_output(error_output: &str) -> String {
    if error_output.is_empty() { String::new() } else { format!(": {error_output}") }
}

/// Runs the program of a profile.
#[derive(Clone)]
pub(crate) struct ProcessCredentials {
    /// May contain a password among its arguments.
    command: Secret<String>,
}

impl ProcessCredentials {
    pub(crate) fn new(command: &str) -> Self {
        Self { command: Secret::new(command.to_owned()) }
    }

    async fn provide(&self) -> ProviderResult {
        self.run().await.map_err(CredentialsError::provider_error)
    }

    async fn run(&self) -> Result<Credentials, ProcessError> {
        let words =
            split(self.command.expose(), cfg!(windows)).ok_or(ProcessError::UnclosedQuote)?;
        let (program, arguments) = words.split_first().ok_or(ProcessError::NoProgram)?;
        let not_started = |error: std::io::Error| ProcessError::NotStarted {
            program: program.clone(),
            reason: error.kind(),
        };
        let interrupted = |error: std::io::Error| ProcessError::Interrupted(error.kind());
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Dropping the future ends the program.
            .kill_on_drop(true)
            .spawn()
            .map_err(not_started)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (output, error_output, status) = tokio::join!(
            read(stdout, OUTPUT_LIMIT_BYTES),
            read(stderr, ERROR_OUTPUT_LIMIT_BYTES),
            child.wait()
        );
        let (output, error_output) =
            (output.map_err(interrupted)?, error_output.map_err(interrupted)?);
        let status = status.map_err(interrupted)?;
        let error_output = || redact(&String::from_utf8_lossy(&error_output.text), arguments);
        if !status.success() {
            return Err(ProcessError::Failed { status, error_output: error_output() });
        }
        if output.is_cut {
            return Err(ProcessError::OutputTooLarge);
        }
        let text = output.text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&output.text);
        match serde_json::from_slice(text) {
            Ok(Value::Object(output)) => credentials(&output),
            _ => Err(ProcessError::NotJson { error_output: error_output() }),
        }
    }
}

impl fmt::Debug for ProcessCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProcessCredentials").finish_non_exhaustive()
    }
}

impl ProvideCredentials for ProcessCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.provide())
    }
}

struct Output {
    text: Vec<u8>,
    is_cut: bool,
}

/// Reads to the end, so that the program never blocks, and keeps the beginning.
async fn read(from: Option<impl AsyncRead + Unpin>, limit: u64) -> std::io::Result<Output> {
    let mut text = Vec::new();
    let Some(mut from) = from else { return Ok(Output { text, is_cut: false }) };
    (&mut from).take(limit).read_to_end(&mut text).await?;
    let more = tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    Ok(Output { text, is_cut: more > 0 })
}

fn credentials(output: &Map<String, Value>) -> Result<Credentials, ProcessError> {
    let value = |name: &str| {
        let similar = || output.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        output.get(name).or_else(|| similar().map(|(_, value)| value))
    };
    if value("Version").and_then(Value::as_f64) != Some(1.0) {
        return Err(ProcessError::UnsupportedVersion);
    }
    // botocore signs without a token if this one is empty.
    let text = |name: &str| value(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let required = |name: &'static str| text(name).ok_or(ProcessError::MissingField(name));
    let (id, secret) = (required("AccessKeyId")?, required("SecretAccessKey")?);
    let expires_at = match value("Expiration") {
        None | Some(Value::Null) => None,
        Some(written) => {
            let read = written.as_str().and_then(timestamps::parse);
            Some(read.ok_or(ProcessError::InvalidExpiration)?)
        }
    };
    let token = text("SessionToken").map(str::to_owned);
    Ok(Credentials::new(id, secret, token, expires_at, "transload"))
}

/// Splits a command into program and arguments. Returns `None` if a quote is not closed.
fn split(command: &str, is_windows: bool) -> Option<Vec<String>> {
    if is_windows { Some(split_windows(command)) } else { split_posix(command) }
}

/// Words that announce a secret, in options and in sentences.
const SECRET_WORDS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "credential",
    "otp",
    "apikey",
    "api-key",
];
/// Runs of at least this many letters and digits count as secrets. The id of an access key has 20.
const SECRET_RUN_LENGTH: usize = 20;

/// Returns the error output in one line without possible secrets: long runs of letters and digits, text
/// after words such as `password`, and arguments of the program that follow such a word.
fn redact(error_output: &str, arguments: &[String]) -> String {
    let mut secrets: Vec<&str> = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        match argument.split_once('=') {
            Some((name, value)) if secret_word_at(name).is_some() => secrets.push(value),
            _ if at > 0 && secret_word_at(&arguments[at - 1]).is_some() => secrets.push(argument),
            _ => {}
        }
    }
    let mut text = error_output.to_owned();
    for secret in secrets.into_iter().filter(|secret| secret.len() > 2) {
        text = text.replace(secret, "***");
    }
    let mut words: Vec<String> = Vec::new();
    // Whether the previous word announces a secret, such as `password:`.
    let mut announced = false;
    for word in text.split_whitespace() {
        let secret_word_at = secret_word_at(word);
        let divided = secret_word_at.and_then(|at| Some(at + word[at..].find(['=', ':'])? + 1));
        words.push(match divided.filter(|end| *end < word.len()) {
            Some(end) => format!("{}***", &word[..end]),
            None if announced => "***".to_owned(),
            None => redact_long_runs(word),
        });
        announced = secret_word_at.is_some() && word.ends_with([':', '=']);
    }
    let words = words.join(" ");
    let plain = words.chars().filter(|character| !character.is_control());
    let mut short: String = plain.clone().take(MESSAGE_CHARACTERS).collect();
    if plain.count() > MESSAGE_CHARACTERS {
        short.push('…');
    }
    short
}

/// Returns where a word that announces a secret starts.
fn secret_word_at(text: &str) -> Option<usize> {
    let text = text.to_ascii_lowercase();
    SECRET_WORDS.iter().filter_map(|word| text.find(word)).min()
}

fn redact_long_runs(word: &str) -> String {
    let is_part = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '_' | '=')
    };
    let looks_secret = |run: &str| {
        let has = |is: fn(&char) -> bool| run.chars().any(|character| is(&character));
        run.len() >= SECRET_RUN_LENGTH
            && has(char::is_ascii_digit)
            && has(char::is_ascii_alphabetic)
    };
    let mut written = String::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let length =
            rest.find(|character| is_part(character) != is_part(first)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(length);
        written.push_str(if is_part(first) && looks_secret(run) { "***" } else { run });
        rest = behind;
    }
    written
}

#[cfg(test)]
mod tests;
