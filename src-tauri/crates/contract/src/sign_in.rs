//! Sign-ins to IAM Identity Center, and the profiles that use them.

use serde::{Deserialize, Serialize};
pub use transload_aws::{SignInMethod, SsoAccount, SsoTarget as SignInTarget};
use ts_rs::TS;

/// What the user needs to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct SignInPrompt {
    /// The ID of the sign-in, for the commands that wait for it, open its page, or cancel it.
    pub sign_in: String,
    /// The name of the session, or the address of its portal.
    pub session: String,
    pub method: SignInMethod,
    /// The page to open. If there is a code, the page contains it.
    pub url: String,
    /// The page on which the user enters the code.
    pub code_url: Option<String>,
    /// The code that the page has to show.
    pub code: Option<String>,
    pub expires_at_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum SignInOutcome {
    /// The session is valid, for this program and for the AWS CLI.
    SignedIn,
    Cancelled,
}

/// A session that the AWS configuration defines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct SsoSession {
    /// What commands use to refer to it.
    pub target: SignInTarget,
    /// Its name. For the legacy format, the address of its portal.
    pub title: String,
    /// The address of its access portal.
    pub start_url: String,
    /// The region of IAM Identity Center.
    pub region: String,
    /// The profiles that use it.
    pub profiles: Vec<String>,
    /// When it expires, if the user is signed in. It may be renewed before.
    pub ends_at_ms: Option<u64>,
    /// Whether it can be renewed without the user.
    pub renewable: bool,
}

/// A new profile for a role of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct NewAwsProfile {
    pub name: String,
    pub target: SignInTarget,
    /// The twelve digits of the account.
    pub account_id: String,
    pub role: String,
    /// The region of ECR.
    pub region: String,
}

/// The text of a new profile, and its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct NewAwsProfileText {
    pub path: String,
    /// The lines that are appended to the file.
    pub text: String,
}
