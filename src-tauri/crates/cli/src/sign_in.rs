//! `sign-in`: a session of IAM Identity Center, without a browser on this computer.

use transload_api::Api;
use transload_api::contract::{ApiError, SignInOutcome, SignInTarget, SignInWay};

use crate::{ARRIVED, INTERRUPTED, show};

/// Shows page and code, and waits. An interrupt gives it up.
pub async fn sign_in(api: &Api, profile: String) -> Result<u8, ApiError> {
    let target = SignInTarget::Profile { profile };
    let prompt = api.sign_in_start(target, Some(SignInWay::Code)).await?;
    let page = prompt.code_url.as_deref().unwrap_or(&prompt.url);
    show::note(&format!("Open {page} in a browser, on this computer or another one."));
    if let Some(code) = &prompt.code {
        show::note(&format!("Sign in, and check that the page shows this code: {code}"));
        show::note(&format!("This address has the code filled in: {}", prompt.url));
    }
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    // Looked at once before anything says so: an interrupt counts from this line on.
    tokio::select! {
        biased;
        _ = &mut interrupt => return Ok(INTERRUPTED),
        () = std::future::ready(()) => {}
    }
    show::note("Waiting for you. Ctrl-C gives up.");
    let outcome = tokio::select! {
        outcome = api.sign_in_wait(prompt.sign_in.clone()) => outcome?,
        _ = &mut interrupt => {
            api.sign_in_cancel(prompt.sign_in).await?;
            SignInOutcome::Cancelled
        }
    };
    match outcome {
        SignInOutcome::SignedIn => {
            show::note(&format!("You are signed in to {}.", prompt.session));
            Ok(ARRIVED)
        }
        SignInOutcome::Cancelled => Ok(INTERRUPTED),
    }
}
