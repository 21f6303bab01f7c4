//! Story 7 for the flows: nothing that is written or printed contains a secret that was used. The secrets are
//! read from the wire, so they are the ones of the migration.

use std::ffi::OsStr;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use transload_contract::{ImageResult, ImageSource, MigrationOutcome};
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{
    FinishedMigration, HeadlessApp, api_error, registry_source, request,
};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::Program;
use transload_tests::secrets::{SecretSearch, known_secrets};
use transload_tests::servers::{TestEngine, TestRegistry};
use transload_tests::tools::command_line;

const USER: &str = "reader";
const PASSWORD: &str = "open-sesame-registry";

/// Adds all logins that went through a proxy: passwords of Basic logins, and Bearer tokens.
fn with_logins(mut search: SecretSearch, what: &str, proxy: &FaultProxy) -> Result<SecretSearch> {
    let mut found = 0;
    for header in proxy.requests().into_iter().filter_map(|request| request.authorization) {
        let Some((scheme, value)) = header.split_once(' ') else { continue };
        let secret = if scheme.eq_ignore_ascii_case("basic") {
            let login = String::from_utf8(STANDARD.decode(value)?)?;
            login.split_once(':').context("a login without a password")?.1.to_owned()
        } else if scheme.eq_ignore_ascii_case("bearer") {
            value.to_owned()
        } else {
            // A signature of AWS. The secret key behind it is searched for separately.
            continue;
        };
        search = search.secret(what, &secret)?;
        found += 1;
    }
    ensure!(found > 0, "no login went to {what}");
    Ok(search)
}

/// Checks that the search finds a known text in each of the places, because a search that reads nothing finds
/// nothing either.
fn check_search_works(app: &HeadlessApp, job: &str) -> Result<()> {
    ensure!(app.log().contains(job), "the job is not in the log");
    let search = SecretSearch::new().secret("the job", job)?;
    ensure!(search.check_text("the log", app.log()).is_err());
    ensure!(search.check_folder(&app.exports_folder()).is_err(), "the job is in no report");
    ensure!(app.check_no_secrets(&search).is_err());
    Ok(())
}

#[tokio::test]
async fn a_copy_between_registries_that_partly_fails_prints_no_secret() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start_with_login(USER, PASSWORD).await?;
    for (name, seed) in [("good", 81), ("bad", 82)] {
        let target = TestRepository::new(&registry.url(), name)?.login(registry.login());
        target.push(&Recipe::small(seed).build()?, "1").await?;
    }
    let fault = Fault::registry_error(403, "DENIED", "the vault is closed");
    let rules = [Rule::new("GET", "/v2/bad/blobs/", fault)?];
    let source_proxy = FaultProxy::start(&registry.url(), rules).await?;
    let ecr_proxy = FaultProxy::start(&ecr.api_url(), []).await?;

    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&source_proxy.host());
    app.sign_in(&source, registry.login()).await?;
    let images = [("good", "1", "good"), ("bad", "1", "bad")];
    let migration_request = request(&ecr.connection_through(&ecr_proxy), &source, &images);
    let FinishedMigration { job, report, .. } = app.migrate(migration_request).await?;
    assert_eq!(report.outcome, MigrationOutcome::PartlyFailed, "{report:#?}");
    check_search_works(&app, &job)?;

    let search = SecretSearch::new()
        .secret("the registry's password", PASSWORD)?
        .secret("the secret key", ecr.key().1)?;
    let search = with_logins(search, "a login of the source", &source_proxy)?;
    let search = with_logins(search, "a login of ECR", &ecr_proxy)?;
    app.check_no_secrets(&search)
}

#[tokio::test]
async fn a_push_through_the_engine_that_fails_prints_no_secret() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let docker = TestEngine::docker().await?;
    docker.cli()?.load(&Recipe::small(83).build()?, "app:1").await?;
    let fault = Fault::registry_error(403, "DENIED", "the vault is closed");
    let rules = [Rule::new("PUT", "/manifests/", fault)?];
    let proxy = FaultProxy::start(&ecr.api_url(), rules).await?;
    let app = HeadlessApp::new(ecr.home()?, Some(&docker.address()))?;
    let connection = ecr.connection_through(&proxy);
    let login = app.api.registry_login(connection.clone(), true).await.map_err(api_error)?;
    app.record_response(&serde_json::to_string(&login)?);
    let migration_request =
        request(&connection, &ImageSource::DockerEngine, &[("app", "1", "app")]);
    let FinishedMigration { job, report, .. } = app.migrate(migration_request).await?;
    let ImageResult::Failed { error } = &report.images[0].result else { panic!("{report:#?}") };
    assert!(error.message.contains("the vault is closed"), "{error:?}");
    check_search_works(&app, &job)?;

    let search = SecretSearch::new().secret("the secret key", ecr.key().1)?;
    let search = with_logins(search, "a login of ECR", &proxy)?;
    app.check_no_secrets(&search)
}

#[test]
fn every_story_has_a_proxy_login_in_its_environment() -> Result<()> {
    let proxy = std::env::var("HTTPS_PROXY").context("nextest's set-up sets it")?;
    let search = known_secrets::search()?;
    ensure!(search.check_text("the variable", &proxy).is_err(), "its password is not known");
    Ok(())
}

/// A response for the window that contains a secret: dropping the app fails the story.
#[tokio::test]
#[should_panic(expected = "the secret \"planted\" is in a response of the API")]
async fn a_secret_in_an_api_response_fails_any_story() {
    let app = HeadlessApp::new(AwsHome::new().expect("a home"), None).expect("an app");
    known_secrets::remember("planted", "planted-in-an-event");
    app.record_response("{\"hint\": \"planted-in-an-event\"}");
}

#[tokio::test]
#[should_panic(expected = "the secret \"planted\" is in ")]
async fn a_secret_in_the_data_folder_fails_any_story() {
    let data = tempfile::tempdir().expect("a folder");
    known_secrets::remember("planted", "planted-in-a-file");
    std::fs::create_dir(data.path().join("logs")).expect("a folder");
    std::fs::write(data.path().join("logs/old.log"), "planted-in-a-file").expect("a file");
    let run = Program::new(command_line().expect("the command line")).arguments(["history"]);
    let _ = run.variable("TRANSLOAD_DATA_DIR", data.path()).finish().await;
}

#[tokio::test]
#[should_panic(expected = "the secret \"planted\" is in ")]
async fn a_secret_printed_by_the_command_line_fails_any_story() {
    known_secrets::remember("planted", "planted-as-a-host.example");
    let address = OsStr::new("planted-as-a-host.example:1");
    let run = Program::new(command_line().expect("the command line"));
    // The address of an unreachable proxy is printed; a login in it would not be.
    let run = run.variable("HTTPS_PROXY", address).variable("NO_PROXY", "");
    let _ = run.arguments(["digest", "registry.example/a:1"]).finish().await;
}
