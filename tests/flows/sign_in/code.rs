//! Sign-in with a code on another device.

use std::time::Duration;

use anyhow::{Result, ensure};
use transload_aws::{SignInError, SignInMethod, SsoTarget};
use transload_tests::aws::{IdentityCenter, Person, check_shapes};
use transload_tests::wait::wait_until_true;

use crate::sign_in::{Office, work};

const LIMIT: Duration = Duration::from_secs(30);

/// How often a token was asked for so far.
fn asked(office: &Office) -> usize {
    let exchanges = office.center.oidc_exchanges();
    exchanges.iter().filter(|exchange| exchange.call.path == "/token").count()
}

#[tokio::test]
async fn a_code_is_waited_for_through_pending_and_slow_down() -> Result<()> {
    let office = Office::open().await?;
    office.center.person(Person::Waits);
    office.center.slow_down(2);
    let old = SsoTarget::Profile("old".to_owned());
    let sign_in = office.begin(old, None).await?;
    let prompt = sign_in.prompt().clone();
    ensure!(prompt.way == SignInMethod::Code, "the older form has no other way");
    ensure!(prompt.code.as_ref().is_some_and(|code| prompt.url.ends_with(code)), "{prompt:?}");
    let waiting = tokio::spawn(sign_in.finish());
    wait_until_true(LIMIT, "the token to be asked for", async || asked(&office) >= 4).await?;
    ensure!(!waiting.is_finished());
    office.center.person(Person::Allows);
    waiting.await??;
    check_shapes("sso-oidc", &office.center.oidc_exchanges()).await?;
    // Without scopes there is nothing to renew with, as with the AWS CLI.
    let cache = std::fs::read_dir(office.home.path().join(".aws/sso/cache"))?;
    let tokens: Vec<_> = cache
        .filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok())
        .filter(|text| text.contains("accessToken"))
        .collect();
    ensure!(tokens.len() == 1 && !tokens[0].contains("refreshToken"), "{}", tokens.len());
    Ok(())
}

#[tokio::test]
async fn a_session_with_a_name_can_be_signed_in_to_by_a_code_too() -> Result<()> {
    let office = Office::open().await?;
    let sign_in = office.begin(work(), Some(SignInMethod::Code)).await?;
    let page = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    IdentityCenter::open_page(&page).await?;
    waiting.await??;
    ensure!(office.token()?["accessToken"].is_string());
    Ok(())
}

#[tokio::test]
async fn a_no_a_late_answer_and_a_cancel_end_it() -> Result<()> {
    let office = Office::open().await?;
    office.center.person(Person::Denies);
    let sign_in = office.begin(work(), Some(SignInMethod::Code)).await?;
    let page = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    IdentityCenter::open_page(&page).await?;
    ensure!(matches!(waiting.await?, Err(SignInError::Denied)));

    office.center.person(Person::Waits);
    office.center.device_lasts(Duration::from_secs(1));
    let late = office.begin(work(), Some(SignInMethod::Code)).await?;
    ensure!(matches!(late.finish().await, Err(SignInError::Expired)));

    office.center.device_lasts(Duration::from_secs(600));
    let sign_in = office.begin(work(), Some(SignInMethod::Code)).await?;
    let waiting = tokio::spawn(sign_in.finish());
    let before = asked(&office);
    wait_until_true(LIMIT, "the token to be asked for", async || asked(&office) > before).await?;
    waiting.abort();
    ensure!(waiting.await.is_err_and(|error| error.is_cancelled()));
    ensure!(office.token().is_err(), "a token came out of nothing");
    Ok(())
}
