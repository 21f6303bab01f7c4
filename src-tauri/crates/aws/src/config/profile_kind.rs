//! [`ProfileKind`]: how a profile gets its credentials.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a profile gets its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "AwsProfileKind", export_to = "aws.ts")]
pub enum ProfileKind {
    /// An access key in a file.
    Keys,
    /// IAM Identity Center, with a named SSO session or with settings in the profile itself.
    Sso,
    /// A role that another profile or the machine assumes.
    Role,
    /// A role that requires an MFA code.
    RoleWithMfa,
    /// A program that prints credentials.
    Process,
    /// A session of `aws login`.
    Login,
    /// A web identity token file.
    WebIdentity,
    /// The profile has no credentials.
    Unknown,
}
