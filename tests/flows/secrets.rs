//! Story 7 for the flows: whatever is written or told holds none of the secrets that were used. The
//! secrets are read off the wire, so they are the very ones that a migration used.

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use transload_api::contract::{ImageResult, ImageSource, MigrationOutcome, ReportFormat};
use transload_tests::computer::{Computer, Migrated, registry_source, request, told};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::{EngineLab, RegistryLab};
use transload_tests::secrets::SecretSearch;

const USER: &str = "reader";
const PASSWORD: &str = "open-sesame-registry";

/// Adds every login that went through a proxy: Basic ones by their password, Bearer ones whole.
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
            // A signature of AWS: what it hides, the secret key, is searched for on its own.
            continue;
        };
        search = search.secret(what, &secret)?;
        found += 1;
    }
    ensure!(found > 0, "no login went to {what}");
    Ok(search)
}

/// Exports the report in every form into the data folder, where the search comes by.
async fn export(computer: &Computer, job: &str) -> Result<()> {
    std::fs::create_dir_all(computer.data_folder())?;
    for (format, name) in [
        (ReportFormat::Markdown, "report.md"),
        (ReportFormat::Csv, "report.csv"),
        (ReportFormat::Json, "report.json"),
    ] {
        let path = computer.data_folder().join(name);
        computer.api.migration_report_export(job.to_owned(), format, path).await.map_err(told)?;
    }
    let snapshot = computer.api.job_snapshot(job.to_owned()).await.map_err(told)?;
    computer.note(&serde_json::to_string(&snapshot)?);
    Ok(())
}

/// The search finds what it looks for in each of the places: a search that looks nowhere would find
/// nothing either.
fn finds_what_is_there(computer: &Computer, job: &str) -> Result<()> {
    ensure!(computer.log().contains(job), "the job is not in the log");
    let search = SecretSearch::new().secret("what is there", job)?;
    ensure!(search.check_text("the log", computer.log()).is_err());
    ensure!(search.check_folder(&computer.data_folder()).is_err(), "the job is in no report");
    ensure!(computer.check_no_secrets(&search).is_err());
    Ok(())
}

#[tokio::test]
async fn a_copy_between_registries_that_partly_fails_prints_no_secret() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = RegistryLab::start_with_login(USER, PASSWORD).await?;
    for (name, seed) in [("good", 81), ("bad", 82)] {
        let target = Target::new(&registry.url(), name)?.login(registry.login());
        target.push(&Recipe::small(seed).build()?, "1").await?;
    }
    let fault = Fault::registry_error(403, "DENIED", "the vault is closed");
    let rules = [Rule::new("GET", "/v2/bad/blobs/", fault)?];
    let source_proxy = FaultProxy::start(&registry.url(), rules).await?;
    let ecr_proxy = FaultProxy::start(&ecr.api_url(), []).await?;

    let computer = Computer::new(ecr.home()?, None)?;
    let source = registry_source(&source_proxy.host());
    computer.sign_in(&source, registry.login()).await?;
    let images = [("good", "1", "good"), ("bad", "1", "bad")];
    let wanted = request(&ecr.connection_through(&ecr_proxy), &source, &images);
    let Migrated { job, report, .. } = computer.migrate(wanted).await?;
    assert_eq!(report.outcome, MigrationOutcome::PartlyFailed, "{report:#?}");
    export(&computer, &job).await?;
    finds_what_is_there(&computer, &job)?;

    let search = SecretSearch::new()
        .secret("the registry's password", PASSWORD)?
        .secret("the secret key", ecr.key().1)?;
    let search = with_logins(search, "a login of the source", &source_proxy)?;
    let search = with_logins(search, "a login of ECR", &ecr_proxy)?;
    computer.check_no_secrets(&search)
}

#[tokio::test]
async fn a_push_through_the_engine_that_fails_prints_no_secret() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let docker = EngineLab::docker().await?;
    docker.cli()?.load(&Recipe::small(83).build()?, "app:1").await?;
    let fault = Fault::registry_error(403, "DENIED", "the vault is closed");
    let rules = [Rule::new("PUT", "/manifests/", fault)?];
    let proxy = FaultProxy::start(&ecr.api_url(), rules).await?;
    let computer = Computer::new(ecr.home()?, Some(&docker.address()))?;
    let connection = ecr.connection_through(&proxy);
    let login = computer.api.registry_login(connection.clone(), true).await.map_err(told)?;
    computer.note(&serde_json::to_string(&login)?);
    let wanted = request(&connection, &ImageSource::DockerEngine, &[("app", "1", "app")]);
    let Migrated { job, report, .. } = computer.migrate(wanted).await?;
    let ImageResult::Failed { error } = &report.images[0].result else { panic!("{report:#?}") };
    assert!(error.message.contains("the vault is closed"), "{error:?}");
    export(&computer, &job).await?;
    finds_what_is_there(&computer, &job)?;

    let search = SecretSearch::new().secret("the secret key", ecr.key().1)?;
    let search = with_logins(search, "a login of ECR", &proxy)?;
    computer.check_no_secrets(&search)
}
