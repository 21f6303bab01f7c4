//! Accounts, roles and profiles of a sign-in.

use anyhow::{Result, ensure};
use transload_api::{Api, ApiOptions};
use transload_contract::{
    AwsProfileKind, NewAwsProfile, SignInMethod, SignInOutcome, SignInPrompt, SignInTarget,
};
use transload_docker::DockerEnvironment;
use transload_errors::ErrorCode;
use transload_tests::aws::{IdentityCenter, UserDecision, check_shapes};
use transload_tests::headless_app::api_error;

use crate::sign_in::Fixture;

fn corp() -> SignInTarget {
    SignInTarget::Session { session: "corp".to_owned() }
}

/// The API with the home folder of the fixture.
fn api(fixture: &Fixture) -> Api {
    Api::new(ApiOptions {
        aws: fixture.environment(),
        docker: DockerEnvironment::default(),
        ..ApiOptions::from_process(fixture.home.path().join("data"))
    })
}

async fn begin(api: &Api, method: Option<SignInMethod>) -> Result<SignInPrompt> {
    api.sign_in_start(corp(), method).await.map_err(api_error)
}

#[tokio::test]
async fn a_session_has_one_sign_in_and_another_method_replaces_it() -> Result<()> {
    let fixture = Fixture::new().await?;
    fixture.center.set_user_decision(UserDecision::Pending);
    let api = api(&fixture);
    let first = begin(&api, None).await?;
    ensure!(first.method == SignInMethod::Browser && first.session == "corp", "{first:?}");
    let joined = begin(&api, None).await?;
    ensure!(joined == first, "a second one began");
    let page = api.sign_in_page(first.sign_in.clone()).await.map_err(api_error)?;
    ensure!(page == first.url);
    let code = begin(&api, Some(SignInMethod::Code)).await?;
    ensure!(code.sign_in != first.sign_in && code.code.is_some());
    let ended = api.sign_in_wait(first.sign_in.clone()).await.map_err(api_error)?;
    ensure!(ended == SignInOutcome::Cancelled);
    let gone = api.sign_in_wait(first.sign_in).await.map_err(|error| error.code);
    ensure!(gone == Err(ErrorCode::SignInExpired), "{gone:?}");
    api.sign_in_cancel(code.sign_in.clone()).await.map_err(api_error)?;
    let ended = api.sign_in_wait(code.sign_in).await.map_err(api_error)?;
    ensure!(ended == SignInOutcome::Cancelled);
    Ok(())
}

#[tokio::test]
async fn accounts_and_roles_are_listed_added_as_a_profile_and_signed_out() -> Result<()> {
    let fixture = Fixture::new().await?;
    let api = api(&fixture);
    let refused = api.sso_accounts_list(corp()).await.map_err(|error| error.code);
    ensure!(refused == Err(ErrorCode::SignInNeeded), "{refused:?}");

    let prompt = begin(&api, None).await?;
    IdentityCenter::open_page(&prompt.url).await?;
    let ended = api.sign_in_wait(prompt.sign_in).await.map_err(api_error)?;
    ensure!(ended == SignInOutcome::SignedIn);
    let sessions = api.sso_sessions_list().await.map_err(api_error)?;
    let listed: Vec<_> = sessions
        .iter()
        .map(|one| (one.title.as_str(), one.profiles.join(" "), one.ends_at_ms.is_some()))
        .collect();
    let start_url = fixture.center.start_url();
    ensure!(
        listed
            == [("corp", "work".to_owned(), true), (start_url.as_str(), "old".to_owned(), false),],
        "{listed:?}"
    );
    let accounts = api.sso_accounts_list(corp()).await.map_err(api_error)?;
    let account = accounts[0].clone();
    ensure!(account.name.as_deref() == Some("Team Dev"), "{accounts:?}");
    let roles = api.sso_roles_list(corp(), account.account_id.clone()).await.map_err(api_error)?;
    ensure!(roles == ["ImagePusher", "ReadOnly"], "{roles:?}");
    check_shapes("sso", &fixture.center.portal_exchanges()).await?;

    let new_profile = NewAwsProfile {
        name: "dev".to_owned(),
        target: corp(),
        account_id: account.account_id,
        role: roles[1].clone(),
        region: "eu-central-1".to_owned(),
    };
    let config = fixture.home.path().join(".aws/config");
    let before = std::fs::read_to_string(&config)?;
    let preview = api.aws_profile_preview(new_profile.clone()).await.map_err(api_error)?;
    ensure!(std::fs::read_to_string(&config)? == before, "the preview wrote something");
    api.aws_profile_add(new_profile.clone()).await.map_err(api_error)?;
    ensure!(std::fs::read_to_string(&config)? == format!("{before}\n{}", preview.text));
    let profiles = api.aws_profiles_list().await.map_err(api_error)?.profiles;
    let added = profiles.iter().find(|profile| profile.name == "dev");
    ensure!(
        added.is_some_and(|one| one.kind == AwsProfileKind::Sso && one.problem.is_none()),
        "{added:?}"
    );
    let again = api.aws_profile_add(new_profile).await.map_err(|error| error.code);
    ensure!(again == Err(ErrorCode::InputInvalid), "{again:?}");

    api.sso_sign_out(corp()).await.map_err(api_error)?;
    ensure!(fixture.center.session_count() == 0, "AWS still knows the token");
    ensure!(fixture.token().is_err(), "the token is still here");
    api.sso_sign_out(corp()).await.map_err(api_error)
}

#[tokio::test]
async fn a_session_ended_by_an_administrator_requires_a_sign_in() -> Result<()> {
    let fixture = Fixture::new().await?;
    let api = api(&fixture);
    let prompt = begin(&api, None).await?;
    IdentityCenter::open_page(&prompt.url).await?;
    api.sign_in_wait(prompt.sign_in).await.map_err(api_error)?;
    fixture.center.end_sessions();
    let refused = api.sso_accounts_list(corp()).await.map_err(|error| error.code);
    ensure!(refused == Err(ErrorCode::SignInNeeded), "{refused:?}");
    // AWS no longer knows the token. It is removed locally nevertheless.
    api.sso_sign_out(corp()).await.map_err(api_error)?;
    ensure!(fixture.token().is_err());
    Ok(())
}
