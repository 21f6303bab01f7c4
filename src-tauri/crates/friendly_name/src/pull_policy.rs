//! The least-privilege policy for pulling, of a proxy's role and of every client.
//!
//! Source: Amazon ECR user guide, "Required IAM permissions for pulling an image".

use serde_json::json;
use transload_model::{Partition, Region, RegistryHost};

/// Returns the least-privilege policy for pulling from repositories of a registry.
pub(crate) fn pull_policy(registry: &RegistryHost, repositories: &str) -> serde_json::Value {
    let region = registry.ecr_region().unwrap_or("*");
    let account = registry.ecr_account().unwrap_or("*");
    let partition = match Region::parse(region) {
        Ok(region) => Partition::of_region(&region).id(),
        Err(_) => "aws",
    };
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" },
            {
                "Effect": "Allow",
                "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "Resource": format!("arn:{partition}:ecr:{region}:{account}:repository/{repositories}")
            }
        ]
    })
}
