//! `run`, `resume`, `history`, `report`, `verify`: migrations that this computer knows.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use transload_api::contract::{
    ApiError, AwsConnection, DestinationIdentity, ErrorCode, JobEventKind, MigrationOutcome,
    MigrationReport, PlanFileOptions,
};
use transload_api::{Api, NamedReport};

use crate::arguments::{Format, ReportArguments, RunArguments};
use crate::show::{line, note};
use crate::{ARRIVED, INTERRUPTED, SIGN_IN_NEEDED, SOME_FAILED, files, mfa, show_jobs};

/// A script that needs a sign-in looks once more after this time, before it gives up.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// Starts a plan, or a part of it.
pub async fn start(api: &Api, arguments: &RunArguments) -> Result<String, ApiError> {
    let (planned, _) = api.plan_file_destination(&arguments.plan).await?;
    note(&format!("destination: {}", destination(&planned)));
    let options = PlanFileOptions {
        shard: arguments.shard,
        connection: connection(arguments),
        allow_endpoints: arguments.allow_endpoints,
        allow_expiry: arguments.allow_expiry,
    };
    api.migration_start_file(&arguments.plan, options).await
}

/// A destination in one line.
pub fn destination(planned: &DestinationIdentity) -> String {
    let DestinationIdentity { account_id, region, registry, .. } = planned;
    let mut text = format!("account {account_id}, region {region}, registry {registry}");
    for (what, endpoint) in
        [("ECR endpoint", &planned.ecr_endpoint), ("registry endpoint", &planned.registry_endpoint)]
    {
        if let Some(endpoint) = endpoint {
            text += &format!(", {what} {endpoint}");
        }
    }
    text
}

/// The connection that goes before the one that the plan was made with.
pub fn connection(arguments: &RunArguments) -> Option<AwsConnection> {
    match &arguments.aws_profile {
        Some(profile) => Some(AwsConnection::Profile {
            profile: profile.clone(),
            region: None,
            ecr_endpoint: None,
            registry_endpoint: None,
        }),
        None => arguments.machine_role.then_some(mfa::MACHINE),
    }
}

/// Shows a job to its end. An interrupt stops it; it can be gone on with. Where a person has to sign
/// in to AWS, a person at a terminal is waited for; a script is told by an exit code of its own.
pub async fn follow(api: &Api, job: String, json: bool) -> Result<u8, ApiError> {
    let mut events = api.job_follow(job.clone(), 0).await?;
    let interrupted = (api.clone(), job.clone());
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let (api, job) = interrupted;
            // One that is over already needs no stop.
            let _ = api.job_cancel(job).await;
        }
    });
    let show = show_jobs::reporter(json);
    let has_person = !json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    // Looks that found nobody signed in.
    let mut in_vain = 0;
    let (mut needs_person, mut listens) = (false, false);
    while let Some(event) = events.recv().await {
        show(&event);
        match event.kind {
            JobEventKind::SignInNeeded { .. } if has_person => {
                if in_vain == 0 {
                    note("Sign in, then press Enter here. It goes on where it is.");
                }
                in_vain += 1;
                if !listens {
                    listens = true;
                    look_again_on_enter(api, &job);
                }
            }
            // One more look: the first may have come at a bad moment.
            JobEventKind::SignInNeeded { .. } if in_vain == 0 => {
                in_vain = 1;
                let (api, job) = (api.clone(), job.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(LOOK_AGAIN_AFTER).await;
                    // One that is over needs no look.
                    let _ = api.job_look_again(job).await;
                });
            }
            JobEventKind::SignInNeeded { .. } => {
                needs_person = true;
                api.job_cancel(job.clone()).await?;
            }
            JobEventKind::SignedIn => in_vain = 0,
            JobEventKind::Finished { report } => {
                let stopped = needs_person && report.outcome == MigrationOutcome::Cancelled;
                return Ok(if stopped { SIGN_IN_NEEDED } else { code(&report) });
            }
            _ => {}
        }
    }
    Err(ApiError::new(ErrorCode::Internal, "The migration ended without a report."))
}

