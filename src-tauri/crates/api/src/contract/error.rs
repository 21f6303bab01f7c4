use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a failed call answers, and what a failed image carries in its events and report.
///
/// The window matches `code`, never the text. `message` says what happened and why, in a sentence
/// that is true without the window; the window's own table gives the title and the next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "errors.ts")]
pub struct ApiError {
    /// Which failure this is.
    pub code: ErrorCode,
    /// What happened and why, in a sentence.
    pub message: String,
    /// What to do next, most likely first.
    pub hints: Vec<String>,
    /// The chain of causes, outermost first, as the libraries and servers put it; no secrets.
    pub causes: Vec<String>,
    /// Whether the same call may succeed when it is made again as it is.
    pub retryable: bool,
    /// The names that the sentence speaks of, for a remedy that needs them: a repository, a
    /// profile, a tag, a suggested name.
    pub subject: Option<String>,
    /// The least-privilege IAM policy that would lift a refusal, as JSON for an administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub policy: Option<Box<str>>,
}

/// The failures that the window tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "errors.ts")]
pub enum ErrorCode {
    // What was typed.
    /// A field holds something that cannot be what it stands for.
    InputInvalid,
    /// ECR would refuse the name of a repository; `subject` is a name near it that it takes.
    RepositoryNameInvalid,

    // The network of this computer.
    /// The certificate of a server is not trusted; `subject` is the server.
    TlsUntrusted,
    /// The proxy does not answer; `subject` is its address.
    ProxyUnreachable,
    /// The proxy wants a login or does not let the connection through; `subject` is its address.
    ProxyRefused,
    /// The clock of this computer is so much off that signatures or certificates are refused.
    ClockWrong,
    /// A file with certificate authorities cannot be used; `subject` is its path.
    CaFileUnusable,

    // The AWS configuration and session.
    /// The profile is in none of the AWS configuration files.
    ProfileMissing,
    /// The profile contradicts itself or lacks something.
    ProfileInvalid,
    /// Neither the profile nor the person names a region.
    RegionMissing,
    /// The account has not enabled the region; `subject` is the region.
    RegionNotEnabled,
    /// The region belongs to other accounts than the profile's, as those of China do; `subject` is the
    /// region.
    RegionElsewhere,
    /// The profile gives no credentials.
    CredentialsMissing,
    /// AWS does not know the keys, or the signature does not fit.
    CredentialsInvalid,
    /// The session of the profile has ended.
    CredentialsExpired,
    /// The profile signs in through a browser and has no session now.
    SignInNeeded,
    /// The profile signs in with `aws login` and has no session now.
    AwsLoginNeeded,
    /// A sign-in was refused in the browser.
    SignInDenied,
    /// A sign-in was not finished in time.
    SignInExpired,
    /// A sign-in ended with another error.
    SignInFailed,
    /// The profile asks for an MFA code; `subject` is the profile.
    MfaNeeded,
    /// AWS does not take the MFA code that was typed.
    MfaCodeRefused,
    /// The caller may not do this; `subject` is the action.
    AccessDenied,
    /// Nothing answers at the AWS endpoint.
    EndpointUnreachable,
    /// AWS asks for fewer calls.
    Throttled,
    /// AWS answered with another error.
    AwsFailed,

    // ECR.
    /// The repository does not exist in this account and region.
    RepositoryMissing,
    /// An image that an index in its repository needs is not deleted before the index; `subject` is the
    /// image.
    ImageInIndex,
    /// An account or repository quota is used up.
    QuotaExceeded,
    /// The KMS key cannot be used.
    KmsRefused,

    // The Docker Engine.
    /// No engine answers at any of the usual addresses.
    EngineNotRunning,
    /// The engine's socket is there and may not be opened.
    EnginePermissionDenied,
    /// The engine's certificate, or the client's, cannot be used; `subject` is the address.
    EngineTlsFailed,
    /// The Docker context does not exist or cannot be read.
    EngineContextInvalid,
    /// The engine has no such image.
    EngineImageMissing,
    /// The engine failed.
    EngineFailed,
    /// The engine's push ended with an error inside the stream.
    EnginePushFailed,
    /// The engine does not hold content that would have to be sent; `subject` is the image.
    EngineContentMissing,
    /// The engine holds several platforms of an index and not all of it; `subject` is the image.
    EnginePlatformNeeded,

