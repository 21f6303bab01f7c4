//! `transload-cli`: copies images between registries from a script; the same engine as the window.
//!
//! - `arguments`: what can be typed.
//! - `folders`, `network`: what the window keeps, and whom it trusts.
//! - `list`: the file of pairs.
//! - `mfa`: codes that are typed.
//! - `plan`, `migrations`: migrations with a plan, a journal and a report.
//! - `source`: where the images of a plan are, as it is typed.
//! - `sign_in`: signing in through IAM Identity Center.
//! - `undo`: takes away again what a migration brought.
//! - `files`: patterns and text files.
//! - `show`, `show_jobs`: events as lines, as JSON, or as a bar.
//! - `show_lifecycle`: what lifecycle policies do with the images of a plan.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod files;
mod folders;
mod list;
mod mfa;
mod migrations;
mod network;
mod plan;
mod show;
mod show_jobs;
mod show_lifecycle;
mod sign_in;
mod source;
mod undo;

use std::process::ExitCode;

use arguments::{Arguments, Command, CopyArguments};
use clap::Parser;
use transload_api::contract::{ApiError, CopyEcr, CopyExtent, CopyPair, CopyRequest};
use transload_api::{
    Api, ApiOptions, CopyControl, copy_images, copy_mfa_submit, image_digest, make_private_folder,
    network_warnings,
};

/// Every image is verified, or was kept as it was by choice.
const ARRIVED: u8 = 0;
/// An image failed, or is unknown, or a part is missing.
const SOME_FAILED: u8 = 1;
/// What was typed makes no sense; clap ends with the same code.
const USAGE: u8 = 2;
/// Nothing could be begun.
const NOT_BEGUN: u8 = 3;
/// A person has to sign in to AWS. What is left can be gone on with.
const SIGN_IN_NEEDED: u8 = 4;
/// Interrupted. Source: 128 and the number of SIGINT, as shells report it.
const INTERRUPTED: u8 = 130;

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { command, ca_file } = Arguments::parse();
    let ca_file = match network::ca_file(ca_file).await {
        Ok(ca_file) => ca_file,
        Err(error) => return ExitCode::from(refuse(&error)),
    };
    if command.uses_network() {
        for warning in network_warnings() {
            show::warning(&warning);
        }
    }
    let code = match command {
        Command::Copy(arguments) => copy(arguments, ca_file).await,
        Command::Digest { reference, plain_http, ecr } => {
            let request = CopyRequest {
                source_plain_http: plain_http,
                ecr: CopyEcr { profile: ecr.aws_profile, region: ecr.region },
                ca_file,
                ..CopyRequest::default()
            };
            let digest = mfa::with_code(
                async || image_digest(&reference, &request).await,
                async |code| copy_mfa_submit(&request, code).await,
            );
            match digest.await {
                Ok(digest) => {
                    show::line(&digest);
                    ARRIVED
                }
                Err(error) => refuse(&error),
            }
        }
        command => match with_api(command, ca_file).await {
            Ok(code) => code,
            Err(error) => refuse(&error),
        },
    };
    ExitCode::from(code)
}

/// Commands of migrations that are kept: what the window does, without it.
async fn with_api(command: Command, ca_file: Option<String>) -> Result<u8, ApiError> {
    let folder = folders::data_folder()?;
    // The journal itself says what is wrong with a folder that cannot be used.
    let _ = make_private_folder(&folder);
    let api = Api::new(ApiOptions::from_process(folder));
    api.ca_file_set(ca_file.as_deref());
    if command.uses_network() {
        for warning in api.aws_file_warnings().await {
            show::warning(&warning);
        }
    }
    let code = match command {
        Command::Identity { account, json } => {
            let connection = plan::connection(&account);
            let ask = async || api.aws_identity(connection.clone()).await;
            let identity = mfa::with_code_of(&api, &connection, ask).await?;
            match json {
                true => show::line(&serde_json::to_string(&identity).unwrap_or_default()),
                false => show_jobs::tell_identity(&identity),
            }
            ARRIVED
        }
        Command::Plan(arguments) => {
            let connection = plan::connection(&arguments.account);
            let plan = async || plan::plan(&api, &arguments).await;
            let planned = mfa::with_code_of(&api, &connection, plan).await?;
            let plan = &planned.plan;
            show_jobs::tell_plan(plan);
            for unread in &planned.unread {
                show::not_read(unread);
            }
            let is_confirmed =
                arguments.allow_expiry || show_lifecycle::to_confirm(plan).is_empty();
            if !is_confirmed {
                show::note(
                    "Lifecycle policies would expire images. Confirm it with --allow-expiry.",
                );
            }
            match (plan.ready && is_confirmed, planned.unread.is_empty()) {
                (true, true) => ARRIVED,
                (true, false) => SOME_FAILED,
                (false, _) => NOT_BEGUN,
            }
        }
        Command::Run(arguments) => {
            let connection = match migrations::connection(&arguments) {
                Some(connection) => connection,
                None => mfa::connection_of(&api, &arguments.plan, arguments.allow_endpoints).await,
            };
            let start = async || migrations::start(&api, &arguments).await;
            let job = mfa::with_code_of(&api, &connection, start).await?;
            migrations::follow(&api, job, arguments.json).await?
        }
        Command::Resume { migration, json } => {
            let migration = migrations::named(&api, &migration).await?;
            let connection = api.history_connection(&migration).await?;
            let resume = async || api.migration_resume(migration.clone()).await;
            let job = mfa::with_code_of(&api, &connection, resume).await?;
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
        Command::Report(arguments) => migrations::report(&api, &arguments).await?,
        Command::Verify { migration, json } => {
            let migration = migrations::named(&api, &migration).await?;
            let connection = api.history_connection(&migration).await?;
            let verify = async || api.history_verify(migration.clone()).await;
            let report = mfa::with_code_of(&api, &connection, verify).await?;
            match json {
                true => show::line(&serde_json::to_string(&report).unwrap_or_default()),
                false => show_jobs::tell_report(&report),
            }
            migrations::code(&report)
        }
        Command::SignIn { aws_profile } => sign_in::sign_in(&api, aws_profile).await?,
        Command::Undo(arguments) => undo::undo(&api, &arguments).await?,
        // Copies and digests need no journal.
        Command::Copy(_) | Command::Digest { .. } => USAGE,
    };
    api.shutdown().await;
    Ok(code)
}

async fn copy(arguments: CopyArguments, ca_file: Option<String>) -> u8 {
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
        ca_file,
    };
    let control = CopyControl::default();
    let interrupted = control.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    let show = std::sync::Arc::new(show::reporter(arguments.json));
    let copy = async || {
        let show = std::sync::Arc::clone(&show);
        copy_images(&request, &control, move |event| show(&event)).await
    };
    match mfa::with_code(copy, async |code| copy_mfa_submit(&request, code).await).await {
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