/// Each line that is typed lets a job look again whether the person signed in.
fn look_again_on_enter(api: &Api, job: &str) {
    let (api, job, runtime) = (api.clone(), job.to_owned(), tokio::runtime::Handle::current());
    // A thread of its own: one that waits for a line would hold up the runtime's end.
    std::thread::spawn(move || {
        for _ in std::io::stdin().lines() {
            if runtime.block_on(api.job_look_again(job.clone())).is_err() {
                return;
            }
        }
    });
}

/// How a migration ended, as an exit code: it follows the counts of the report.
pub fn code(report: &MigrationReport) -> u8 {
    let counts = &report.summary.counts;
    match report.outcome {
        MigrationOutcome::Cancelled | MigrationOutcome::Interrupted | MigrationOutcome::Running => {
            INTERRUPTED
        }
        MigrationOutcome::Incomplete => SOME_FAILED,
        MigrationOutcome::Succeeded
        | MigrationOutcome::Kept
        | MigrationOutcome::Unproven
        | MigrationOutcome::PartlyFailed
        | MigrationOutcome::Failed => {
            let open = counts.failed + counts.not_finished + counts.unknown;
            let is_well = open == 0 && report.policies_not_set.is_empty();
            if is_well { ARRIVED } else { SOME_FAILED }
        }
    }
}

/// The migration that was named; `latest` for the newest.
pub async fn named(api: &Api, migration: &str) -> Result<String, ApiError> {
    if migration != "latest" {
        return Ok(migration.to_owned());
    }
    let newest = api.history_list().await?.into_iter().next();
    newest.map(|entry| entry.migration).ok_or_else(|| {
        ApiError::new(ErrorCode::JobUnknown, "This computer knows no migration yet.")
            .hint("Make a plan with `transload-cli plan`, and run it.")
    })
}

/// Writes a report, of one migration or merged from the parts of a plan.
pub async fn report(api: &Api, arguments: &ReportArguments) -> Result<u8, ApiError> {
    let (report, is_merged) = match &arguments.migration {
        Some(migration) => (api.history_report(named(api, migration).await?).await?, false),
        None => (merged(&arguments.merge)?, true),
    };
    let text = transload_api::report_text(
        &report,
        match arguments.format {
            Format::Markdown => transload_api::contract::ReportFormat::Markdown,
            Format::Csv => transload_api::contract::ReportFormat::Csv,
            Format::Json => transload_api::contract::ReportFormat::Json,
            Format::Html => transload_api::contract::ReportFormat::Html,
        },
    )?;
    match &arguments.out {
        Some(file) => transload_api::write_whole(file, text.as_bytes())
            .map_err(|error| ApiError::storage(file, &error))?,
        None => line(text.trim_end()),
    }
    if !is_merged {
        return Ok(ARRIVED);
    }
    // Whoever merges in a script reads the exit code; the report itself may be in a file.
    note(&format!("{}. {}", report.summary.title, report.summary.text));
    Ok(match code(&report) {
        // Nothing was interrupted here.
        INTERRUPTED => SOME_FAILED,
        code => code,
    })
}

fn merged(patterns: &[PathBuf]) -> Result<MigrationReport, ApiError> {
    let mut reports = Vec::new();
    for file in files::expand(patterns)? {
        let report = read(&file)?;
        reports.push(NamedReport { file: file.display().to_string(), report });
    }
    transload_api::merged_report(reports)
}

fn read(file: &Path) -> Result<MigrationReport, ApiError> {
    let not_a_report = || {
        let message =
            format!("{} is not a report that this version wrote as JSON.", file.display());
        ApiError::new(ErrorCode::InputInvalid, message)
            .about(file.display().to_string())
            .hint("Write it with `transload-cli report ID --format json --out FILE`.")
    };
    let text = files::read_text(file)?;
    serde_json::from_str(&text).map_err(|error| not_a_report().caused_by(&error))
}
