//! `pull-guide`: how each client pulls an image, and whether this computer can.

use transload_api::Api;
use transload_contract::{CheckState, PullGuidesRequest};
use transload_errors::ApiError;

use crate::arguments::name::PullGuideArguments;
use crate::exit_code::{PARTLY_FAILED, SUCCEEDED, USAGE};
use crate::{aws_connection, mfa, output};

pub async fn run(api: &Api, arguments: &PullGuideArguments) -> Result<u8, ApiError> {
    let connection = aws_connection::from_account(&arguments.account);
    let (repository, reference) = match arguments.image.split_once('@') {
        Some((repository, digest)) => (repository, digest),
        None => arguments.image.rsplit_once(':').unwrap_or((&arguments.image, "latest")),
    };
    let request = PullGuidesRequest {
        repository: repository.to_owned(),
        reference: reference.to_owned(),
        name: arguments.name.clone(),
    };
    if arguments.check {
        let found = Box::pin(api.pull_prerequisites(request, connection)).await?;
        match arguments.json {
            true => output::json(&found),
            false => output::pull_guide::print_prerequisites(&found),
        }
        let is_missing = found.iter().any(|one| one.state == CheckState::Failed);
        return Ok(if is_missing { PARTLY_FAILED } else { SUCCEEDED });
    }
    let ask = async || api.pull_guides(request.clone(), connection.clone()).await;
    let mut guides = mfa::with_code_of(api, &connection, ask).await?;
    if let Some(client) = &arguments.client {
        let wanted = client.replace('-', "_");
        guides.guides.retain(|guide| {
            serde_json::to_value(guide.client).is_ok_and(|value| value == wanted.as_str())
        });
        if guides.guides.is_empty() {
            output::usage_error(&format!("{client} is not a client. See --help for the list."));
            return Ok(USAGE);
        }
    }
    match arguments.json {
        true => output::json(&guides),
        false => output::pull_guide::print(&guides),
    }
    Ok(SUCCEEDED)
}
