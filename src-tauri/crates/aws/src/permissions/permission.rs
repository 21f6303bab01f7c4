//! A permission and what is known about it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An IAM action and the resources it is required on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The action, such as `ecr:PutImage`.
    pub action: String,
    /// The ARNs of the resources, or `*` for an action without resources.
    pub resources: Vec<String>,
}

/// Whether the caller has a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "permissions.ts")]
pub enum PermissionStatus {
    /// Allowed, according to everything that the check can see.
    Allowed,
    Missing {
        denial: PermissionDenialReason,
    },
    /// The check has no result.
    Unknown {
        doubt: PermissionUnknownReason,
        /// The condition keys that it depends on, such as `aws:MultiFactorAuthPresent`.
        conditions: Vec<String>,
    },
}

impl PermissionStatus {
    /// Creates a status for a permission that depends on no known conditions.
    pub fn unknown(doubt: PermissionUnknownReason) -> Self {
        Self::Unknown { doubt, conditions: Vec::new() }
    }

    /// Creates a status for a permission that depends on these condition keys.
    pub fn conditional(conditions: Vec<String>) -> Self {
        Self::Unknown { doubt: PermissionUnknownReason::Conditions, conditions }
    }
}

/// Why a permission is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "permissions.ts")]
pub enum PermissionDenialReason {
    /// No policy of the caller allows the action.
    NotGranted,
    /// A policy of the caller explicitly denies the action.
    Denied,
    /// A policy of the organization does not allow the action.
    Organization,
    /// The permissions boundary of the caller does not allow the action.
    Boundary,
    /// A call that requires the permission was denied.
    CallRefused,
}

/// Why a permission is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "permissions.ts")]
pub enum PermissionUnknownReason {
    /// No read-only call shows it.
    NotAsked,
    /// It depends on condition keys of the call that a simulation does not know.
    Conditions,
    /// Another policy may allow it, such as the policy of a key.
    OtherPolicy,
}

/// Results by action and resource.
pub(crate) type PermissionResults = HashMap<(String, String), PermissionStatus>;
