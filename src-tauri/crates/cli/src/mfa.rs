//! MFA codes: read from the terminal, never taken from an argument. Every command that uses AWS runs
//! through [`with_code`] or [`with_code_of`].

use std::io::Write;

use transload_api::Api;
use transload_contract::AwsConnection;
use transload_errors::{ApiError, ErrorCode};

use crate::output;

/// Wrong codes count toward AWS's own limit, so the prompt gives up early.
const MAX_ATTEMPTS: u32 = 3;

/// Runs `work`. If it requires an MFA code, asks for one, passes it to `submit`, and runs `work` again.
pub async fn with_code<T>(
    work: impl AsyncFn() -> Result<T, ApiError>,
    submit: impl AsyncFn(String) -> Result<(), ApiError>,
) -> Result<T, ApiError> {
    loop {
        match work().await {
            Err(required) if required.code == ErrorCode::MfaNeeded => {
                prompt(required, &submit).await?;
            }
            other => return other,
        }
    }
}

/// Like [`with_code`], for a connection of an [`Api`].
pub async fn with_code_of<T>(
    api: &Api,
    connection: &AwsConnection,
    work: impl AsyncFn() -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let submit = async |code| match api.aws_mfa_submit(connection.clone(), code).await {
        Ok(_) => Ok(()),
        // AWS accepted the code. Another role of the chain requires its own; `work` asks for it.
        Err(error) if error.code == ErrorCode::MfaNeeded => Ok(()),
        Err(error) => Err(error),
    };
    with_code(work, submit).await
}

async fn prompt(
    required: ApiError,
    submit: impl AsyncFn(String) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    output::note(&required.message);
    let mut last = required;
    for _ in 0..MAX_ATTEMPTS {
        let Some(code) = read_code().await else { return Err(last) };
        match submit(code).await {
            Err(refused) if refused.code == ErrorCode::MfaCodeRefused => {
                output::note(&refused.message);
                last = refused;
            }
            other => return other,
        }
    }
    Err(last)
}

/// Reads a line from the terminal. Returns `None` if the line is empty or the input ended.
async fn read_code() -> Option<String> {
    let read = || {
        let mut stderr = std::io::stderr();
        // The prompt is a courtesy: a closed standard error does not stop the command.
        let _ = stderr.write_all(b"MFA code: ").and_then(|()| stderr.flush());
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line).unwrap_or(0);
        (read > 0).then(|| line.trim().to_owned()).filter(|code| !code.is_empty())
    };
    tokio::task::spawn_blocking(read).await.ok().flatten()
}
