//! The tokens of a sign-in and the client registration that they were issued to.

use std::time::SystemTime;

use transload_model::Secret;

/// The tokens of a sign-in.
#[derive(Clone, Debug)]
pub(super) struct SsoToken {
    pub(super) access_token: Secret<String>,
    pub(super) expires_at: SystemTime,
    pub(super) refresh_token: Option<Secret<String>>,
    /// Required for refreshing. Old files may lack it.
    pub(super) registration: Option<Registration>,
}

/// A client registration at SSO OIDC.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    pub(super) client_id: String,
    pub(super) client_secret: Secret<String>,
    pub(super) expires_at: SystemTime,
}

/// Source: `_AUTH_GRANT_TYPES` of the AWS CLI 2.
pub(super) const BROWSER_GRANTS: [&str; 2] = ["authorization_code", "refresh_token"];
