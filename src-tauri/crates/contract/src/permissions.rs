//! The permissions that a plan requires.

use serde::{Deserialize, Serialize};
pub use transload_aws::{
    PermissionDenialReason, PermissionStatus, PermissionUnknownReason, Policy as IamPolicy,
};
use transload_errors::ApiError;
pub use transload_migration::PermissionPurpose;
use ts_rs::TS;

/// Whether the caller has the permissions that a plan requires. The check writes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "permissions.ts")]
pub struct PlanPermissions {
    /// The required permissions, in the order of the steps.
    pub permissions: Vec<PlanPermission>,
    pub basis: PermissionBasis,
    /// Why IAM didn't simulate the policies of the caller.
    pub simulation_error: Option<ApiError>,
    /// The least-privilege policy that allows the whole plan.
    pub policy: IamPolicy,
}

/// An action that a plan requires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "permissions.ts")]
pub struct PlanPermission {
    /// The IAM action, such as `ecr:PutImage`.
    pub action: String,
    pub purpose: PermissionPurpose,
    /// Whether the plan fails without it.
    pub essential: bool,
    pub status: PermissionStatus,
    /// The ARNs with this status, at most twenty. Empty if the action is allowed.
    pub resources: Vec<String>,
    /// Number of resources with this status.
    pub resource_count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "permissions.ts")]
pub enum PermissionBasis {
    /// Practice allows everything.
    Practice,
    /// IAM simulated the caller's policies.
    Simulation,
    /// Read-only calls were tried.
    Calls,
    /// The caller is the account's root user.
    Root,
}
