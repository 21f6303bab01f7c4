//! Accounts, roles and profiles of a sign-in.

use anyhow::{Result, ensure};
use transload_api::{Api, ApiOptions};
use transload_contract::{
    AwsProfileKind, NewAwsProfile, SignInOutcome, SignInPrompt, SignInTarget, SignInWay,
};
use transload_docker::DockerEnvironment;
use transload_errors::ErrorCode;
use transload_tests::aws::{IdentityCenter, Person, check_shapes};
use transload_tests::computer::api_error;

use crate::sign_in::Office;

fn corp() -> SignInTarget {
    SignInTarget::Session { session: "corp".to_owned() }
}

/// The api on the office's computer.
fn api(office: &Office) -> Api {
    Api::new(ApiOptions {
        aws: office.environment(),
        docker: DockerEnvironment::default(),
        ..ApiOptions::from_process(office.home.path().join("data"))
    })
}

async fn begin(api: &Api, way: Option<SignInWay>) -> Result<SignInPrompt> {
    api.sign_in_start(corp(), way).await.map_err(api_error)
}

#[tokio::test]
async fn one_session_has_one_sign_in_and_another_way_ends_it() -> Result<()> {
    let office = Office::open().await?;
    office.center.person(Person::Waits);
    let api = api(&office);
    let first = begin(&api, None).await?;
    ensure!(first.way == SignInWay::Browser && first.session == "corp", "{first:?}");
    let joined = begin(&api, None).await?;
    ensure!(joined == first, "a second one began");
    let page = api.sign_in_page(first.sign_in.clone()).await.map_err(api_error)?;
    ensure!(page == first.url);
    let code = begin(&api, Some(SignInWay::Code)).await?;
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
async fn accounts_roles_a_profile_of_them_and_signing_out() -> Result<()> {
    let office = Office::open().await?;
    let api = api(&office);
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
    let start_url = office.center.start_url();
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
    check_shapes("sso", &office.center.portal_exchanges()).await?;

    let wanted = NewAwsProfile {
        name: "dev".to_owned(),
        target: corp(),
        account_id: account.account_id,
        role: roles[1].clone(),
        region: "eu-central-1".to_owned(),
    };
    let config = office.home.path().join(".aws/config");
    let before = std::fs::read_to_string(&config)?;
    let preview = api.aws_profile_preview(wanted.clone()).await.map_err(api_error)?;
    ensure!(std::fs::read_to_string(&config)? == before, "the preview wrote something");
    api.aws_profile_add(wanted.clone()).await.map_err(api_error)?;
    ensure!(std::fs::read_to_string(&config)? == format!("{before}\n{}", preview.text));
    let profiles = api.aws_profiles_list().await.map_err(api_error)?.profiles;
    let added = profiles.iter().find(|profile| profile.name == "dev");
    ensure!(
        added.is_some_and(|one| one.kind == AwsProfileKind::Sso && one.problem.is_none()),
        "{added:?}"
    );
    let again = api.aws_profile_add(wanted).await.map_err(|error| error.code);
    ensure!(again == Err(ErrorCode::InputInvalid), "{again:?}");

    api.sso_sign_out(corp()).await.map_err(api_error)?;
    ensure!(office.center.sessions() == 0, "AWS still knows the token");
    ensure!(office.token().is_err(), "the token is still here");
    api.sso_sign_out(corp()).await.map_err(api_error)
}

#[tokio::test]
async fn a_session_that_an_administrator_ended_asks_for_a_sign_in() -> Result<()> {
    let office = Office::open().await?;
    let api = api(&office);
    let prompt = begin(&api, None).await?;
    IdentityCenter::open_page(&prompt.url).await?;
    api.sign_in_wait(prompt.sign_in).await.map_err(api_error)?;
    office.center.end_sessions();
    let refused = api.sso_accounts_list(corp()).await.map_err(|error| error.code);
    ensure!(refused == Err(ErrorCode::SignInNeeded), "{refused:?}");
    // AWS knows the token no more; it goes from here all the same.
    api.sso_sign_out(corp()).await.map_err(api_error)?;
    ensure!(office.token().is_err());
    Ok(())
}
