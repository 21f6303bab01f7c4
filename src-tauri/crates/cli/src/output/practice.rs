//! The environment of practice mode, as lines that a shell can evaluate.

use transload_contract::PracticeStatus;

use crate::output::line;

/// Prints variables for the AWS CLI and SDKs, then commands for `docker` and `crane` as comments.
pub fn print(status: &PracticeStatus) {
    let variables = [
        ("AWS_ENDPOINT_URL_ECR", status.ecr_endpoint.as_str()),
        ("AWS_ENDPOINT_URL_STS", status.ecr_endpoint.as_str()),
        ("AWS_ENDPOINT_URL_INSPECTOR2", status.ecr_endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", status.access_key_id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", status.secret_access_key.as_str()),
        ("AWS_REGION", status.region.as_str()),
        ("AWS_DEFAULT_REGION", status.region.as_str()),
        ("PRACTICE_REGISTRY", status.registry.as_str()),
        ("PRACTICE_HUB", status.hub.as_str()),
    ];
    for (name, value) in variables {
        line(&format!("export {name}='{value}'"));
    }
    for command in [
        "aws ecr describe-repositories",
        "aws ecr get-login-password | docker login --username AWS --password-stdin $PRACTICE_REGISTRY",
        "aws ecr get-login-password | crane auth login --username AWS --password-stdin $PRACTICE_REGISTRY",
    ] {
        line(&format!("# {command}"));
    }
}
