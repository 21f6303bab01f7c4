//! Sign-in in a browser.

use anyhow::{Result, ensure};
use transload_aws::{SignInError, SignInMethod, SsoTarget};
use transload_tests::aws::{IdentityCenter, Person, check_shapes};

use crate::sign_in::{Office, work};

#[tokio::test]
async fn the_browser_brings_the_code_and_the_token_is_where_the_aws_cli_has_it() -> Result<()> {
    let office = Office::open().await?;
    for target in [work(), SsoTarget::Session("corp".to_owned())] {
        let sign_in = office.begin(target, None).await?;
        let prompt = sign_in.prompt().clone();
        ensure!(prompt.way == SignInMethod::Browser && prompt.code.is_none(), "{prompt:?}");
        let waiting = tokio::spawn(sign_in.finish());
        let shown = IdentityCenter::open_page(&prompt.url).await?;
        ensure!(shown.contains("You are signed in"), "{shown}");
        waiting.await??;
    }
    let token = office.token()?;
    for part in ["accessToken", "refreshToken", "clientId", "clientSecret", "expiresAt"] {
        ensure!(token[part].is_string(), "{part}: {token}");
    }
    ensure!(token["startUrl"] == office.center.start_url() && token["region"] == "eu-west-1");
    let exchanges = office.center.oidc_exchanges();
    let paths: Vec<_> = exchanges.iter().map(|exchange| exchange.call.path.as_str()).collect();
    // The second sign-in needs no registration of its own.
    ensure!(paths == ["/client/register", "/token", "/token"], "{paths:?}");
    check_shapes("sso-oidc", &exchanges).await
}

#[tokio::test]
async fn a_page_of_another_sign_in_brings_nothing() -> Result<()> {
    let office = Office::open().await?;
    let sign_in = office.begin(work(), None).await?;
    let url = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    let (before, after) = url.split_once("state=").expect("the page has a state");
    let rest = after.split_once('&').map(|(_, rest)| rest).unwrap_or_default();
    let forged = format!("{before}state=of-somebody-else&{rest}");
    let shown = IdentityCenter::open_page(&forged).await?;
    ensure!(shown.contains("No sign-in waits for this page"), "{shown}");
    ensure!(!waiting.is_finished(), "somebody else's answer was taken");
    IdentityCenter::open_page(&url).await?;
    waiting.await??;
    office.token().map(drop)
}

#[tokio::test]
async fn a_no_and_an_error_in_the_browser_are_said() -> Result<()> {
    let office = Office::open().await?;
    office.center.person(Person::Denies);
    let sign_in = office.begin(work(), None).await?;
    let url = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    let shown = IdentityCenter::open_page(&url).await?;
    ensure!(shown.contains("You are not signed in"), "{shown}");
    ensure!(matches!(waiting.await?, Err(SignInError::Denied)));

    office.center.fail_redirect("invalid_scope", "no such scope");
    let sign_in = office.begin(work(), None).await?;
    let url = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    IdentityCenter::open_page(&url).await?;
    match waiting.await? {
        Err(SignInError::Refused { code, message }) => {
            ensure!((code.as_str(), message.as_str()) == ("invalid_scope", "no such scope"));
        }
        other => panic!("{other:?}"),
    }
    ensure!(office.token().is_err(), "a token came out of nothing");
    Ok(())
}

#[tokio::test]
async fn a_sign_in_that_is_given_up_leaves_no_port_open() -> Result<()> {
    let office = Office::open().await?;
    let sign_in = office.begin(work(), None).await?;
    let url = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    waiting.abort();
    ensure!(waiting.await.is_err_and(|error| error.is_cancelled()));
    ensure!(IdentityCenter::open_page(&url).await.is_err(), "the page still came back");
    Ok(())
}
