//! `run`, `resume`, `history`, `report` and `verify`: migrations with a plan and a journal. `main` calls
//! one function per command.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use transload_api::Api;
use transload_contract::{
    JobEventKind, MigrationOutcome, MigrationReport, PlanFileOptions, ReportFormat,
};
use transload_errors::{ApiError, ErrorCode};
use transload_files::write_whole;
use transload_report::{NamedReport, merged_report, report_text};

use crate::arguments::migration::{Format, ReportArguments, RunArguments};
use crate::exit_code::{INTERRUPTED, PARTLY_FAILED, SIGN_IN_REQUIRED, SUCCEEDED};
use crate::interrupt::on_interrupt;
use crate::output::{self, line, note};
use crate::{aws_connection, input_files, mfa};

/// Without a terminal, the sign-in is checked a second time after this delay before the run stops.
const SECOND_SIGN_IN_CHECK: Duration = Duration::from_secs(3);

/// Starts a plan, or a part of it, and follows it until it finishes.
pub async fn run(api: &Api, arguments: &RunArguments) -> Result<u8, ApiError> {
    let replaced = aws_connection::override_of_plan(arguments);
    let connection = match &replaced {
        Some(connection) => connection.clone(),
        None => {
            let (plan, allow) = (&arguments.plan, arguments.allow_endpoints);
            aws_connection::of_plan_file(api, plan, allow).await
        }
    };
    let start = async || {
        let (planned, _) = api.plan_file_destination(&arguments.plan).await?;
        note(&output::plan::destination(&planned));
        let options = PlanFileOptions {
            shard: arguments.shard,
            connection: replaced.clone(),
            allow_endpoints: arguments.allow_endpoints,
            allow_expiry: arguments.allow_expiry,
        };
        api.migration_start_file(&arguments.plan, options).await
    };
    let job = mfa::with_code_of(api, &connection, start).await?;
    follow(api, job, arguments.json).await
}

/// Resumes a migration and follows it until it finishes.
pub async fn resume(api: &Api, migration: &str, json: bool) -> Result<u8, ApiError> {
    let migration = resolve_id(api, migration).await?;
    let connection = api.history_connection(&migration).await?;
    let resume = async || api.migration_resume(migration.clone()).await;
    let job = mfa::with_code_of(api, &connection, resume).await?;
    follow(api, job, json).await
}

/// Prints the migrations of this computer, newest first.
pub async fn history(api: &Api, json: bool) -> Result<u8, ApiError> {
    for entry in api.history_list().await? {
        match json {
            true => output::json(&entry),
            false => output::report::print_history_entry(&entry),
        }
    }
    Ok(SUCCEEDED)
}

/// Reads the source and ECR again and prints the report.
pub async fn verify(api: &Api, migration: &str, json: bool) -> Result<u8, ApiError> {
    let migration = resolve_id(api, migration).await?;
    let connection = api.history_connection(&migration).await?;
    let verify = async || api.history_verify(migration.clone()).await;
    let report = mfa::with_code_of(api, &connection, verify).await?;
    match json {
        true => output::json(&report),
        false => output::report::print(&report),
    }
    Ok(exit_code_of(&report))
}

/// Returns the ID of a migration. `latest` is the newest one.
pub async fn resolve_id(api: &Api, migration: &str) -> Result<String, ApiError> {
    if migration != "latest" {
        return Ok(migration.to_owned());
    }
    let newest = api.history_list().await?.into_iter().next();
    newest.map(|entry| entry.migration).ok_or_else(|| {
        ApiError::new(ErrorCode::JobUnknown, "No migration was run on this computer yet.")
            .hint("Make a plan with `transload-cli plan`, then run it.")
    })
}

/// Prints the events of a job until it finishes. Ctrl-C cancels the job, which can then be resumed.
///
/// If someone has to sign in to AWS, the job waits at a terminal. In a script it stops with an exit
/// code of its own.
async fn follow(api: &Api, job: String, json: bool) -> Result<u8, ApiError> {
    let mut events = api.job_follow(job.clone(), 0).await?;
    let interrupted = (api.clone(), job.clone());
    on_interrupt(async move {
        let (api, job) = interrupted;
        // A job that already finished can't be cancelled, which is fine.
        let _ = api.job_cancel(job).await;
    });
    let show = output::job::reporter(json);
    let has_person = !json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    // Sign-in checks in a row that failed.
    let mut failed_checks = 0;
    let (mut stopped_for_sign_in, mut reads_enter) = (false, false);
    while let Some(event) = events.recv().await {
        show(&event);
        match event.kind {
            JobEventKind::SignInNeeded { .. } if has_person => {
                if failed_checks == 0 {
                    note("Sign in, then press Enter to resume.");
                }
                failed_checks += 1;
                if !reads_enter {
                    reads_enter = true;
                    check_sign_in_on_enter(api, &job);
                }
            }
            // The first check may have met a passing problem, such as a token that was just renewed.
            JobEventKind::SignInNeeded { .. } if failed_checks == 0 => {
                failed_checks = 1;
                let (api, job) = (api.clone(), job.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(SECOND_SIGN_IN_CHECK).await;
                    // A job that finished in the meantime needs no check.
                    let _ = api.job_check_now(job).await;
                });
            }
            JobEventKind::SignInNeeded { .. } => {
                stopped_for_sign_in = true;
                api.job_cancel(job.clone()).await?;
            }
            JobEventKind::SignedIn => failed_checks = 0,
            JobEventKind::Finished { report } => {
                let is_stopped =
                    stopped_for_sign_in && report.outcome == MigrationOutcome::Cancelled;
                let code = if is_stopped { SIGN_IN_REQUIRED } else { exit_code_of(&report) };
                if let Some(hint) = resume_hint(code, &job) {
                    note(&hint);
                }
                return Ok(code);
            }
            _ => {}
        }
    }
    Err(ApiError::new(ErrorCode::Internal, "The migration ended without a report."))
}

