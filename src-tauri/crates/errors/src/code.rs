//! The failures that the window distinguishes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The failures that the window distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "errors.ts")]
pub enum ErrorCode {
    // Input.
    /// One of the fields is invalid; `subject` is its value.
    InputInvalid,
    /// ECR doesn't allow the repository name; `subject` is a similar name that is valid.
    RepositoryNameInvalid,

    // The network of this computer.
    /// The certificate of a server is not trusted; `subject` is the server.
    TlsUntrusted,
    /// The proxy didn't respond; `subject` is its address.
    ProxyUnreachable,
    /// The proxy requires a login or denied the connection; `subject` is its address.
    ProxyRefused,
    /// The clock of this computer is wrong, so that signatures or certificates are rejected.
    ClockWrong,
    /// A file with certificate authorities couldn't be used; `subject` is its path.
    CaFileUnusable,

    // The AWS configuration and session.
    /// No AWS configuration file contains the profile.
    ProfileMissing,
    /// The profile is contradictory or incomplete.
    ProfileInvalid,
    /// Neither the profile nor the user specifies a region.
    RegionMissing,
    /// The account has not enabled the region; `subject` is the region.
    RegionNotEnabled,
    /// The region is in another partition than the account of the profile; `subject` is the region.
    RegionElsewhere,
    /// The profile provides no credentials.
    CredentialsMissing,
    /// AWS doesn't know the access key, or the signature doesn't match.
    CredentialsInvalid,
    /// The session of the profile expired.
    CredentialsExpired,
    /// The profile signs in through a browser and has no valid session.
    SignInNeeded,
    /// The profile signs in with `aws login` and has no valid session.
    AwsLoginNeeded,
    /// The sign-in was denied in the browser.
    SignInDenied,
    /// The sign-in wasn't completed in time.
    SignInExpired,
    /// The sign-in failed for another reason.
    SignInFailed,
    /// The profile requires an MFA code; `subject` is the profile.
    MfaNeeded,
    /// AWS rejected the MFA code.
    MfaCodeRefused,
    /// The identity isn't allowed to perform the action; `subject` is the action.
    AccessDenied,
    /// The AWS endpoint didn't respond.
    EndpointUnreachable,
    /// AWS throttled the requests.
    Throttled,
    /// AWS returned another error.
    AwsFailed,

    // ECR.
    /// The repository does not exist in this account and region.
    RepositoryMissing,
    /// ECR didn't delete an image, because an index in its repository references it; `subject` is the
    /// image.
    ImageInIndex,
    /// An image wasn't deleted, because its tags changed after the deletion was planned.
    ImageChanged,
    /// A lifecycle policy can't be set without ECR's preview of it; `subject` is the repository.
    LifecyclePreviewNeeded,
    /// The policy of a repository or of the registry wasn't set or removed, because it changed after it was shown;
    /// `subject` is the repository.
    RepositoryPolicyChanged,
    /// A setting of the registry wasn't changed, because it changed after it was shown.
    RegistrySettingChanged,
    /// A quota of the account or the repository is exceeded.
    QuotaExceeded,
    /// ECR couldn't use the KMS key.
    KmsRefused,

    // The Docker Engine.
    /// No engine responded at any of the usual addresses.
    EngineNotRunning,
    /// The socket of the engine exists, but the user isn't allowed to open it.
    EnginePermissionDenied,
    /// The certificate of the engine or the client couldn't be used; `subject` is the address.
    EngineTlsFailed,
    /// The Docker context doesn't exist or couldn't be read.
    EngineContextInvalid,
    /// The image doesn't exist in the engine.
    EngineImageMissing,
    /// The engine returned an error.
    EngineFailed,
    /// The push of the engine failed.
    EnginePushFailed,
    /// The engine doesn't have content that the push requires; `subject` is the image.
    EngineContentMissing,
    /// The engine has several platforms of an index, but not all of it; `subject` is the image.
    EnginePlatformNeeded,
    /// The name means a manifest list of Podman, which can't be pushed whole; `subject` is the name.
    EngineManifestList,

    // The logins of docker and Podman.
    /// A login of `docker` or Podman couldn't be changed; `subject` is the program or the entry.
    ClientLoginFailed,
    /// The credential helper can't store a login as long as an ECR login, as on Windows.
    ClientLoginTooLong,
    /// The configuration of `docker` or Podman is damaged; `subject` is its path.
    ClientConfigDamaged,
    /// A file of a client changed after Transload installed it, so it can't be restored; `subject` is its path.
    ClientFileChanged,
    /// Transload didn't install the file of a client, so nothing can be restored; `subject` is its path.
    ClientFileNotInstalled,
    /// This computer has no folder for the file of a client.
    ClientFolderMissing,
    /// A login that `docker` or Podman stored couldn't be read; `subject` is the registry.
    StoredLoginUnreadable,
    /// The registry allows anonymous access, so the login couldn't be tested; `subject` is the registry.
    LoginUntested,

