//! Sign-ins to IAM Identity Center, and the profiles that use them.

use serde::{Deserialize, Serialize};
pub use transload_aws::SignInMethod as SignInWay;
use ts_rs::TS;

/// Where to sign in through IAM Identity Center.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum SignInTarget {
    /// Where a profile, or the source of its roles, signs in.
    Profile {
        /// The profile.
        profile: String,
    },
    /// An SSO session of the AWS configuration.
    Session {
        /// Its name.
        session: String,
    },
}

/// What a person needs for signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct SignInPrompt {
    /// The sign-in, for the calls that wait for it, open its page, or cancel it.
    pub sign_in: String,
    /// What is signed in to: the session's name, or the address of its portal.
    pub session: String,
    /// How.
    pub way: SignInWay,
    /// The page to open; with a code, the one that has it filled in.
    pub url: String,
    /// The page where the code is typed.
    pub code_url: Option<String>,
    /// The code that the page must show.
    pub code: Option<String>,
    /// When it is too late.
    pub expires_at_ms: u64,
}

/// How a sign-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum SignInOutcome {
    /// The session is open, for this program and for the AWS command line.
    SignedIn,
    /// It was cancelled.
    Cancelled,
}

/// A sign-in that the AWS configuration names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct SsoSession {
    /// How calls name it.
    pub target: SignInTarget,
    /// Its name; of the older form, the address of its portal.
    pub title: String,
    /// The address of its portal.
    pub start_url: String,
    /// The region of IAM Identity Center.
    pub region: String,
    /// The profiles that use it.
    pub profiles: Vec<String>,
    /// When it ends, where somebody is signed in; it may be renewed before.
    pub ends_at_ms: Option<u64>,
    /// Whether it is renewed when it is used, as far as this computer knows.
    pub renewable: bool,
}

/// An account that who signed in may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct SsoAccount {
    /// Its twelve digits.
    pub account_id: String,
    /// What the organisation calls it.
    pub name: Option<String>,
    /// The e-mail address of its root user.
    pub email: Option<String>,
}

/// A profile for a role of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct NewAwsProfile {
    /// Its name.
    pub name: String,
    /// Where it signs in.
    pub target: SignInTarget,
    /// The account's twelve digits.
    pub account_id: String,
    /// The role.
    pub role: String,
    /// The region of its repositories.
    pub region: String,
}

/// What a new profile adds, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct NewAwsProfileText {
    /// The file.
    pub path: String,
    /// The lines that are appended to it.
    pub text: String,
}
