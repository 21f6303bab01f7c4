//! The permissions that a plan requires.

use serde::{Deserialize, Serialize};
pub use transload_aws::{DenialReason as PermissionDenial, Policy as IamPolicy};
use transload_errors::ApiError;
pub use transload_migration::Purpose as PermissionPurpose;
use ts_rs::TS;

/// Whether the caller may do what a plan would do. Nothing was written to find it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "permissions.ts")]
pub struct PlanPermissions {
    /// What the plan needs, in the order of its steps.
    pub permissions: Vec<PlanPermission>,
    /// How it was found out.
    pub basis: PermissionBasis,
    /// Why IAM did not simulate the caller's policies, where it did not.
    pub simulation_error: Option<ApiError>,
    /// The least-privilege policy that allows all of the plan.
    pub policy: IamPolicy,
}

/// One action that a plan needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "permissions.ts")]
pub struct PlanPermission {
    /// The IAM action, such as `ecr:PutImage`.
    pub action: String,
    /// What it is for.
    pub purpose: PermissionPurpose,
    /// Whether the plan fails without it.
    pub essential: bool,
    /// Whether the caller may.
    pub standing: PermissionStanding,
    /// The ARNs that this standing is of; at most twenty of them, and none where it is allowed.
    pub resources: Vec<String>,
    /// How many resources this standing is of.
    pub resource_count: u32,
}

/// Whether the caller has a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "permissions.ts")]
pub enum PermissionStanding {
    /// As far as could be seen.
    Allowed,
    /// It is missing.
    Missing {
        /// Why.
        denial: PermissionDenial,
    },
    /// It could not be found out.
    Unknown {
        /// Why.
        doubt: PermissionDoubt,
        /// The conditions that it depends on, such as `aws:MultiFactorAuthPresent`.
        conditions: Vec<String>,
    },
}

/// Why a permission is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "permissions.ts")]
pub enum PermissionDoubt {
    /// Nothing that only reads tells it.
    NotAsked,
    /// It depends on conditions of the call.
    Conditions,
    /// Another policy than the caller's may allow it, such as that of a key.
    OtherPolicy,
}

/// How permissions were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "permissions.ts")]
pub enum PermissionBasis {
    /// Practice allows everything.
    Practice,
    /// IAM simulated the caller's policies.
    Simulation,
    /// Calls that only read were tried.
    Calls,
    /// The caller is the account's root user.
    Root,
}
