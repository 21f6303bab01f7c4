//! [`SignInMethod`]: how the user signs in. A client registration is valid for one method only.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the user signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum SignInMethod {
    /// In the browser of this computer, which redirects to Transload (authorization code with PKCE).
    Browser,
    /// In a browser on any device, by confirming a code (device authorization).
    Code,
}
