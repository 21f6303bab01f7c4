//! `copy` and `digest`: images between registries, without a plan and without a journal.

use transload_api::{CopyControl, copy_mfa_submit, copy_start, image_digest};
use transload_contract::{CopyEcr, CopyPair, CopyRequest, CopyScope, JobEventKind};
use transload_errors::{ApiError, ErrorCode};

use crate::arguments::images::{CopyArguments, EcrArguments};
use crate::exit_code::{INTERRUPTED, SUCCEEDED, USAGE};
use crate::interrupt::on_interrupt;
use crate::migration::exit_code_of;
use crate::{mfa, output, pair_list};

/// Copies one image or every pair of a list. Ctrl-C cancels the images that are not finished.
pub async fn copy(arguments: CopyArguments, ca_file: Option<String>) -> Result<u8, ApiError> {
    let pairs = match pairs(&arguments) {
        Ok(pairs) => pairs,
        Err(problem) => {
            output::usage_error(&problem);
            return Ok(USAGE);
        }
    };
    let request = CopyRequest {
        pairs,
        all_tags: arguments.all_tags,
        extent: CopyScope { platform: arguments.platform, referrers: !arguments.no_referrers },
        jobs: arguments.jobs,
        source_plain_http: arguments.source_plain_http,
        destination_plain_http: arguments.destination_plain_http,
        ecr: CopyEcr { profile: arguments.ecr.aws_profile, region: arguments.ecr.region },
        create_repositories: arguments.create_repositories,
        ca_file,
    };
    let control = CopyControl::default();
    let on_cancel = control.clone();
    on_interrupt(async move { on_cancel.cancel() });
    let show = output::copy::reporter(arguments.json);
    let start = async || copy_start(&request, &control).await;
    let mut events =
        mfa::with_code(start, async |code| copy_mfa_submit(&request, code).await).await?;
    while let Some(event) = events.recv().await {
        show(&event);
        if let JobEventKind::Finished { report } = event.kind {
            if let Some(error) = &report.run_error {
                return Err(error.clone());
            }
            let code = exit_code_of(&report);
            if code == INTERRUPTED {
                output::note(
                    "To continue, run the same command again. Copied content isn't sent again.",
                );
            }
            return Ok(code);
        }
    }
    Err(ApiError::new(ErrorCode::Internal, "The copy ended without a report."))
}

/// Prints the digest of an image.
pub async fn digest(
    reference: &str,
    plain_http: bool,
    ecr: EcrArguments,
    ca_file: Option<String>,
) -> Result<u8, ApiError> {
    let request = CopyRequest {
        source_plain_http: plain_http,
        ecr: CopyEcr { profile: ecr.aws_profile, region: ecr.region },
        ca_file,
        ..CopyRequest::default()
    };
    let digest = mfa::with_code(
        async || image_digest(reference, &request).await,
        async |code| copy_mfa_submit(&request, code).await,
    );
    output::line(&digest.await?);
    Ok(SUCCEEDED)
}

fn pairs(arguments: &CopyArguments) -> Result<Vec<CopyPair>, String> {
    match (&arguments.list, &arguments.source, &arguments.destination) {
        (Some(file), _, _) => pair_list::read(file),
        (None, Some(source), Some(destination)) => {
            Ok(vec![CopyPair { source: source.clone(), destination: destination.clone() }])
        }
        // clap already requires both where there is no list.
        _ => Err("SOURCE and DESTINATION are required, or --list".to_owned()),
    }
}
