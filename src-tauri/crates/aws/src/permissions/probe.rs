//! Calls that only read, as a question whether they are allowed.

use aws_sdk_ecr::types::ImageIdentifier;
use futures_util::{StreamExt, stream};

use crate::ecr::client::Ecr;
use crate::error::AwsError;
use crate::permissions::check::{Answers, Denial, Permission, Standing};
use crate::sdk_error::Call;

/// Calls that are made in all: a plan of hundreds of repositories is not worth hundreds of calls.
const CALLS: usize = 60;

/// Calls at the same time.
const TOGETHER: usize = 6;

/// A digest that no content has.
const NO_DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// Tries what is not answered yet and can be tried by reading alone. ECR looks at the caller's
/// permission before it looks for the repository, so one that does not exist is as good.
pub(super) async fn probe(ecr: &Ecr, wanted: &[Permission], answers: &mut Answers) {
    let open = wanted.iter().flat_map(|permission| {
        permission.resources.iter().map(|resource| (permission.action.clone(), resource.clone()))
    });
    let open: Vec<_> = open
        .filter(|key| !matches!(answers.get(key), Some(Standing::Allowed | Standing::Missing(_))))
        .filter(|(action, _)| READING.contains(&action.as_str()))
        .take(CALLS)
        .collect();
    let mut asked = stream::iter(open)
        .map(|(action, resource)| async move {
            let standing = ask(ecr, &action, &resource).await;
            ((action, resource), standing)
        })
        .buffer_unordered(TOGETHER);
    while let Some((key, standing)) = asked.next().await {
        if let Some(standing) = standing {
            answers.insert(key, standing);
        }
    }
}

/// The actions that a call can try without leaving anything behind.
const READING: [&str; 7] = [
    "ecr:GetAuthorizationToken",
    "ecr:DescribeRepositories",
    "ecr:DescribeImages",
    "ecr:ListImages",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
];

/// One call. Nothing where it did not come to an answer.
async fn ask(ecr: &Ecr, action: &str, resource: &str) -> Option<Standing> {
    let call = Call::new(&ecr.caller, action);
    let name = resource.split_once(":repository/").map(|(_, name)| name).unwrap_or_default();
    let client = &ecr.client;
    let failure = match action {
        "ecr:GetAuthorizationToken" => {
            client.get_authorization_token().send().await.err().map(|error| call.failed(error))
        }
        "ecr:DescribeRepositories" => {
            let asked = client.describe_repositories().repository_names(name).send().await;
            asked.err().map(|error| call.failed(error))
        }
        "ecr:DescribeImages" => {
            let asked = client.describe_images().repository_name(name).max_results(1).send().await;
            asked.err().map(|error| call.failed(error))
        }
        "ecr:ListImages" => {
            let asked = client.list_images().repository_name(name).max_results(1).send().await;
            asked.err().map(|error| call.failed(error))
        }
        "ecr:BatchCheckLayerAvailability" => {
            let asked = client.batch_check_layer_availability().repository_name(name);
            asked.layer_digests(NO_DIGEST).send().await.err().map(|error| call.failed(error))
        }
        "ecr:BatchGetImage" => {
            let id = ImageIdentifier::builder().image_digest(NO_DIGEST).build();
            let asked = client.batch_get_image().repository_name(name).image_ids(id).send().await;
            asked.err().map(|error| call.failed(error))
        }
        "ecr:GetDownloadUrlForLayer" => {
            let asked = client.get_download_url_for_layer().repository_name(name);
            asked.layer_digest(NO_DIGEST).send().await.err().map(|error| call.failed(error))
        }
        _ => return None,
    };
    match failure {
        None => Some(Standing::Allowed),
        Some(AwsError::AccessDenied { .. }) => Some(Standing::Missing(Denial::CallRefused)),
        // ECR looked for it, so the caller may.
        Some(AwsError::RepositoryMissing { .. }) => Some(Standing::Allowed),
        Some(AwsError::Refused { code, .. }) if LOOKED_FOR.contains(&code.as_str()) => {
            Some(Standing::Allowed)
        }
        Some(_) => None,
    }
}

/// What ECR answers when it looked for something and did not find it.
const LOOKED_FOR: [&str; 5] = [
    "RepositoryNotFoundException",
    "ImageNotFoundException",
    "LayersNotFoundException",
    "LayerInaccessibleException",
    "InvalidLayerException",
];
