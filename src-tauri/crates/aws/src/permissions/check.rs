//! Checks the permissions of a session.

use std::collections::HashMap;
use std::time::Duration;

use crate::error::AwsError;
use crate::permissions::kms_keys::Keys;
use crate::permissions::principal::Principal;
use crate::permissions::{probe, simulate};
use crate::session::aws_session::AwsSession;

/// How long the simulation may take, and afterwards the reading calls. What has no answer by then
/// stays unknown.
const SIMULATED_WITHIN: Duration = Duration::from_secs(15);
const PROBED_WITHIN: Duration = Duration::from_secs(10);

/// An IAM action, and what it is wanted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The action, such as `ecr:PutImage`.
    pub action: String,
    /// The ARNs of the resources; `*` for an action that knows none.
    pub resources: Vec<String>,
}

/// Whether a caller has a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has, as far as could be seen.
    Allowed,
    /// It has not.
    Missing(Denial),
    /// It could not be found out.
    Unknown(Doubt),
}

/// Why a permission is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No policy of the caller allows it.
    NotGranted,
    /// A policy of the caller denies it.
    Denied,
    /// A policy of the organisation does not allow it.
    Organization,
    /// The permissions boundary of the caller does not allow it.
    Boundary,
    /// A call that needs it was refused.
    CallRefused,
}

/// Why a permission is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing that only reads tells it.
    NotAsked,
    /// It depends on conditions of the call that a simulation does not know, such as
    /// `aws:MultiFactorAuthPresent`.
    Conditions(Vec<String>),
    /// Another policy than the caller's may allow it, such as that of a key.
    OtherPolicy,
}

/// A permission with what was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedPermission {
    /// The action.
    pub action: String,
    /// Whether the caller has it on every resource: the worst of all answers.
    pub standing: Standing,
    /// The resources that this standing is of; where it is allowed, all of them.
    pub resources: Vec<String>,
}

/// How permissions were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// IAM simulated the caller's policies. It does not see policies of resources, nor conditions
    /// of service control policies.
    Simulation,
    /// Calls that only read were tried, since the caller may not simulate.
    Calls,
    /// The caller is the account's root user, which may do everything in its account.
    Root,
}

/// What a caller may do.
#[derive(Debug)]
pub struct PermissionCheck {
    /// In the order of the question.
    pub permissions: Vec<CheckedPermission>,
    /// What a policy has to allow for it: what was asked about, with keys in place of their aliases.
    pub wanted: Vec<Permission>,
    /// How it was found out.
    pub basis: Basis,
    /// Why IAM did not simulate, if it did not.
    pub simulation_error: Option<AwsError>,
}

impl PermissionCheck {
    /// All of it is allowed, whoever says so.
    pub fn all_allowed(wanted: &[Permission], basis: Basis) -> Self {
        let wanted = Keys::default().in_place_of_aliases(wanted);
        let all = |permission| checked(permission, &Answers::new(), &Standing::Allowed);
        let permissions = wanted.iter().map(all).collect();
        Self { permissions, wanted, basis, simulation_error: None }
    }
}

/// Answers by action and resource.
pub(crate) type Answers = HashMap<(String, String), Standing>;

impl AwsSession {
    /// Finds out whether a caller has these permissions. Writes nothing, and never fails: what cannot
    /// be found out is unknown. `caller_arn` is the session's, as STS told it.
    pub async fn check_permissions(
        &self,
        caller_arn: &str,
        wanted: &[Permission],
    ) -> PermissionCheck {
        let principal = Principal::of_caller(caller_arn);
        if let Principal::Root = principal {
            return PermissionCheck::all_allowed(wanted, Basis::Root);
        }
        let mut answers = Answers::new();
        let keys = Keys::look(self, wanted).await;
        let wanted = keys.in_place_of_aliases(wanted);
        let (basis, simulation_error) = match principal {
            Principal::Federated => (Basis::Calls, None),
            principal => {
                let simulated = simulate::simulate(self, &principal, &wanted, &mut answers);
                match tokio::time::timeout(SIMULATED_WITHIN, simulated).await {
                    Ok(Err(error)) if answers.is_empty() => (Basis::Calls, Some(error)),
                    Err(_) if answers.is_empty() => (Basis::Calls, None),
                    _ => (Basis::Simulation, None),
                }
            }
        };
        let ecr = self.ecr();
        let probed = probe::probe(&ecr, &wanted, &mut answers);
        // The answers that came in time count.
        let _ = tokio::time::timeout(PROBED_WITHIN, probed).await;
        keys.tell(&mut answers);
        let unknown = Standing::Unknown(Doubt::NotAsked);
        let permissions =
            wanted.iter().map(|permission| checked(permission, &answers, &unknown)).collect();
        PermissionCheck { permissions, wanted, basis, simulation_error }
    }
}

/// The worst answer of a permission's resources, with the resources that have it.
fn checked(
    permission: &Permission,
    answers: &Answers,
    without_answer: &Standing,
) -> CheckedPermission {
    let answer = |resource: &String| {
        let key = (permission.action.clone(), resource.clone());
        answers.get(&key).unwrap_or(without_answer).clone()
    };
    let standing =
        permission.resources.iter().map(answer).max_by_key(severity).unwrap_or(Standing::Allowed);
    let is_such = |resource: &&String| severity(&answer(resource)) == severity(&standing);
    let resources = permission.resources.iter().filter(is_such).cloned().collect();
    CheckedPermission { action: permission.action.clone(), standing, resources }
}

fn severity(standing: &Standing) -> u8 {
    match standing {
        Standing::Allowed => 0,
        Standing::Unknown(_) => 1,
        Standing::Missing(_) => 2,
    }
}

#[cfg(test)]
mod tests;
