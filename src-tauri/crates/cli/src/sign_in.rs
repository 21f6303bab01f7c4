//! `sign-in` and `identity`: an IAM Identity Center session without a browser on this computer, and
//! the identity that AWS sees.

use transload_api::Api;
use transload_contract::{SignInMethod, SignInOutcome, SignInTarget};
use transload_errors::ApiError;

use crate::arguments::account::AccountArguments;
use crate::exit_code::{INTERRUPTED, SUCCEEDED};
use crate::{aws_connection, mfa, output};

/// Prints the identity of the caller.
pub async fn identity(api: &Api, account: &AccountArguments, json: bool) -> Result<u8, ApiError> {
    let connection = aws_connection::from_account(account);
    let ask = async || api.aws_identity(connection.clone()).await;
    let identity = mfa::with_code_of(api, &connection, ask).await?;
    match json {
        true => output::json(&identity),
        false => output::identity::print(&identity),
    }
    Ok(SUCCEEDED)
}

/// Prints the sign-in page and the code, and waits for the sign-in. Ctrl-C cancels it.
pub async fn sign_in(api: &Api, profile: String) -> Result<u8, ApiError> {
    let target = SignInTarget::Profile { profile };
    let prompt = api.sign_in_start(target, Some(SignInMethod::Code)).await?;
    let page = prompt.code_url.as_deref().unwrap_or(&prompt.url);
    output::note(&format!("Open {page} in a browser on this or any other computer."));
    if let Some(code) = &prompt.code {
        output::note(&format!("Sign in, and check that the page shows this code: {code}"));
        output::note(&format!("This address already contains the code: {}", prompt.url));
    }
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    // Polled once, which installs the handler, before the line below tells anyone to press Ctrl-C.
    tokio::select! {
        biased;
        _ = &mut interrupt => return Ok(INTERRUPTED),
        () = std::future::ready(()) => {}
    }
    output::note("Waiting for the sign-in. Press Ctrl-C to cancel.");
    let outcome = tokio::select! {
        outcome = api.sign_in_wait(prompt.sign_in.clone()) => outcome?,
        _ = &mut interrupt => {
            api.sign_in_cancel(prompt.sign_in).await?;
            SignInOutcome::Cancelled
        }
    };
    match outcome {
        SignInOutcome::SignedIn => {
            output::note(&format!("Signed in to {}.", prompt.session));
            Ok(SUCCEEDED)
        }
        SignInOutcome::Cancelled => Ok(INTERRUPTED),
    }
}
