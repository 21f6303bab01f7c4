use crate::config::profile_list::ProfileKind;
use transload_model::{AccountId, Region, RepositoryName};
use transload_network::NetworkFailure;

/// Why a call to AWS, or the way to it, failed. No variant holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// The profile is in none of the files.
    #[error("there is no AWS profile {profile:?} in {}", files.join(", "))]
    ProfileMissing {
        /// The profile.
        profile: String,
        /// The files that were read.
        files: Vec<String>,
        /// Sections of the files that may have been meant and are not read, each with its line.
        ignored: Vec<String>,
    },
    /// The profile contradicts itself or lacks something.
    #[error("the AWS profile {profile:?} cannot be used: {detail}")]
    ProfileInvalid {
        /// The profile.
        profile: String,
        /// What is wrong, in the words of the AWS SDK or ours.
        detail: String,
    },
    /// Neither the profile nor the person names a region.
    #[error("the AWS profile {profile:?} names no region")]
    RegionMissing {
        /// The profile.
        profile: String,
    },
    /// The account has not enabled the region, so AWS does not know its credentials there.
    #[error("the region {region} is not enabled for the AWS account {account}")]
    RegionNotEnabled {
        /// The region.
        region: Region,
        /// The account.
        account: AccountId,
    },
    /// The profile gives no credentials.
    #[error("the AWS profile {profile:?} gives no credentials")]
    CredentialsMissing {
        /// The profile.
        profile: String,
        /// What the credentials provider said.
        #[source]
        source: Option<BoxError>,
    },
    /// The program of the profile gives no credentials.
    #[error("the AWS profile {profile:?} gives no credentials: its credential_process {detail}")]
    ProcessFailed {
        /// The profile.
        profile: String,
        /// What the program did, with what it complained of.
        detail: String,
    },
    /// AWS does not know the keys, or the signature does not fit.
    #[error("AWS does not accept the credentials: {message}")]
    CredentialsInvalid {
        /// AWS's error code.
        code: String,
        /// AWS's sentence.
        message: String,
    },
    /// The session has ended.
    #[error("the AWS session has ended: {message}")]
    CredentialsExpired {
        /// AWS's sentence, or the SDK's.
        message: String,
    },
    /// The profile signs in through a browser and has no session now.
    #[error("the AWS profile {profile:?} needs you to sign in")]
    SignInNeeded {
        /// The profile.
        profile: String,
        /// With what it signs in: IAM Identity Center, or `aws login`.
        kind: ProfileKind,
        /// What the credentials provider said.
        #[source]
        source: Option<BoxError>,
    },
    /// The profile asks for an MFA code.
    #[error("the AWS profile {profile:?} needs a code from {serial}")]
    MfaNeeded {
        /// The profile.
        profile: String,
        /// The device's ARN or serial number.
        serial: String,
    },
    /// AWS does not take the MFA code.
    #[error("AWS does not take the code of {serial}: {message}")]
    MfaCodeRefused {
        /// The device's ARN or serial number.
        serial: String,
        /// AWS's sentence.
        message: String,
    },
    /// The caller may not do this.
    #[error("AWS does not allow {action}: {message}")]
    AccessDenied {
        /// The IAM action, such as `ecr:CreateRepository`.
        action: String,
        /// AWS's sentence, which names the caller and the resource.
        message: String,
    },
    /// Nothing answers at the endpoint.
    #[error("nothing answers at the AWS endpoint for {action}")]
    EndpointUnreachable {
        /// The IAM action.
        action: String,
        /// What the connection said.
        #[source]
        source: BoxError,
    },
    /// Something between here and AWS: a certificate, a proxy, a clock.
    #[error("AWS cannot be asked: {failure}")]
    Network {
        /// The IAM action.
        action: String,
        /// What.
        failure: NetworkFailure,
    },
    /// AWS asks for fewer calls.
    #[error("AWS asks for fewer calls of {action}")]
    Throttled {
        /// The IAM action.
        action: String,
    },
    /// The repository does not exist.
    #[error("ECR has no repository {name} in this account and region")]
    RepositoryMissing {
        /// Its name.
        name: RepositoryName,
    },
    /// The repository exists already.
    #[error("ECR has a repository {name} already")]
    RepositoryExists {
        /// Its name.
        name: RepositoryName,
    },
    /// The repository holds images, and is deleted only where it holds none.
    #[error("the repository {name} is not empty")]
    RepositoryNotEmpty {
        /// Its name.
        name: RepositoryName,
    },
    /// A quota of the account is used up.
    #[error("a quota of the AWS account is used up: {message}")]
    QuotaExceeded {
        /// AWS's sentence.
        message: String,
    },
    /// The KMS key cannot be used.
    #[error("the KMS key cannot be used: {message}")]
    KmsRefused {
        /// AWS's sentence.
        message: String,
    },
    /// AWS answered with another error.
    #[error("AWS refused {action}: {code}: {message}")]
    Refused {
        /// The IAM action.
        action: String,
        /// AWS's error code.
        code: String,
        /// AWS's sentence.
        message: String,
        /// The id to give to AWS support.
        request_id: Option<String>,
    },
    /// The answer lacks something that it must have, or cannot be read.
    #[error("the answer to {action} cannot be used: {detail}")]
    AnswerUnusable {
        /// The IAM action.
        action: String,
        /// What is wrong with it.
        detail: String,
    },
}

impl AwsError {
    /// Whether a person has to do something about the session, such as to sign in again, and the same
    /// call may succeed afterwards.
    pub fn needs_person(&self) -> bool {
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

/// Another library's error, kept as the cause.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
