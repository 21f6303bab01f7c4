//! `transload-cli`: copies images between registries from a script; the same engine as the window.
//!
//! - `arguments`: what can be typed.
//! - `list`: the file of pairs.
//! - `plan`, `migrations`: migrations with a plan, a journal and a report.
//! - `show`, `show_jobs`: events as lines, as JSON, or as a bar.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod list;
mod migrations;
mod plan;
mod show;
mod show_jobs;

use std::path::PathBuf;
use std::process::ExitCode;

use arguments::{Arguments, Command, CopyArguments};
use clap::Parser;
use transload_api::contract::{ApiError, CopyEcr, CopyExtent, CopyPair, CopyRequest, ErrorCode};
use transload_api::{Api, ApiOptions, CopyControl, copy_images, image_digest, make_private_folder};

/// Every image has arrived.
const ARRIVED: u8 = 0;
/// An image failed; the others went on.
const SOME_FAILED: u8 = 1;
/// What was typed makes no sense; clap ends with the same code.
const USAGE: u8 = 2;
/// Nothing could be begun.
const NOT_BEGUN: u8 = 3;
/// Interrupted. Source: 128 and the number of SIGINT, as shells report it.
const INTERRUPTED: u8 = 130;

#[tokio::main]
async fn main() -> ExitCode {
    let code = match Arguments::parse().command {
        Command::Copy(arguments) => copy(arguments).await,
        Command::Digest { reference, plain_http, ecr } => {
            let request = CopyRequest {
                source_plain_http: plain_http,
                ecr: CopyEcr { profile: ecr.aws_profile, region: ecr.region },
                ..CopyRequest::default()
            };
            match image_digest(&reference, &request).await {
                Ok(digest) => {
                    show::line(&digest);
                    ARRIVED
                }
                Err(error) => refuse(&error),
            }
        }
        command => match with_api(command).await {
            Ok(code) => code,
            Err(error) => refuse(&error),
        },
    };
    ExitCode::from(code)
}

/// Commands of migrations that are kept: what the window does, without it.
async fn with_api(command: Command) -> Result<u8, ApiError> {
    let api = Api::new(ApiOptions::from_process(data_folder()?));
    let code = match command {
        Command::Plan(arguments) => {
            let plan = plan::plan(&api, &arguments).await?;
            show_jobs::tell_plan(&plan);
            if plan.ready { ARRIVED } else { NOT_BEGUN }
        }
        Command::Run(arguments) => {
            let job = migrations::start(&api, &arguments).await?;
            migrations::follow(&api, job, arguments.json).await?
        }
        Command::Resume { migration, json } => {
            let migration = migrations::named(&api, &migration).await?;
            let job = api.migration_resume(migration).await?;
            migrations::follow(&api, job, json).await?
        }
        Command::History { json } => {
            for entry in api.history_list().await? {
                match json {
                    true => show::line(&serde_json::to_string(&entry).unwrap_or_default()),
                    false => show_jobs::tell_entry(&entry),
                }
            }
            ARRIVED
        }
        Command::Report(arguments) => {
            let text = migrations::report(&api, &arguments).await?;
            match &arguments.out {
                Some(file) => std::fs::write(file, text).map_err(|error| {
                    let message = format!("{} cannot be written: {error}.", file.display());
                    ApiError::new(ErrorCode::StorageFailed, message)
                })?,
                None => show::line(text.trim_end()),
            }
            ARRIVED
        }
        Command::Verify { migration, json } => {
            let migration = migrations::named(&api, &migration).await?;
            let report = api.history_verify(migration).await?;
            match json {
                true => show::line(&serde_json::to_string(&report).unwrap_or_default()),
                false => show_jobs::tell_report(&report),
            }
            migrations::code(&report)
        }
        // Copies and digests need no journal.
        Command::Copy(_) | Command::Digest { .. } => USAGE,
    };
    api.shutdown().await;
    Ok(code)
}

/// Where the window keeps its data too: one history for both.
fn data_folder() -> Result<PathBuf, ApiError> {
    let named = std::env::var_os("TRANSLOAD_DATA_DIR").filter(|name| !name.is_empty());
    let folder = match named {
        Some(named) => std::path::absolute(named).ok(),
        None => dirs::data_dir().map(|data| data.join("io.github.transload.Transload")),
    };
    let folder = folder.ok_or_else(|| {
        ApiError::new(ErrorCode::StorageFailed, "This system names no folder for data.")
            .hint("Name one with TRANSLOAD_DATA_DIR.")
    })?;
    // The journal itself says what is wrong with a folder that cannot be used.
    let _ = make_private_folder(&folder);
    Ok(folder)
}

async fn copy(arguments: CopyArguments) -> u8 {
    let pairs = match pairs(&arguments) {
        Ok(pairs) => pairs,
        Err(problem) => {
            show::problem(&problem);
            return USAGE;
        }
    };
    let request = CopyRequest {
        pairs,
        all_tags: arguments.all_tags,
        extent: CopyExtent { platform: arguments.platform, referrers: !arguments.no_referrers },
        jobs: arguments.jobs,
        source_plain_http: arguments.source_plain_http,
        destination_plain_http: arguments.destination_plain_http,
        ecr: CopyEcr { profile: arguments.ecr.aws_profile, region: arguments.ecr.region },
        create_repositories: arguments.create_repositories,
    };
    let control = CopyControl::default();
    let interrupted = control.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    let show = show::reporter(arguments.json);
    match copy_images(&request, &control, move |event| show(&event)).await {
        Ok(_) if control.is_cancelled() => INTERRUPTED,
        Ok(summary) if summary.failed > 0 => SOME_FAILED,
        Ok(_) => ARRIVED,
        Err(error) => refuse(&error),
    }
}

fn pairs(arguments: &CopyArguments) -> Result<Vec<CopyPair>, String> {
    match (&arguments.list, &arguments.source, &arguments.destination) {
        (Some(file), _, _) => list::read(file),
        (None, Some(source), Some(destination)) => {
            Ok(vec![CopyPair { source: source.clone(), destination: destination.clone() }])
        }
        // clap asks for both where there is no list.
        _ => Err("SOURCE and DESTINATION are needed, or --list".to_owned()),
    }
}

fn refuse(error: &ApiError) -> u8 {
    show::error(error);
    NOT_BEGUN
}
