//! `transload-cli`: copies images between registries from a script; the same engine as the window.
//!
//! - `arguments`: what can be typed.
//! - `list`: the file of pairs.
//! - `show`: events as lines, as JSON, or as a bar.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod list;
mod show;

use std::process::ExitCode;

use arguments::{Arguments, Command, CopyArguments};
use clap::Parser;
use transload_api::contract::{ApiError, CopyEcr, CopyExtent, CopyPair, CopyRequest};
use transload_api::{CopyControl, copy_images, image_digest};

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
    };
    ExitCode::from(code)
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