    // The logins of the person's own docker and Podman.
    /// A login of `docker` or Podman could not be changed; `subject` is the program or the entry.
    ClientLoginFailed,
    /// The credential helper cannot keep a login as long as ECR's, as on Windows.
    ClientLoginTooLong,
    /// The configuration of `docker` or Podman is damaged; `subject` is its path.
    ClientConfigDamaged,
    /// A login that `docker` or Podman stored cannot be read; `subject` is the registry.
    StoredLoginUnreadable,
    /// The registry lets anyone in, so a typed login could not be tested; `subject` is the registry.
    LoginUntested,

    // Registries.
    /// The registry wants a login, or refuses the one it got (401).
    RegistryUnauthorized,
    /// The registry knows the caller and refuses (403).
    RegistryForbidden,
    /// The registry token ran out and could not be renewed.
    RegistryTokenExpired,
    /// The image or repository is not in the registry (404).
    ImageMissing,
    /// The registry asks for fewer requests (429).
    RegistryThrottled,
    /// Docker Hub's pull quota is used up.
    PullQuotaUsedUp,
    /// The registry failed (5xx).
    RegistryFailed,
    /// Nothing answers at the registry's address.
    RegistryUnreachable,
    /// What answers is not a registry, such as a sign-in page.
    NotARegistry,
    /// The connection was cut in the middle.
    ConnectionLost,
    /// Content does not have the digest or size it should have.
    DigestMismatch,
    /// The manifest is larger than registries keep.
    ManifestTooLarge,
    /// The manifest is of a kind that cannot be copied unchanged, such as schema 1.
    ManifestUnsupported,
    /// The tag points to another image and may not be moved.
    TagImmutable,
    /// The registry refused the request for another reason.
    RegistryRefused,

    // Migrations.
    /// Two repositories of the source would have one name in ECR; `subject` is that name.
    NamesCollide,
    /// The plan still has a conflict without a choice.
    PlanHasConflicts,
    /// A lifecycle policy would expire images, and nobody confirmed it; `subject` names the repositories.
    ExpiryUnconfirmed,
    /// The plan is not known any more, or was started already.
    PlanUnknown,
    /// ECR holds another digest than the source, or none.
    VerificationFailed,
    /// The job is not known.
    JobUnknown,
    /// Another window or command runs the migration.
    RunsElsewhere,
    /// The profile is another AWS account now than when the migration was planned.
    AccountDiffers,
    /// The connection leads to another region, registry or endpoint than the migration was planned
    /// for; `subject` is the planned value.
    DestinationDiffers,
    /// A file names endpoints that would receive credentials, and nobody allowed them.
    EndpointsNotAllowed,
    /// The plan file is damaged, contradicts itself, or has another version.
    PlanFileInvalid,
    /// The destination's tag points to something else than when the migration was planned.
    DestinationMoved,
    /// A signature, attestation or SBOM was not copied: its tag holds another one at the destination;
    /// `subject` is that tag.
    ReferrerKept,
    /// The source's name points to another image than when the migration was planned; `subject` is
    /// the name.
    SourceMoved,
    /// The history of migrations cannot be read or written; `subject` is its path.
    JournalFailed,

    // This computer.
    /// A file or folder cannot be read or written; `subject` is its path.
    StorageFailed,
    /// The disk is full; `subject` is the path that was written.
    DiskFull,
    /// The saved profiles cannot be read; the file was set aside.
    StoreUnreadable,
    /// The keychain of the operating system does not keep a login, or did not forget it.
    KeychainFailed,
    /// Practice mode cannot start.
    PracticeFailed,
    /// Another process has practice mode open; `subject` says which.
    PracticeInUse,
    /// A fault of Transload itself.
    Internal,
}
