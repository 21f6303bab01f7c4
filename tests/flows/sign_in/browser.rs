//! Sign-in in a browser.

use anyhow::{Result, ensure};
use transload_aws::{SignInError, SignInMethod, SsoTarget};
use transload_tests::aws::{IdentityCenter, UserDecision, check_shapes};

use crate::sign_in::{Fixture, work};

#[tokio::test]
async fn the_browser_returns_the_code_and_the_token_is_stored_like_the_aws_cli_does() -> Result<()>
{
    let fixture = Fixture::new().await?;
    for target in [work(), SsoTarget::session_named("corp")] {
        let sign_in = fixture.begin(target, None).await?;
        let prompt = sign_in.prompt().clone();
        ensure!(prompt.method == SignInMethod::Browser && prompt.code.is_none(), "{prompt:?}");
        let waiting = tokio::spawn(sign_in.finish());
        let shown = IdentityCenter::open_page(&prompt.url).await?;
        ensure!(shown.contains("You are signed in"), "{shown}");
        waiting.await??;
    }
    let token = fixture.token()?;
    for part in ["accessToken", "refreshToken", "clientId", "clientSecret", "expiresAt"] {
        ensure!(token[part].is_string(), "{part}: {token}");
    }
    ensure!(token["startUrl"] == fixture.center.start_url() && token["region"] == "eu-west-1");
    let exchanges = fixture.center.oidc_exchanges();
    let paths: Vec<_> = exchanges.iter().map(|exchange| exchange.call.path.as_str()).collect();
    // The second sign-in reuses the registration.
    ensure!(paths == ["/client/register", "/token", "/token"], "{paths:?}");
    check_shapes("sso-oidc", &exchanges).await
}

#[tokio::test]
async fn a_redirect_of_another_sign_in_is_ignored() -> Result<()> {
    let fixture = Fixture::new().await?;
    let sign_in = fixture.begin(work(), None).await?;
    let url = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    let (before, after) = url.split_once("state=").expect("the page has a state");
    let rest = after.split_once('&').map(|(_, rest)| rest).unwrap_or_default();
    let forged = format!("{before}state=of-another-sign-in&{rest}");
    let shown = IdentityCenter::open_page(&forged).await?;
    ensure!(shown.contains("No sign-in waits for this page"), "{shown}");
    ensure!(!waiting.is_finished(), "the redirect of another sign-in was accepted");
    IdentityCenter::open_page(&url).await?;
    waiting.await??;
    fixture.token().map(drop)
}

#[tokio::test]
async fn a_denial_and_an_error_in_the_browser_are_reported() -> Result<()> {
    let fixture = Fixture::new().await?;
    fixture.center.set_user_decision(UserDecision::Deny);
    let sign_in = fixture.begin(work(), None).await?;
    let url = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    let shown = IdentityCenter::open_page(&url).await?;
    ensure!(shown.contains("You are not signed in"), "{shown}");
    ensure!(matches!(waiting.await?, Err(SignInError::Denied)));

    fixture.center.fail_redirect("invalid_scope", "no such scope");
    let sign_in = fixture.begin(work(), None).await?;
    let url = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    IdentityCenter::open_page(&url).await?;
    match waiting.await? {
        Err(SignInError::Refused { code, message }) => {
            ensure!((code.as_str(), message.as_str()) == ("invalid_scope", "no such scope"));
        }
        other => panic!("{other:?}"),
    }
    ensure!(fixture.token().is_err(), "a token was stored");
    Ok(())
}

#[tokio::test]
async fn a_cancelled_sign_in_closes_its_port() -> Result<()> {
    let fixture = Fixture::new().await?;
    let sign_in = fixture.begin(work(), None).await?;
    let url = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    waiting.abort();
    ensure!(waiting.await.is_err_and(|error| error.is_cancelled()));
    ensure!(IdentityCenter::open_page(&url).await.is_err(), "the port is still open");
    Ok(())
}