/// Returns the command that continues a migration, if it isn't complete.
fn resume_hint(code: u8, job: &str) -> Option<String> {
    let purpose = match code {
        SUCCEEDED => return None,
        PARTLY_FAILED => "To retry what failed",
        SIGN_IN_REQUIRED => "To resume after signing in",
        _ => "To resume",
    };
    Some(format!("{purpose}: transload-cli resume {job}"))
}

/// Checks the sign-in of a job each time a line is typed.
fn check_sign_in_on_enter(api: &Api, job: &str) {
    let (api, job, runtime) = (api.clone(), job.to_owned(), tokio::runtime::Handle::current());
    // A plain thread: the runtime would wait for a blocking task that reads standard input.
    std::thread::spawn(move || {
        for _ in std::io::stdin().lines() {
            if runtime.block_on(api.job_check_now(job.clone())).is_err() {
                return;
            }
        }
    });
}

/// Derives the exit code from the counts of a report.
pub fn exit_code_of(report: &MigrationReport) -> u8 {
    let counts = &report.summary.counts;
    match report.outcome {
        MigrationOutcome::Cancelled | MigrationOutcome::Interrupted | MigrationOutcome::Running => {
            INTERRUPTED
        }
        MigrationOutcome::Incomplete => PARTLY_FAILED,
        MigrationOutcome::Succeeded
        | MigrationOutcome::Kept
        | MigrationOutcome::Unproven
        | MigrationOutcome::PartlyFailed
        | MigrationOutcome::Failed => {
            let open = counts.failed + counts.not_finished + counts.unknown;
            let is_complete = open == 0 && report.policies_not_set.is_empty();
            if is_complete { SUCCEEDED } else { PARTLY_FAILED }
        }
    }
}

/// Writes the report of one migration, or one merged from the parts of a plan.
pub async fn report(api: &Api, arguments: &ReportArguments) -> Result<u8, ApiError> {
    let (report, is_merged) = match &arguments.migration {
        Some(migration) => (api.history_report(resolve_id(api, migration).await?).await?, false),
        None => (merge_reports(&arguments.merge)?, true),
    };
    let format = match arguments.format {
        Format::Markdown => ReportFormat::Markdown,
        Format::Csv => ReportFormat::Csv,
        Format::Json => ReportFormat::Json,
        Format::Html => ReportFormat::Html,
    };
    let text = report_text(&report, format)?;
    match &arguments.out {
        Some(file) => {
            write_whole(file, text.as_bytes()).map_err(|error| ApiError::storage(file, &error))?
        }
        None => line(text.trim_end()),
    }
    if !is_merged {
        return Ok(SUCCEEDED);
    }
    // The report may be in a file, so the result is also printed beside the exit code.
    note(&format!("{}. {}", report.summary.title, report.summary.text));
    Ok(match exit_code_of(&report) {
        // `report` itself was not interrupted: the part of another machine was.
        INTERRUPTED => PARTLY_FAILED,
        code => code,
    })
}

fn merge_reports(patterns: &[PathBuf]) -> Result<MigrationReport, ApiError> {
    let mut reports = Vec::new();
    for file in input_files::expand(patterns)? {
        let report = read_report(&file)?;
        reports.push(NamedReport { file: file.display().to_string(), report });
    }
    merged_report(reports)
}

fn read_report(file: &Path) -> Result<MigrationReport, ApiError> {
    let invalid = || {
        let message = format!("{} isn't a JSON report of this version.", file.display());
        ApiError::new(ErrorCode::InputInvalid, message)
            .about(file.display().to_string())
            .hint("Write it with `transload-cli report ID --format json --out FILE`.")
    };
    let text = input_files::read_text(file)?;
    serde_json::from_str(&text).map_err(|error| invalid().caused_by(&error))
}
