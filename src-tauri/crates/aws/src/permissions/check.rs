//! Checks which permissions a session has: simulates its policies, tries read-only calls for the rest,
//! and writes nothing. The `api` crate calls it for the Review page.

use std::time::Duration;

use crate::error::AwsError;
use crate::permissions::kms_keys::KmsKeys;
use crate::permissions::permission::{
    Permission, PermissionResults, PermissionStatus, PermissionUnknownReason,
};
use crate::permissions::principal::Principal;
use crate::permissions::{probe, simulate};
use crate::session::aws_session::AwsSession;

/// Time limits of the simulation and, afterwards, of the read-only calls. What is still open afterwards is unknown.
const SIMULATION_TIMEOUT: Duration = Duration::from_secs(15);
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// A permission and the result of the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedPermission {
    pub action: String,
    /// The worst result of all resources.
    pub status: PermissionStatus,
    /// The resources with this result; all of them if allowed.
    pub resources: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckMethod {
    /// IAM simulated the caller's policies. The simulation does not see policies of resources or
    /// conditions of service control policies.
    Simulation,
    /// Read-only calls, because the caller is not allowed to simulate.
    Calls,
    /// The caller is the root user of the account, which has every permission there.
    Root,
}

/// The result of a check.
#[derive(Debug)]
pub struct PermissionCheck {
    /// In the order of the request.
    pub permissions: Vec<CheckedPermission>,
    /// The permissions that a policy must allow: those of the request, with keys instead of their
    /// aliases.
    pub wanted: Vec<Permission>,
    pub basis: CheckMethod,
    /// Why IAM did not simulate, if it did not.
    pub simulation_error: Option<AwsError>,
}

impl PermissionCheck {
    /// Returns a result in which everything is allowed.
    pub fn all_allowed(wanted: &[Permission], basis: CheckMethod) -> Self {
        let wanted = KmsKeys::default().with_resolved_aliases(wanted);
        let all =
            |permission| checked(permission, &PermissionResults::new(), &PermissionStatus::Allowed);
        let permissions = wanted.iter().map(all).collect();
        Self { permissions, wanted, basis, simulation_error: None }
    }
}

impl AwsSession {
    /// Checks whether a caller has these permissions. Writes nothing and never fails: what can't be
    /// determined is unknown. `caller_arn` is the ARN of the session as STS returns it.
    pub async fn check_permissions(
        &self,
        caller_arn: &str,
        wanted: &[Permission],
    ) -> PermissionCheck {
        let principal = Principal::of_caller(caller_arn);
        if let Principal::Root = principal {
            return PermissionCheck::all_allowed(wanted, CheckMethod::Root);
        }
        let mut results = PermissionResults::new();
        let keys = KmsKeys::describe(self, wanted).await;
        let wanted = keys.with_resolved_aliases(wanted);
        let (basis, simulation_error) = match principal {
            Principal::Federated => (CheckMethod::Calls, None),
            principal => {
                let simulated = simulate::simulate(self, &principal, &wanted, &mut results);
                match tokio::time::timeout(SIMULATION_TIMEOUT, simulated).await {
                    Ok(Err(error)) if results.is_empty() => (CheckMethod::Calls, Some(error)),
                    Err(_) if results.is_empty() => (CheckMethod::Calls, None),
                    _ => (CheckMethod::Simulation, None),
                }
            }
        };
        let ecr = self.ecr();
        let probed = probe::probe(&ecr, &wanted, &mut results);
        // Results that arrived in time count.
        let _ = tokio::time::timeout(PROBE_TIMEOUT, probed).await;
        keys.override_results(&mut results);
        let unknown = PermissionStatus::unknown(PermissionUnknownReason::NotAsked);
        let permissions =
            wanted.iter().map(|permission| checked(permission, &results, &unknown)).collect();
        PermissionCheck { permissions, wanted, basis, simulation_error }
    }
}

/// Returns the worst result of a permission's resources, and the resources that have it.
fn checked(
    permission: &Permission,
    results: &PermissionResults,
    without_answer: &PermissionStatus,
) -> CheckedPermission {
    let answer = |resource: &String| {
        let key = (permission.action.clone(), resource.clone());
        results.get(&key).unwrap_or(without_answer).clone()
    };
    let status = permission
        .resources
        .iter()
        .map(answer)
        .max_by_key(severity)
        .unwrap_or(PermissionStatus::Allowed);
    let is_such = |resource: &&String| severity(&answer(resource)) == severity(&status);
    let resources = permission.resources.iter().filter(is_such).cloned().collect();
    CheckedPermission { action: permission.action.clone(), status, resources }
}

fn severity(status: &PermissionStatus) -> u8 {
    match status {
        PermissionStatus::Allowed => 0,
        PermissionStatus::Unknown { .. } => 1,
        PermissionStatus::Missing { .. } => 2,
    }
}

#[cfg(test)]
mod tests;
