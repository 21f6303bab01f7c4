//! [`AwsError`], the error of every call in this crate. The `api` crate turns it into codes and texts.

use crate::config::profile_kind::ProfileKind;
use transload_model::{AccountId, Region, RepositoryName};
use transload_network::NetworkFailure;

/// Why a call to AWS failed, or could not be made. No variant contains a secret.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// No file defines the profile.
    #[error("the AWS profile {profile:?} was not found in {}", files.join(", "))]
    ProfileMissing {
        profile: String,
        /// The files that were read.
        files: Vec<String>,
        /// Ignored sections that may have been intended, each with its line.
        ignored: Vec<String>,
    },
    /// The profile is contradictory or incomplete.
    #[error("the AWS profile {profile:?} cannot be used: {detail}")]
    ProfileInvalid {
        profile: String,
        /// The problem, as the AWS SDK or Transload reports it.
        detail: String,
    },
    /// Neither the profile nor the user specifies a region.
    #[error("the AWS profile {profile:?} has no region")]
    RegionMissing { profile: String },
    /// The region is not enabled for the account, so AWS does not know its credentials there.
    #[error("the region {region} is not enabled for the AWS account {account}")]
    RegionNotEnabled { region: Region, account: AccountId },
    /// The profile provides no credentials.
    #[error("the AWS profile {profile:?} provides no credentials")]
    CredentialsMissing {
        profile: String,
        /// The error of the credentials provider.
        #[source]
        source: Option<BoxError>,
    },
    /// The `credential_process` of the profile provides no credentials.
    #[error("the AWS profile {profile:?} provides no credentials: its credential_process {detail}")]
    ProcessFailed {
        profile: String,
        /// What the program did, and its error output.
        detail: String,
    },
    /// AWS does not know the access key, or the signature does not match.
    #[error("AWS rejected the credentials: {message}")]
    CredentialsInvalid { code: String, message: String },
    /// The session has expired.
    #[error("the AWS session has expired: {message}")]
    CredentialsExpired {
        /// The message of AWS or of the SDK.
        message: String,
    },
    /// The profile signs in through a browser, and the user is not signed in.
    #[error("the AWS profile {profile:?} requires you to sign in")]
    SignInNeeded {
        profile: String,
        /// How the profile signs in: IAM Identity Center, or `aws login`.
        kind: ProfileKind,
        /// The error of the credentials provider.
        #[source]
        source: Option<BoxError>,
    },
    /// The profile requires an MFA code.
    #[error("the AWS profile {profile:?} requires a code from {serial}")]
    MfaNeeded {
        profile: String,
        /// The ARN or serial number of the device.
        serial: String,
    },
    /// AWS rejected the MFA code.
    #[error("AWS rejected the code of {serial}: {message}")]
    MfaCodeRefused {
        /// The ARN or serial number of the device.
        serial: String,
        message: String,
    },
    /// The caller lacks a permission.
    #[error("AWS denied {action}: {message}")]
    AccessDenied {
        /// The IAM action, such as `ecr:CreateRepository`.
        action: String,
        /// The message of AWS, which names the caller and the resource.
        message: String,
    },
    /// No response from the endpoint.
    #[error("the AWS endpoint for {action} cannot be reached")]
    EndpointUnreachable {
        action: String,
        /// The error of the connection.
        #[source]
        source: BoxError,
    },
    /// A problem between this computer and AWS: a certificate, a proxy, or the clock.
    #[error("AWS cannot be reached: {failure}")]
    Network { action: String, failure: NetworkFailure },
    /// AWS throttles the call.
    #[error("AWS throttled {action}")]
    Throttled { action: String },
    #[error("the repository {name} does not exist in this account and region")]
    RepositoryMissing { name: RepositoryName },
    #[error("the repository {name} already exists")]
    RepositoryExists { name: RepositoryName },
    /// The repository contains images. Only an empty repository is deleted.
    #[error("the repository {name} is not empty")]
    RepositoryNotEmpty { name: RepositoryName },
    /// A service quota of the account is exhausted.
    #[error("a quota of the AWS account is exceeded: {message}")]
    QuotaExceeded { message: String },
    /// ECR can't use the KMS key.
    #[error("ECR cannot use the KMS key: {message}")]
    KmsRefused { message: String },
    /// Any other error of AWS.
    #[error("{action} failed: {code}: {message}")]
    Refused {
        action: String,
        code: String,
        message: String,
        /// The request id for AWS Support.
        request_id: Option<String>,
    },
    /// The response lacks a required field, or can't be read.
    #[error("the response to {action} cannot be used: {detail}")]
    AnswerUnusable {
        action: String,
        /// What is wrong with the response.
        detail: String,
    },
}

impl AwsError {
    /// Whether a call that changes something may have changed it although it failed: AWS didn't answer, or failed itself.
    pub fn may_have_succeeded(&self) -> bool {
        match self {
            Self::EndpointUnreachable { .. }
            | Self::Network { .. }
            | Self::AnswerUnusable { .. } => true,
            // The codes of ECR and of AWS in general for their own failures, which have the status 500.
            Self::Refused { code, .. } => {
                ["ServerException", "InternalFailure", "InternalServerError"]
                    .contains(&code.as_str())
            }
            _ => false,
        }
    }

    /// Whether the user must act, for example sign in again, before the same call can succeed.
    pub fn requires_user(&self) -> bool {
        matches!(
            self,
            Self::CredentialsMissing { .. }
                | Self::ProcessFailed { .. }
                | Self::CredentialsInvalid { .. }
                | Self::CredentialsExpired { .. }
                | Self::SignInNeeded { .. }
                | Self::MfaNeeded { .. }
        )
    }
}

/// An error of another library, kept as the cause.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
