//! Resolves aliases of KMS keys, and finds out whether the keys can be described. IAM policies identify
//! keys by id only, so permissions on an alias can't be checked directly.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::AwsError;
use crate::permissions::permission::{
    Permission, PermissionResults, PermissionStatus, PermissionUnknownReason,
};
use crate::sdk_error::Call;
use crate::session::aws_session::AwsSession;

/// Time limit of all DescribeKey calls. An unresolved alias counts as any key of its
/// account and region.
const DESCRIBE_TIMEOUT: Duration = Duration::from_secs(5);

const DESCRIBE: &str = "kms:DescribeKey";

/// What DescribeKey returned.
#[derive(Default)]
pub(crate) struct KmsKeys {
    /// The ARN of the key by the name in the request.
    arns: BTreeMap<String, String>,
    /// Whether each key can be described.
    results: PermissionResults,
}

impl KmsKeys {
    /// Describes every key that a permission is required on. DescribeKey changes nothing.
    pub(crate) async fn describe(session: &AwsSession, wanted: &[Permission]) -> Self {
        let mut keys = Self::default();
        let _ = tokio::time::timeout(DESCRIBE_TIMEOUT, keys.describe_all(session, wanted)).await;
        keys
    }

    async fn describe_all(&mut self, session: &AwsSession, wanted: &[Permission]) {
        let kms_permissions =
            wanted.iter().filter(|permission| permission.action.starts_with("kms:"));
        let mut names: Vec<_> =
            kms_permissions.flat_map(|permission| &permission.resources).collect();
        names.retain(|name| !name.contains('*'));
        names.sort();
        names.dedup();
        let call = Call::new(session.caller(), DESCRIBE);
        for name in names {
            let response = session.kms().describe_key().key_id(name).send().await;
            let status = match response {
                Ok(output) => {
                    let Some(key) = output.key_metadata.and_then(|key| key.arn) else { continue };
                    self.arns.insert(name.clone(), key);
                    PermissionStatus::Allowed
                }
                // ECR uses the key on behalf of the caller, and the key policy may allow only that.
                Err(error) => match call.failed(error) {
                    AwsError::AccessDenied { .. } => {
                        PermissionStatus::unknown(PermissionUnknownReason::OtherPolicy)
                    }
                    _ => continue,
                },
            };
            self.results.insert((DESCRIBE.to_owned(), self.arn_of(name)), status);
        }
    }

    /// Returns the same permissions with keys instead of aliases.
    pub(crate) fn with_resolved_aliases(&self, wanted: &[Permission]) -> Vec<Permission> {
        let on_keys = wanted.iter().map(|permission| Permission {
            action: permission.action.clone(),
            resources: permission.resources.iter().map(|name| self.arn_of(name)).collect(),
        });
        on_keys.collect()
    }

    /// A result of DescribeKey overrides the result of the policies.
    pub(crate) fn override_results(self, results: &mut PermissionResults) {
        results.extend(self.results);
    }

    /// Returns the ARN of the key. For an unresolved alias it is any key of the same account and
    /// region.
    fn arn_of(&self, name: &str) -> String {
        match (self.arns.get(name), name.split_once(":alias/")) {
            (Some(arn), _) => arn.clone(),
            (None, Some((place, _))) => format!("{place}:key/*"),
            (None, None) => name.to_owned(),
        }
    }
}
