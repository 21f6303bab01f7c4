//! What is asked of a session, and who it turns out to be.

use url::Url;

use transload_model::{AccountId, Region, Secret};

/// What a caller wants of AWS.
#[derive(Clone, Debug)]
pub struct SessionRequest {
    /// As whom.
    pub credentials: SessionCredentials,
    /// In which region; without one the profile's, and without that the environment's.
    pub region: Option<Region>,
    /// Another endpoint of the ECR API, such as a VPC endpoint or an emulator.
    pub ecr_endpoint: Option<Url>,
    /// Another endpoint of STS. Without one, an ECR endpoint on this computer serves for STS too.
    pub sts_endpoint: Option<Url>,
}

/// As whom a session speaks.
#[derive(Clone, Debug)]
pub enum SessionCredentials {
    /// A profile of the AWS configuration on this computer.
    Profile {
        /// Its name.
        name: String,
    },
    /// What this machine gives without a profile: keys of the environment, web identity, the role of a
    /// container or an instance.
    Machine,
    /// Keys that were given for this session alone.
    Static {
        /// The access key id.
        access_key_id: String,
        /// The secret access key.
        secret_access_key: Secret<String>,
        /// The session token of temporary keys.
        session_token: Option<Secret<String>>,
    },
}

/// Who a session is, as STS says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The account.
    pub account: AccountId,
    /// The user or the assumed role.
    pub arn: String,
    /// The region of the session.
    pub region: Region,
    /// When the credentials end, in milliseconds since 1970, if they do.
    pub expires_at_ms: Option<u64>,
}
