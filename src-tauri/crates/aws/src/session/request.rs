//! Parameters for opening a session, and the identity that results.

use url::Url;

use transload_model::{AccountId, Region, Secret};

/// Parameters for opening a session.
#[derive(Clone, Debug)]
pub struct SessionRequest {
    pub credentials: SessionCredentials,
    /// The region. If `None`, that of the profile, otherwise that of the environment.
    pub region: Option<Region>,
    /// Overrides the endpoint of the ECR API, for example with a VPC endpoint or an emulator.
    pub ecr_endpoint: Option<Url>,
    /// Overrides the endpoint of STS. If `None`, an ECR endpoint on this computer also serves STS.
    pub sts_endpoint: Option<Url>,
}

/// Which credentials a session uses.
#[derive(Clone, Debug)]
pub enum SessionCredentials {
    /// A profile of the AWS configuration on this computer.
    Profile { name: String },
    /// The default credentials: keys of the environment, a web identity, the default profile, the role
    /// of a container or an instance.
    Machine,
    /// Keys for this session only.
    Static {
        access_key_id: String,
        secret_access_key: Secret<String>,
        /// The session token of temporary keys.
        session_token: Option<Secret<String>>,
    },
}

/// The caller identity as STS returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    pub account: AccountId,
    /// The ARN of the user or of the session of a role.
    pub arn: String,
    pub region: Region,
    /// When the credentials expire, in milliseconds since 1970. `None` if they don't.
    pub expires_at_ms: Option<u64>,
}
