//! Tries read-only calls to find out whether they are allowed.

use aws_sdk_ecr::types::ImageIdentifier;
use futures_util::{StreamExt, stream};

use crate::ecr::client::Ecr;
use crate::error::AwsError;
use crate::permissions::permission::{
    Permission, PermissionDenialReason, PermissionResults, PermissionStatus,
};
use crate::sdk_error::Call;

/// Maximum number of calls: hundreds of repositories do not justify hundreds of calls.
const MAX_CALLS: usize = 60;

const MAX_CONCURRENT_CALLS: usize = 6;

/// A digest that no content has.
const NO_DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// Tries every permission that is still unknown and that a read-only call can show. ECR checks the
/// permission before it looks for the repository, so a missing repository shows it as well.
pub(super) async fn probe(ecr: &Ecr, wanted: &[Permission], results: &mut PermissionResults) {
    let open = wanted.iter().flat_map(|permission| {
        permission.resources.iter().map(|resource| (permission.action.clone(), resource.clone()))
    });
    let open: Vec<_> = open
        .filter(|key| {
            !matches!(
                results.get(key),
                Some(PermissionStatus::Allowed | PermissionStatus::Missing { .. })
            )
        })
        .filter(|(action, _)| READ_ONLY_ACTIONS.contains(&action.as_str()))
        .take(MAX_CALLS)
        .collect();
    let mut probes = stream::iter(open)
        .map(|(action, resource)| async move {
            let status = probe_action(ecr, &action, &resource).await;
            ((action, resource), status)
        })
        .buffer_unordered(MAX_CONCURRENT_CALLS);
    while let Some((key, status)) = probes.next().await {
        if let Some(status) = status {
            results.insert(key, status);
        }
    }
}

/// The actions that a call can try without any change.
const READ_ONLY_ACTIONS: [&str; 7] = [
    "ecr:GetAuthorizationToken",
    "ecr:DescribeRepositories",
    "ecr:DescribeImages",
    "ecr:ListImages",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
];

/// Makes one call. Returns `None` if the call was inconclusive.
async fn probe_action(ecr: &Ecr, action: &str, resource: &str) -> Option<PermissionStatus> {
    let call = Call::new(&ecr.caller, action);
    let name = resource.split_once(":repository/").map(|(_, name)| name).unwrap_or_default();
    let client = &ecr.client;
    let failure = match action {
        "ecr:GetAuthorizationToken" => {
            client.get_authorization_token().send().await.err().map(|error| call.failed(error))
        }
        "ecr:DescribeRepositories" => {
            let response = client.describe_repositories().repository_names(name).send().await;
            response.err().map(|error| call.failed(error))
        }
        "ecr:DescribeImages" => {
            let response =
                client.describe_images().repository_name(name).max_results(1).send().await;
            response.err().map(|error| call.failed(error))
        }
        "ecr:ListImages" => {
            let response = client.list_images().repository_name(name).max_results(1).send().await;
            response.err().map(|error| call.failed(error))
        }
        "ecr:BatchCheckLayerAvailability" => {
            let request = client.batch_check_layer_availability().repository_name(name);
            request.layer_digests(NO_DIGEST).send().await.err().map(|error| call.failed(error))
        }
        "ecr:BatchGetImage" => {
            let id = ImageIdentifier::builder().image_digest(NO_DIGEST).build();
            let response =
                client.batch_get_image().repository_name(name).image_ids(id).send().await;
            response.err().map(|error| call.failed(error))
        }
        "ecr:GetDownloadUrlForLayer" => {
            let request = client.get_download_url_for_layer().repository_name(name);
            request.layer_digest(NO_DIGEST).send().await.err().map(|error| call.failed(error))
        }
        _ => return None,
    };
    match failure {
        None => Some(PermissionStatus::Allowed),
        Some(AwsError::AccessDenied { .. }) => {
            Some(PermissionStatus::Missing { denial: PermissionDenialReason::CallRefused })
        }
        // ECR looked for the repository, so the call is allowed.
        Some(AwsError::RepositoryMissing { .. }) => Some(PermissionStatus::Allowed),
        Some(AwsError::Refused { code, .. }) if NOT_FOUND_CODES.contains(&code.as_str()) => {
            Some(PermissionStatus::Allowed)
        }
        Some(_) => None,
    }
}

/// ECR's error codes after it looked for something that doesn't exist.
const NOT_FOUND_CODES: [&str; 5] = [
    "RepositoryNotFoundException",
    "ImageNotFoundException",
    "LayersNotFoundException",
    "LayerInaccessibleException",
    "InvalidLayerException",
];