    // Registries.
    /// The registry requires a login, and the request had no login (401).
    RegistrySignInNeeded,
    /// The registry rejected the login (401).
    RegistryUnauthorized,
    /// The registry denied access to a known user (403).
    RegistryForbidden,
    /// The registry token expired and couldn't be renewed.
    RegistryTokenExpired,
    /// The image or repository doesn't exist in the registry (404).
    ImageMissing,
    /// The image is archived in ECR, or is being restored, and can't be pulled; `subject` is its name.
    ImageArchived,
    /// The registry throttled the requests (429).
    RegistryThrottled,
    /// The pull rate limit of Docker Hub is reached.
    PullQuotaUsedUp,
    /// The registry returned an error (5xx).
    RegistryFailed,
    /// The registry didn't respond.
    RegistryUnreachable,
    /// The server isn't a registry, but for example a sign-in page.
    NotARegistry,
    /// The connection was interrupted.
    ConnectionLost,
    /// The digest or size of the content is wrong.
    DigestMismatch,
    /// The manifest is larger than registries accept.
    ManifestTooLarge,
    /// The manifest can't be copied unchanged, for example schema 1.
    ManifestUnsupported,
    /// An SBOM, attestation, or signature is larger than what is read; `subject` is its manifest.
    DocumentTooLarge,
    /// An SBOM, attestation, or signature is damaged; `subject` is its manifest.
    DocumentUnreadable,
    /// Manifests that decide what can be deleted can't be read; `subject` is the repository.
    ManifestsUnreadable,
    /// ECR refused to scan an image; `subject` is the image.
    ScanRefused,
    /// The files of a layer can't be listed; `subject` is the layer.
    LayerUnreadable,
    /// The image doesn't have the requested platform; `subject` is the platform.
    PlatformMissing,
    /// A tag in ECR points to another image than it did; `subject` is the tag.
    TagMoved,
    /// ECR can't add a tag or remove it; `subject` is the tag.
    TagRefused,
    /// The tag is immutable and points to another image.
    TagImmutable,
    /// The registry rejected the request for another reason.
    RegistryRefused,

    // Migrations.
    /// Two source repositories have the same name in ECR; `subject` is the name.
    NamesCollide,
    /// The plan has a conflict without a choice, or nothing to do.
    PlanHasConflicts,
    /// A lifecycle policy would expire images, and the user didn't confirm it; `subject` names the
    /// repositories.
    ExpiryUnconfirmed,
    /// The plan no longer exists, or was already started.
    PlanUnknown,
    /// The reviewed undo, deletion, or restore no longer exists, or was already carried out.
    ReviewUnknown,
    /// A change needs a confirmation, and nobody can give it.
    ConfirmationNeeded,
    /// The digest in ECR differs from the source, or doesn't exist.
    VerificationFailed,
    /// The job doesn't exist.
    JobUnknown,
    /// The job hasn't finished.
    JobUnfinished,
    /// The deletion has no record on this computer.
    DeletionUnknown,
    /// The deletion, or an earlier restore of it, hasn't finished; `subject` is the deletion.
    DeletionUnfinished,
    /// Another window or command is running the migration.
    RunsElsewhere,
    /// The profile uses another AWS account than the plan; `subject` is the planned account.
    AccountDiffers,
    /// The connection uses another region, registry, or endpoint than the plan; `subject` is the
    /// planned value.
    DestinationDiffers,
    /// A file contains endpoints that would receive credentials, and the user didn't allow them.
    EndpointsNotAllowed,
    /// The plan file is damaged, contradictory, or has another version.
    PlanFileInvalid,
    /// The destination tag changed after the plan was created.
    DestinationMoved,
    /// A signature, attestation, or SBOM wasn't copied, because its tag points to another one at the
    /// destination; `subject` is the tag.
    ReferrerKept,
    /// The source image changed after the plan was created; `subject` is its name.
    SourceMoved,
    /// The migration journal couldn't be read or written; `subject` is its path.
    JournalFailed,
    /// The record of a migration or a deletion couldn't be read; `subject` is the ID of the migration or the file.
    RecordUnreadable,

    // This computer.
    /// A file or folder couldn't be read or written; `subject` is its path.
    StorageFailed,
    /// The disk is full; `subject` is the file.
    DiskFull,
    /// The saved profiles couldn't be read; the file was renamed.
    StoreUnreadable,
    /// The keychain of the operating system couldn't save or delete a login.
    KeychainFailed,
    /// Practice mode couldn't start.
    PracticeFailed,
    /// Another process uses practice mode; `subject` is its name.
    PracticeInUse,
    /// A bug in Transload.
    Internal,
}
