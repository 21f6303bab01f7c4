//! MFA codes: asked for on the terminal, never taken from an argument.

use std::io::Write;

use transload_api::contract::{ApiError, AwsConnection, ErrorCode};
use transload_api::{Api, without_endpoints};

use crate::show;

/// What the environment and the machine give.
pub const MACHINE: AwsConnection =
    AwsConnection::Machine { region: None, ecr_endpoint: None, registry_endpoint: None };

/// How often a code is asked for; AWS counts wrong ones.
const TRIES: u32 = 3;

/// Does `work`. Where it waits for the code of an MFA device, asks for the code, gives it to
/// `submit`, and does `work` again.
pub async fn with_code<T>(
    work: impl AsyncFn() -> Result<T, ApiError>,
    submit: impl AsyncFn(String) -> Result<(), ApiError>,
) -> Result<T, ApiError> {
    loop {
        match work().await {
            Err(needed) if needed.code == ErrorCode::MfaNeeded => ask(needed, &submit).await?,
            other => return other,
        }
    }
}

/// The same for what an `Api` does with a connection.
pub async fn with_code_of<T>(
    api: &Api,
    connection: &AwsConnection,
    work: impl AsyncFn() -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let submit = async |code| match api.aws_mfa_submit(connection.clone(), code).await {
        Ok(_) => Ok(()),
        // The code was taken; another role waits for one of its own.
        Err(error) if error.code == ErrorCode::MfaNeeded => Ok(()),
        Err(error) => Err(error),
    };
    with_code(work, submit).await
}

/// The connection that a plan was made with. The plan itself is read, and refused, elsewhere. A code
/// goes to the endpoints that the file names only where they are allowed.
pub async fn connection_of(
    api: &Api,
    plan: &std::path::Path,
    allow_endpoints: bool,
) -> AwsConnection {
    match api.plan_file_destination(plan).await {
        Ok((_, connection)) if allow_endpoints => connection,
        Ok((_, connection)) => without_endpoints(&connection),
        Err(_) => MACHINE,
    }
}

async fn ask(
    needed: ApiError,
    submit: impl AsyncFn(String) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    show::note(&needed.message);
    let mut last = needed;
    for _ in 0..TRIES {
        let Some(code) = read_code().await else { return Err(last) };
        match submit(code).await {
            Err(refused) if refused.code == ErrorCode::MfaCodeRefused => {
                show::note(&refused.message);
                last = refused;
            }
            other => return other,
        }
    }
    Err(last)
}

/// A line that is typed; nothing where there is none.
async fn read_code() -> Option<String> {
    let read = || {
        let mut prompt = std::io::stderr();
        // A prompt that nobody sees is no reason to stop.
        let _ = prompt.write_all(b"Code: ").and_then(|()| prompt.flush());
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line).unwrap_or(0);
        (read > 0).then(|| line.trim().to_owned()).filter(|code| !code.is_empty())
    };
    tokio::task::spawn_blocking(read).await.ok().flatten()
}
