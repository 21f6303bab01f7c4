//! Sign-in with a code on another device.

use std::time::Duration;

use anyhow::{Result, ensure};
use transload_aws::{SignInError, SignInMethod, SsoTarget};
use transload_tests::aws::{IdentityCenter, UserDecision, check_shapes};
use transload_tests::wait::wait_until_true;

use crate::sign_in::{Fixture, work};

const LIMIT: Duration = Duration::from_secs(30);

/// How many times a token was requested.
fn token_requests(fixture: &Fixture) -> usize {
    let exchanges = fixture.center.oidc_exchanges();
    exchanges.iter().filter(|exchange| exchange.call.path == "/token").count()
}

#[tokio::test]
async fn pending_and_slow_down_responses_are_polled_until_the_sign_in() -> Result<()> {
    let fixture = Fixture::new().await?;
    fixture.center.set_user_decision(UserDecision::Pending);
    fixture.center.slow_down(2);
    let old = SsoTarget::profile_named("old");
    let sign_in = fixture.begin(old, None).await?;
    let prompt = sign_in.prompt().clone();
    ensure!(prompt.method == SignInMethod::Code, "the legacy format supports no other method");
    ensure!(prompt.code.as_ref().is_some_and(|code| prompt.url.ends_with(code)), "{prompt:?}");
    let waiting = tokio::spawn(sign_in.finish());
    wait_until_true(LIMIT, "the token to be requested", async || token_requests(&fixture) >= 4)
        .await?;
    ensure!(!waiting.is_finished());
    fixture.center.set_user_decision(UserDecision::Allow);
    waiting.await??;
    check_shapes("sso-oidc", &fixture.center.oidc_exchanges()).await?;
    // Without scopes there is no refresh token, like with the AWS CLI.
    let cache = std::fs::read_dir(fixture.home.path().join(".aws/sso/cache"))?;
    let tokens: Vec<_> = cache
        .filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok())
        .filter(|text| text.contains("accessToken"))
        .collect();
    ensure!(tokens.len() == 1 && !tokens[0].contains("refreshToken"), "{}", tokens.len());
    Ok(())
}

#[tokio::test]
async fn a_named_session_supports_codes_too() -> Result<()> {
    let fixture = Fixture::new().await?;
    let sign_in = fixture.begin(work(), Some(SignInMethod::Code)).await?;
    let page = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    IdentityCenter::open_page(&page).await?;
    waiting.await??;
    ensure!(fixture.token()?["accessToken"].is_string());
    Ok(())
}

#[tokio::test]
async fn a_denial_an_expiry_and_a_cancel_end_the_sign_in() -> Result<()> {
    let fixture = Fixture::new().await?;
    fixture.center.set_user_decision(UserDecision::Deny);
    let sign_in = fixture.begin(work(), Some(SignInMethod::Code)).await?;
    let page = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    IdentityCenter::open_page(&page).await?;
    ensure!(matches!(waiting.await?, Err(SignInError::Denied)));

    fixture.center.set_user_decision(UserDecision::Pending);
    fixture.center.set_device_lifetime(Duration::from_secs(1));
    let late = fixture.begin(work(), Some(SignInMethod::Code)).await?;
    ensure!(matches!(late.finish().await, Err(SignInError::Expired)));

    fixture.center.set_device_lifetime(Duration::from_secs(600));
    let sign_in = fixture.begin(work(), Some(SignInMethod::Code)).await?;
    let waiting = tokio::spawn(sign_in.finish());
    let before = token_requests(&fixture);
    wait_until_true(LIMIT, "the token to be requested", async || token_requests(&fixture) > before)
        .await?;
    waiting.abort();
    ensure!(waiting.await.is_err_and(|error| error.is_cancelled()));
    ensure!(fixture.token().is_err(), "a token was stored");
    Ok(())
}
