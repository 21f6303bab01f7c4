//! The IAM permissions that a plan requires, with the ARNs of its resources. Pure: the api passes
//! them to the permission check of the `aws` crate and to the policy that the window shows.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::plan::{Plan, PlannedRepository, Route};
use transload_aws::Permission;
use transload_model::{AccountId, Encryption, Partition, Region, Reported};

/// The account and region that a plan writes to, which are part of the ARNs of its resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceLocation {
    /// The partition of the region.
    pub partition: Partition,
    pub region: Region,
    pub account: AccountId,
}

impl ResourceLocation {
    /// Creates a location. The partition follows from the region.
    pub fn new(region: Region, account: AccountId) -> Self {
        Self { partition: Partition::of_region(&region), region, account }
    }
}

/// A permission with the purpose that the plan needs it for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededPermission {
    /// The action and its resources.
    pub permission: Permission,
    pub purpose: PermissionPurpose,
}

/// What a permission is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "permissions.ts")]
pub enum PermissionPurpose {
    /// Requesting the registry's authorization token.
    LogIn,
    /// Reading what exists at the destination.
    Look,
    /// Creating repositories.
    Create,
    /// Uploading layers and manifests.
    Push,
    /// Verifying digests after the push.
    Prove,
    /// Predicting what the lifecycle policies of existing repositories do with the images. Without
    /// it the forecast is unknown, but the migration succeeds.
    Forecast,
    /// Mounting layers from another repository instead of uploading them again. Without it the
    /// migration takes longer, but succeeds.
    Mount,
}

impl PermissionPurpose {
    /// Returns whether the migration fails without it.
    pub fn is_essential(self) -> bool {
        !matches!(self, Self::Mount | Self::Forecast)
    }
}

/// The actions of a push. Source: Amazon ECR user guide, "Required IAM permissions for pushing an
/// image".
const PUSH: [&str; 5] = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
];

/// Returns the permissions that a plan requires, each limited to the resources it applies to.
pub fn permissions(plan: &Plan, location: &ResourceLocation) -> Vec<NeededPermission> {
    let arn = |repository: &&PlannedRepository| {
        location.partition.repository_arn(
            &location.region,
            &location.account,
            repository.name.as_str(),
        )
    };
    let all: Vec<_> = plan.repositories.iter().collect();
    let moving: Vec<_> = all
        .iter()
        .copied()
        .filter(|repository| {
            let mut images = plan.images.iter();
            images.any(|image| image.action.moves() && image.repository == repository.name)
        })
        .collect();
    let new = || moving.iter().copied().filter(|repository| !repository.exists);
    let of = |repositories: &[&PlannedRepository]| repositories.iter().map(arn).collect::<Vec<_>>();

    let mut required = RequiredPermissions::default();
    required.add(PermissionPurpose::LogIn, "ecr:GetAuthorizationToken", vec!["*".to_owned()]);
    required.add(PermissionPurpose::Look, "ecr:DescribeRepositories", of(&all));
    required.add(PermissionPurpose::Look, "ecr:BatchGetImage", of(&all));
    let existing = moving.iter().copied().filter(|repository| repository.exists);
    let existing = existing.map(|one| arn(&one)).collect();
    required.add(PermissionPurpose::Forecast, "ecr:GetLifecyclePolicy", existing);
    required.add(
        PermissionPurpose::Create,
        "ecr:CreateRepository",
        new().map(|one| arn(&one)).collect(),
    );
    let tagged = new().filter(|one| !one.settings.tags.is_empty());
    required.add(
        PermissionPurpose::Create,
        "ecr:TagResource",
        tagged.map(|one| arn(&one)).collect(),
    );
    let ruled = new().filter(|one| one.settings.lifecycle.policy_text().is_some());
    required.add(
        PermissionPurpose::Create,
        "ecr:PutLifecyclePolicy",
        ruled.map(|one| arn(&one)).collect(),
    );
    let shared = new().filter(|one| one.settings.policy.is_some());
    required.add(
        PermissionPurpose::Create,
        "ecr:SetRepositoryPolicy",
        shared.map(|one| arn(&one)).collect(),
    );
    let mut keys: Vec<_> =
        new().filter_map(|one| key_arn(&one.settings.encryption, location)).collect();
    keys.sort();
    keys.dedup();
    // Source: Amazon ECR user guide, "Encryption at rest". The third action there,
    // `kms:RetireGrant`, is for deleting a repository.
    required.add(PermissionPurpose::Create, "kms:CreateGrant", keys.clone());
    required.add(PermissionPurpose::Create, "kms:DescribeKey", keys);
    for action in PUSH {
        required.add(PermissionPurpose::Push, action, of(&moving));
    }
    required.add(PermissionPurpose::Prove, "ecr:DescribeImages", of(&all));
    let copied = plan.images.iter().any(|image| image.route == Route::RegistryToRegistry);
    if copied && moving.len() > 1 {
        required.add(PermissionPurpose::Mount, "ecr:GetDownloadUrlForLayer", of(&moving));
    }
    required.0
}

#[derive(Default)]
struct RequiredPermissions(Vec<NeededPermission>);

impl RequiredPermissions {
    /// Adds an action on resources. Does nothing without resources.
    fn add(&mut self, purpose: PermissionPurpose, action: &str, resources: Vec<String>) {
        if !resources.is_empty() {
            let permission = Permission { action: action.to_owned(), resources };
            self.0.push(NeededPermission { permission, purpose });
        }
    }
}

/// Returns the ARN of the key or alias that was entered. The AWS managed key of ECR needs no
/// permission of its own, so it returns `None`.
fn key_arn(encryption: &Reported<Encryption>, location: &ResourceLocation) -> Option<String> {
    let Some(Encryption::Kms { key: Some(key) } | Encryption::KmsDualLayer { key: Some(key) }) =
        encryption.known()
    else {
        return None;
    };
    let ResourceLocation { partition, region, account } = location;
    let here = format!("arn:{partition}:kms:{region}:{account}");
    Some(if key.starts_with("arn:") {
        key.clone()
    } else if key.starts_with("alias/") {
        format!("{here}:{key}")
    } else {
        format!("{here}:key/{key}")
    })
}

#[cfg(test)]
mod tests;
