//! `transload-cli`: the engine of the window for scripts. It parses the arguments, calls the same
//! `transload-api` handlers as the window, and prints events and reports. It owns no domain logic.
//!
//! - `arguments`: the commands and their options, with the text of `--help`.
//! - `copy`: `copy` and `digest`, which keep no journal.
//! - `images`: `inspect`, `layers`, `files` and `diff`.
//! - `plan`, `migration`, `undo`, `sign_in`: the commands that use the journal or an AWS profile.
//! - `cleanup`: deletes classes of images of a repository after a confirmation.
//! - `deletions`: `deletions` and `restore`.
//! - `confirmation`, `interrupt`: the question before a change, and Ctrl-C during it.
//! - `explorer`: `lifecycle preview`, and `practice`, which serves practice mode without a window.
//! - `name`, `pull_guide`: a name of one's own in front of ECR, and how each client pulls.
//! - `plan_source`, `pair_list`, `input_files`: what arguments refer to (sources, lists, files).
//! - `aws_connection`, `mfa`, `ca_file`, `data_folder`: the account, MFA codes, trust, and the folder
//!   that is shared with the window.
//! - `output`: everything that is printed.
//! - `exit_code`: how the program exits.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod aws_connection;
mod ca_file;
mod cleanup;
mod confirmation;
mod copy;
mod data_folder;
mod deletions;
mod exit_code;
mod explorer;
mod images;
mod input_files;
mod interrupt;
mod mfa;
mod migration;
mod name;
mod output;
mod pair_list;
mod plan;
mod plan_source;
mod pull_guide;
mod sign_in;
mod tags;
mod undo;

use std::process::ExitCode;

use arguments::repositories::LifecycleCommand;
use arguments::{Arguments, Command};
use clap::Parser;
use transload_api::{Api, ApiOptions, network_warnings};
use transload_errors::ApiError;
use transload_files::make_private_folder;

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { command, ca_file } = Arguments::parse();
    let code = match run(command, ca_file).await {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            exit_code::REFUSED
        }
    };
    ExitCode::from(code)
}

async fn run(command: Command, ca_file: Option<std::path::PathBuf>) -> Result<u8, ApiError> {
    let ca_file = ca_file::resolve(ca_file).await?;
    if command.uses_network() {
        for warning in network_warnings() {
            output::warning(&warning);
        }
    }
    match command {
        Command::Copy(arguments) => copy::copy(arguments, ca_file).await,
        Command::Digest { reference, plain_http, ecr } => {
            copy::digest(&reference, plain_http, ecr, ca_file).await
        }
        command => run_with_api(command, ca_file).await,
    }
}

/// Runs a command that uses the journal and the settings shared with the window.
async fn run_with_api(command: Command, ca_file: Option<String>) -> Result<u8, ApiError> {
    let folder = data_folder::data_folder()?;
    // A folder that can't be used is reported when the journal is opened.
    let _ = make_private_folder(&folder);
    let api = Api::new(ApiOptions::from_process(folder));
    api.ca_file_set(ca_file.as_deref());
    if command.uses_network() {
        for warning in api.aws_file_warnings().await {
            output::warning(&warning);
        }
    }
    let code = match command {
        Command::Identity { account, json } => sign_in::identity(&api, &account, json).await?,
        Command::SignIn { aws_profile } => sign_in::sign_in(&api, aws_profile).await?,
        Command::Plan(arguments) => plan::plan(&api, &arguments).await?,
        Command::Run(arguments) => migration::run(&api, &arguments).await?,
        Command::Resume { migration, json } => migration::resume(&api, &migration, json).await?,
        Command::History { json } => migration::history(&api, json).await?,
        Command::Report(arguments) => migration::report(&api, &arguments).await?,
        Command::Verify { migration, json } => migration::verify(&api, &migration, json).await?,
        Command::Undo(arguments) => undo::undo(&api, &arguments).await?,
        Command::Inspect(arguments) => images::inspect(&api, arguments, ca_file).await?,
        Command::Layers(arguments) => images::layers(&api, arguments, ca_file).await?,
        Command::Files(arguments) => images::files(&api, arguments, ca_file).await?,
        Command::Diff(arguments) => images::diff(&api, arguments, ca_file).await?,
        Command::Lifecycle { command: LifecycleCommand::Preview(arguments) } => {
            explorer::lifecycle_preview(&api, &arguments).await?
        }
        Command::Cleanup(arguments) => cleanup::cleanup(&api, &arguments).await?,
        Command::Deletions { changes: true, json } => deletions::changes(&api, json).await?,
        Command::Deletions { changes: false, json } => deletions::deletions(&api, json).await?,
        Command::Restore(arguments) => deletions::restore(&api, &arguments).await?,
        Command::Tag(arguments) => tags::tag(&api, &arguments).await?,
        Command::Practice(arguments) => explorer::practice(&api, &arguments).await?,
        Command::PullGuide(arguments) => pull_guide::run(&api, &arguments).await?,
        Command::Name(command) => Box::pin(name::run(&api, &command)).await?,
        // `run` handles these, because they need no journal.
        Command::Copy(_) | Command::Digest { .. } => exit_code::USAGE,
    };
    api.shutdown().await;
    Ok(code)
}
