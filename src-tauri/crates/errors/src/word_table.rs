//! The one table of words for failures: code → title, severity, next steps, actions of the window.
//!
//! The window and `transload-cli` both show from this table: the window everything, the command line the
//! next steps after the message. The command line reads it here; the window imports
//! `ui/src/ipc/generated/errorWords.ts`, which `cargo xtask generate` writes from it. The table is in Rust,
//! because the compiler then proves that each code has exactly one entry, and because the command line has no
//! other source of words.
//!
//! The text of a failure comes from three places, and all of it is always shown:
//!
//! 1. the title: from this table;
//! 2. [`ApiError::message`]: what happened, with the names of the things, from the error value itself;
//! 3. the next steps: first [`ApiError::hints`], which name facts of this failure (a region, a file, a
//!    policy), then the steps of this table, which are true of every failure with the code.
//!
//! So the table holds no parameters, a constructor gives a hint only if the hint has a fact in it, and no
//! text can be shadowed by another one.

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::words::{ErrorAction, ErrorSeverity, ErrorWords};

impl ApiError {
    /// What to do next, most likely first: the hints of this failure, then the steps of its code.
    pub fn next_steps(&self) -> impl Iterator<Item = &str> {
        let general = ErrorWords::of(self.code).next;
        self.hints.iter().map(String::as_str).chain(general.iter().copied())
    }
}

const fn error(
    title: &'static str,
    next: &'static [&'static str],
    actions: &'static [ErrorAction],
) -> ErrorWords {
    ErrorWords { severity: ErrorSeverity::Error, title, next, actions }
}

const fn warning(
    title: &'static str,
    next: &'static [&'static str],
    actions: &'static [ErrorAction],
) -> ErrorWords {
    ErrorWords { severity: ErrorSeverity::Warning, title, next, actions }
}

const fn info(
    title: &'static str,
    next: &'static [&'static str],
    actions: &'static [ErrorAction],
) -> ErrorWords {
    ErrorWords { severity: ErrorSeverity::Info, title, next, actions }
}

impl ErrorWords {
    /// The entry of a code.
    #[must_use]
    pub const fn of(code: ErrorCode) -> Self {
        use ErrorAction::{
            ChooseImages, ChooseProfile, ChooseRegion, ContinueWithoutSaving, EditName,
            EditRepository, EnterMfaCode, KeepExisting, NewTag, OpenLog, OpenSettings, Retry,
            ReviewPlan, RunAgain, SaveDocument, SignIn, SignInSource, StartPractice,
        };
        match code {
            // Input.
            ErrorCode::InputInvalid => {
                error("Invalid input", &["Correct the value, then try again."], &[])
            }
            ErrorCode::RepositoryNameInvalid => error(
                "Invalid repository name",
                &[
                    "Use 2 to 256 lowercase letters, digits, and the separators \".\", \"_\", \"-\" and \"/\". Each part must start and end with a letter or digit.",
                ],
                &[EditName],
            ),

            // The network of this computer.
            ErrorCode::TlsUntrusted => error(
                "Certificate not trusted",
                &[
                    "If you don't expect this certificate, someone could intercept the connection. Don't continue.",
                ],
                &[OpenSettings, Retry],
            ),
            ErrorCode::ProxyUnreachable => error(
                "Couldn't connect to the proxy",
                &[
                    "Check that the proxy is running and that its address is correct. Settings shows where the address comes from.",
                    "If the proxy is only available in your company network, connect to the VPN. Otherwise, remove the proxy from the environment and restart Transload.",
                ],
                &[Retry, OpenSettings],
            ),
            ErrorCode::ProxyRefused => error(
                "The proxy denied the connection",
                &["Restart Transload after you change an environment variable."],
                &[Retry, OpenSettings],
            ),
            ErrorCode::ClockWrong => error(
                "The clock of this computer is wrong",
                &[
                    "Set the date, time, and time zone of this computer, or turn on automatic time, then try again.",
                ],
                &[Retry],
            ),
            ErrorCode::CaFileUnusable => error(
                "Couldn't use the CA file",
                &[
                    "Choose a file with PEM certificates, which start with -----BEGIN CERTIFICATE-----, or one DER certificate.",
                    "Until then, connections use only the certificate authorities of the system.",
                ],
                &[OpenSettings],
            ),

            // The AWS configuration and session.
            ErrorCode::ProfileMissing => error(
                "AWS profile not found",
                &[
                    "Choose another profile.",
                    "Or create the profile with: aws configure --profile NAME",
                ],
                &[ChooseProfile, Retry, StartPractice],
            ),
            ErrorCode::ProfileInvalid => error(
                "Invalid AWS profile",
                &["Correct the profile in the AWS configuration file, or choose another profile."],
                &[Retry, ChooseProfile],
            ),
            ErrorCode::RegionMissing => error(
                "No region selected",
                &["Choose the region that contains your ECR repositories."],
                &[ChooseRegion, ChooseProfile],
            ),
            ErrorCode::RegionNotEnabled => error(
                "Region not enabled",
                &["Choose a region that is enabled in the account."],
                &[ChooseRegion, Retry, ChooseProfile],
            ),
            ErrorCode::RegionElsewhere => error(
                "The region is in another AWS partition",
                &[
                    "AWS GovCloud (US), China, and the AWS European Sovereign Cloud have separate accounts. Credentials of one partition aren't valid in another.",
                ],
                &[ChooseRegion, ChooseProfile],
            ),
            ErrorCode::CredentialsMissing => error(
                "No AWS credentials found",
                &["Add credentials to the profile, or choose another profile."],
                &[Retry, ChooseProfile, StartPractice],
            ),
            ErrorCode::CredentialsInvalid => error(
                "Invalid access keys",
                &[
                    "Check in the IAM console that the access key exists and is active, and that the profile contains the matching secret key.",
                    "Check that the clock of this computer is correct.",
                    "Check that the profile belongs to the partition of the region: AWS GovCloud (US) and China have separate accounts.",
                ],
                &[Retry, ChooseProfile],
            ),
            ErrorCode::CredentialsExpired => error(
                "AWS session expired",
                &["Get new credentials with the tool that created the session, then try again."],
                &[Retry, ChooseProfile],
            ),
            ErrorCode::SignInNeeded => error(
                "Sign-in required",
                &["Sign in, then try again."],
                &[SignIn, Retry, ChooseProfile],
            ),
            ErrorCode::AwsLoginNeeded => error(
                "Sign-in required",
                &["After you sign in, try again."],
                &[Retry, ChooseProfile],
            ),
            ErrorCode::SignInDenied => warning(
                "Access denied in the browser",
                &[
                    "Sign in again and allow access, as the user who has access to the AWS account.",
                    "If you allowed access, ask the administrator of IAM Identity Center.",
                ],
                &[Retry, ChooseProfile],
            ),
            ErrorCode::SignInExpired => warning(
                "Sign-in expired",
                &["Sign in again. Each code is valid for a few minutes."],
                &[Retry, ChooseProfile],
            ),
            ErrorCode::SignInFailed => error(
                "Couldn't sign in",
                &[
                    "Sign in again. If it fails again, enter the code in a browser on another device.",
                ],
                &[Retry, ChooseProfile],
            ),
            ErrorCode::MfaNeeded => info(
                "MFA code required",
                &["Enter the current code of the device, or choose a profile without MFA."],
                &[EnterMfaCode, Retry, ChooseProfile],
            ),
            ErrorCode::MfaCodeRefused => error(
                "Invalid MFA code",
                &[
                    "Wait until the device shows a new code, then enter it. Each code works once.",
                    "If it fails again, check the clock of the device, and mfa_serial in the profile.",
                ],
                &[Retry],
            ),
            ErrorCode::AccessDenied => error(
                "Access denied by AWS",
                &["If another profile has the permission, choose that profile."],
                &[ChooseProfile, Retry],
            ),
            ErrorCode::EndpointUnreachable => error(
                "Couldn't connect to AWS",
                &[
                    "Check the network connection, VPN, and proxy of this computer, then try again.",
                    "Check the region. If you entered an endpoint, check its address.",
                ],
                &[Retry, ChooseRegion, ChooseProfile],
            ),
            ErrorCode::Throttled => warning(
                "Request rate limit reached",
                &["Wait a minute, then try again. Completed work isn't repeated."],
                &[Retry],
            ),
            ErrorCode::AwsFailed => error(
                "AWS returned an error",
                &["Try again. If it fails again, see the details and the AWS Health Dashboard."],
                &[Retry, OpenLog],
            ),

            // ECR.
            ErrorCode::RepositoryMissing => error(
                "Repository not found",
                &[
                    "Check the account, the region, and the repository name.",
                    "Or create the repository. A new plan includes missing repositories.",
                ],
                &[ReviewPlan, ChooseRegion, ChooseProfile, Retry],
            ),
            ErrorCode::ImageInIndex => warning(
                "The image is part of an index",
                &["Delete the index first, or select both."],
                &[Retry],
            ),
            ErrorCode::ImageChanged => warning(
                "The image changed",
                &["Start the deletion again. The new dry run shows the tags as they are now."],
                &[],
            ),
            ErrorCode::LifecyclePreviewNeeded => warning(
                "Lifecycle policy not set",
                &["Preview the policy in ECR again, check the result, and then set the policy."],
                &[],
            ),
            ErrorCode::RepositoryPolicyChanged => warning(
                "The policy changed",
                &[
                    "Nothing was changed. Check the policy as it is now, and then make your change again.",
                ],
                &[],
            ),
            ErrorCode::RegistrySettingChanged => warning(
                "The setting changed",
                &[
                    "Nothing was changed. Check the setting as it is now, and then make your change again.",
                ],
                &[],
            ),
            ErrorCode::QuotaExceeded => error(
                "Quota exceeded",
                &[
                    "Request a higher quota in the Service Quotas console, under Amazon Elastic Container Registry (Amazon ECR).",
                    "Or delete what you no longer need: images, manually or with a lifecycle policy, or repositories, cache rules, and templates.",
                ],
                &[Retry, EditRepository],
            ),
            ErrorCode::KmsRefused => error(
                "Couldn't use the KMS key",
                &[
                    "Check the key ID, alias, or ARN, and that the key is in the region of the repository.",
                    "Check that the key is enabled and that its policy allows kms:CreateGrant and kms:DescribeKey.",
                ],
                &[EditRepository, Retry],
            ),

            // The Docker Engine.
            ErrorCode::EngineNotRunning => error(
                "Docker Engine not found",
                &[
                    "If your engine uses another address, enter it in Settings.",
                    "Images on Docker Hub or in another registry don't require an engine.",
                ],
                &[Retry, OpenSettings, ChooseImages],
            ),
            ErrorCode::EnginePermissionDenied => error(
                "Access to the Docker Engine denied",
                &[
                    "If you can't get access, use an engine that runs as your user, such as rootless Docker or Podman, and enter its address in Settings.",
                ],
                &[Retry, OpenSettings, ChooseImages],
            ),
            ErrorCode::EngineTlsFailed => error(
                "Couldn't connect to the Docker Engine over TLS",
                &["To test the settings, run: docker version. It uses the same files."],
                &[Retry, OpenSettings],
            ),
            ErrorCode::EngineContextInvalid => error(
                "Couldn't use the Docker context",
                &[
                    "To list the contexts, run: docker context ls. To choose one, run: docker context use NAME",
                    "Or enter the address of the engine in Settings.",
                ],
                &[Retry, OpenSettings],
            ),
            ErrorCode::EngineImageMissing => error(
                "Image not found in the Docker Engine",
                &["The image may have been removed. Refresh the list and select the images again."],
                &[ChooseImages, Retry],
            ),
            ErrorCode::EngineFailed => error(
                "The Docker Engine returned an error",
                &[
                    "Try again. If it fails again, see the log of the engine.",
                    "A full disk is a common cause. To check, run: docker system df",
                ],
                &[Retry, OpenLog],
            ),
            ErrorCode::EnginePushFailed => error(
                "The Docker Engine couldn't push the image",
                &["Try again. Layers that were pushed aren't sent again."],
                &[Retry, ChooseImages, OpenLog],
            ),
            ErrorCode::EngineContentMissing => error(
                "The Docker Engine doesn't have all layers of the image",
                &[
                    "Copy the image from the registry that it was pulled from. This keeps the digest and every platform.",
                    "Or remove every image that shares its layers, and pull the image again.",
                ],
                &[ChooseImages, ReviewPlan, Retry],
            ),
            ErrorCode::EnginePlatformNeeded => error(
                "Platform required",
                &[
                    "Choose one platform under Copy options in the Images step, or with --platform on the command line.",
                    "Or copy all platforms from the registry that the image was pulled from.",
                ],
                &[ChooseImages],
            ),
            ErrorCode::EngineManifestList => error(
                "Couldn't push a manifest list of Podman",
                &[
                    "Push all platforms with \"podman manifest push --all\", to ECR or to a registry that Transload copies from.",
                    "Or migrate the images of the list by their own names.",
                ],
                &[ChooseImages],
            ),

            // The logins of docker and Podman.
            ErrorCode::ClientLoginFailed => error(
                "Couldn't change the login of docker or Podman",
                &[
                    "A migration doesn't require this login: Transload keeps its own login in memory.",
                ],
                &[Retry],
            ),
            ErrorCode::ClientLoginTooLong => warning(
                "The login is too long for the credential store",
                &[
                    "Set up docker-credential-ecr-login for this registry instead. It gets a login when needed and stores none.",
                    "A migration doesn't require this login: Transload keeps its own login in memory.",
                ],
                &[],
            ),
            ErrorCode::ClientConfigDamaged => error(
                "Couldn't read the configuration of docker or Podman",
                &[
                    "Repair the file, or move it to another folder: docker creates a new file. Transload didn't change it.",
                ],
                &[Retry],
            ),
            ErrorCode::ClientFileChanged => warning(
                "The file changed since it was installed",
                &["Remove the entries for the name yourself, or restore the file from a backup."],
                &[],
            ),
            ErrorCode::ClientFileNotInstalled => warning(
                "The file wasn't installed by Transload",
                &["To stop using the name, remove its entries from the file yourself."],
                &[],
            ),
            ErrorCode::ClientFolderMissing => warning(
                "No folder for the file of the client",
                &[
                    "Set the environment variable HOME, or save the file and copy it to the computer that runs the client.",
                ],
                &[],
            ),
            ErrorCode::StoredLoginUnreadable => warning(
                "Couldn't read a stored login",
                &[
                    "Public images don't require a login.",
                    "For private images, sign in here, or repair the login with docker login or podman login.",
                ],
                &[],
            ),
            ErrorCode::LoginUntested => warning(
                "Couldn't test the login",
                &[
                    "The login is used until Transload closes. It wasn't saved in the keychain.",
                    "If private images aren't found, check the user name and password, and sign in again.",
                ],
                &[],
            ),

            // Registries.
            ErrorCode::RegistrySignInNeeded => error(
                "The registry requires a sign-in",
                &[
                    "Sign in with a user name and an access token. The image may be private, or may not exist.",
                ],
                &[SignInSource, Retry],
            ),
            ErrorCode::RegistryUnauthorized => error(
                "User name or access token rejected",
                &["The access token may have expired, or may not allow this action."],
                &[SignInSource, Retry],
            ),
            ErrorCode::RegistryForbidden => error(
                "Access denied by the registry",
                &["Ask the administrator of the registry for access, or sign in as another user."],
                &[SignInSource, ChooseProfile, Retry],
            ),
            ErrorCode::RegistryTokenExpired => error(
                "Registry login expired",
                &[
                    "Try again. Transload gets a new token, and layers that were pushed aren't sent again.",
                    "If it fails again, the AWS session expired. Sign in again, or choose another profile.",
                ],
                &[Retry, ChooseProfile],
            ),
            ErrorCode::ImageMissing => error(
                "Image not found",
                &[
                    "Check the name and the tag. The image may have been deleted.",
                    "If the repository is private, sign in to the registry.",
                ],
                &[ChooseImages, SignInSource, Retry],
            ),
            ErrorCode::ImageArchived => warning(
                "Image archived",
                &[
                    "Restore the image on the page of its repository. This can take 20 minutes. Then try again.",
                ],
                &[Retry],
            ),
            ErrorCode::RegistryThrottled => warning(
                "Request rate limit of the registry reached",
                &["Wait a few minutes, then try again. Completed work isn't repeated."],
                &[Retry, SignInSource],
            ),
            ErrorCode::PullQuotaUsedUp => warning(
                "Docker Hub pull rate limit reached",
                &[
                    "Sign in with your Docker Hub user name and an access token. Signed-in users have a higher limit.",
                    "Or select fewer images.",
                ],
                &[SignInSource, Retry, ChooseImages],
            ),
            ErrorCode::RegistryFailed => error(
                "The registry returned an error",
                &[
                    "Wait a few minutes, then try again. If it fails again, see the status page of the registry.",
                ],
                &[Retry, OpenLog],
            ),
            ErrorCode::RegistryUnreachable => error(
                "Couldn't connect to the registry",
                &[
                    "Check the address and port of the registry, and the network connection, VPN, and proxy of this computer.",
                    "If the registry doesn't use TLS, choose Use HTTP (insecure).",
                ],
                &[Retry, ChooseImages],
            ),
            ErrorCode::NotARegistry => error(
                "The server isn't a registry",
                &[
                    "Check the address. Enter the host name only, without https:// and without a path.",
                    "A proxy or the sign-in page of a guest network may have answered. Open a web page to check.",
                ],
                &[ChooseImages, Retry],
            ),
            ErrorCode::ConnectionLost => warning(
                "Connection lost",
                &["Try again. Layers that were copied completely aren't sent again."],
                &[Retry],
            ),
            ErrorCode::DigestMismatch => error(
                "Digest mismatch",
                &[
                    "Try again. Nothing was stored at the destination.",
                    "If it fails again, the content of the source is damaged. Push the image to the source again, or deselect it.",
                ],
                &[Retry, ChooseImages],
            ),
            ErrorCode::ManifestTooLarge => error(
                "Manifest too large",
                &[
                    "ECR accepts manifests of up to 4 MiB. Rebuild the image with fewer layers or annotations, or deselect it.",
                ],
                &[ChooseImages],
            ),
            ErrorCode::ManifestUnsupported => error(
                "Image format not supported",
                &[
                    "Transload can't copy this image. To continue with the other images, deselect it.",
                ],
                &[ChooseImages],
            ),
            ErrorCode::DocumentTooLarge => error(
                "The document is too large to show",
                &[
                    "Save it to a file. On the command line, use a tool such as oras or crane with the digest.",
                ],
                &[SaveDocument],
            ),
            ErrorCode::DocumentUnreadable => error(
                "Couldn't read the document",
                &[
                    "Save it to a file. On the command line, use a tool such as oras or crane with the digest.",
                ],
                &[SaveDocument],
            ),
            ErrorCode::ManifestsUnreadable => error(
                "Couldn't read all manifests",
                &["Restore archived indexes and delete damaged ones, then try again."],
                &[Retry],
            ),
            ErrorCode::ScanRefused => warning(
                "ECR refused the scan",
                &["See the vulnerabilities that the last scan found."],
                &[],
            ),
            ErrorCode::LayerUnreadable => error(
                "Couldn't list the files of the layer",
                &["To get the layer as it is, use a tool such as oras or crane with the digest."],
                &[],
            ),
            ErrorCode::PlatformMissing => error(
                "Platform not found in the image",
                &["Choose one of the platforms that the image has."],
                &[],
            ),
            ErrorCode::TagMoved => warning(
                "The tag changed meanwhile",
                &["Refresh the repository to see the image of the tag. Nothing was changed."],
                &[],
            ),
            ErrorCode::TagRefused => {
                warning("Couldn't change the tag", &["Choose another tag or another image."], &[])
            }
            ErrorCode::TagImmutable => warning(
                "The tag is immutable",
                &[
                    "Keep the existing image, or copy this image to another tag.",
                    "Or add the tag to the exclusion filters of the repository in the ECR console, then try again.",
                ],
                &[KeepExisting, NewTag, Retry],
            ),
            ErrorCode::RegistryRefused => error(
                "The registry rejected the request",
                &["See the details for the reason that the registry gives."],
                &[Retry, ChooseImages, OpenLog],
            ),

            // Migrations.
            ErrorCode::NamesCollide => error(
                "Duplicate repository name",
                &[
                    "Give each repository a different name in the Names step, or change the rename rules.",
                ],
                &[EditRepository],
            ),
            ErrorCode::PlanHasConflicts => warning(
                "The plan isn't ready to start",
                &[
                    "For each conflict, choose to keep the existing image, overwrite it, or use another tag.",
                ],
                &[ReviewPlan],
            ),
            ErrorCode::ExpiryUnconfirmed => warning(
                "Lifecycle policies would expire images",
                &[
                    "Review the plan and confirm the expiration. On the command line, use --allow-expiry.",
                    "To keep the images, change the lifecycle policy of the repository, or select fewer images.",
                ],
                &[ReviewPlan],
            ),
            ErrorCode::PlanUnknown => warning(
                "The plan is no longer valid",
                &["Review again to create a new plan from the same choices."],
                &[ReviewPlan],
            ),
            ErrorCode::ReviewUnknown => warning(
                "The dry run is no longer valid",
                &["Start again. A new dry run shows what exists now."],
                &[],
            ),
            ErrorCode::ConfirmationNeeded => warning(
                "Confirmation required",
                &["Review the changes that the command lists, then confirm them with --yes."],
                &[],
            ),
            ErrorCode::VerificationFailed => error(
                "Verification failed",
                &[
                    "Another process may have pushed to the same tag at the same time. Plan again, and compare the digests.",
                ],
                &[Retry, OpenLog],
            ),
            ErrorCode::JobUnknown => warning(
                "Migration not found",
                &["See the history for the migrations that this computer knows."],
                &[ReviewPlan],
            ),
            ErrorCode::JobUnfinished => warning(
                "The migration is still running",
                &["Wait until it finishes, or stop it. Then try again."],
                &[Retry],
            ),
            ErrorCode::DeletionUnknown => warning(
                "Deletion not found",
                &[
                    "See the history for the deletions that this computer knows. On the command line, use `transload-cli deletions`.",
                ],
                &[],
            ),
            ErrorCode::DeletionUnfinished => warning(
                "The deletion can't be restored yet",
                &["Wait until it finishes, or stop it. Then try again."],
                &[Retry],
            ),
            ErrorCode::RunsElsewhere => warning(
                "Already running in another window or process",
                &["Follow the migration there, or stop it there first. Then try again."],
                &[Retry],
            ),
            ErrorCode::AccountDiffers => error(
                "Not the planned AWS account",
                &["To use the current account instead, plan the migration again."],
                &[RunAgain, Retry, ChooseProfile],
            ),
            ErrorCode::DestinationDiffers => error(
                "Not the planned destination",
                &["To use the current destination instead, plan the migration again."],
                &[RunAgain, Retry, ChooseProfile],
            ),
            ErrorCode::EndpointsNotAllowed => warning(
                "The file contains custom endpoints",
                &[
                    "Allow the endpoints only if you trust the author of the file. Nothing was sent.",
                ],
                &[],
            ),
            ErrorCode::PlanFileInvalid => error(
                "Invalid plan file",
                &["Export the plan again, or make a new one. Nothing was changed."],
                &[],
            ),
            ErrorCode::DestinationMoved => warning(
                "Tag changed since the plan was made",
                &[
                    "Plan again. The new plan shows what the tag points to now. Transload didn't overwrite it.",
                ],
                &[ReviewPlan],
            ),
            ErrorCode::ReferrerKept => warning(
                "A different signature, attestation, or SBOM exists",
                &["To replace it, delete the tag in ECR, then copy the image again."],
                &[],
            ),
            ErrorCode::SourceMoved => warning(
                "Source tag changed since the plan was made",
                &["Plan again to migrate the current image. Nothing was written."],
                &[ReviewPlan],
            ),
            ErrorCode::JournalFailed => error(
                "Couldn't use the migration history",
                &["Transload records each migration before it starts, so that it can be resumed."],
                &[Retry, OpenSettings],
            ),

            ErrorCode::RecordUnreadable => error(
                "Couldn't read a record of the history",
                &[
                    "A newer version of Transload may have written it. Open the history with that version.",
                    "If you don't need the record, delete it. Images in ECR and other records aren't affected.",
                ],
                &[OpenSettings],
            ),

            // This computer.
            ErrorCode::StorageFailed => error(
                "Couldn't read or write a file",
                &[
                    "Check that the folder exists, that your user has access to it, and that the disk has free space.",
                ],
                &[Retry, OpenSettings],
            ),
            ErrorCode::DiskFull => error(
                "Disk full",
                &[
                    "Free space on the disk, then try again. Existing files weren't changed. Image layers don't use disk space here.",
                ],
                &[Retry, OpenSettings],
            ),
            ErrorCode::StoreUnreadable => warning(
                "Couldn't read the saved profiles",
                &["Import the profiles from an exported file, or save them again."],
                &[Retry, OpenSettings],
            ),
            ErrorCode::KeychainFailed => warning(
                "Couldn't access the system keychain",
                &[
                    "After signing in: the login is valid until Transload closes. To save it, fix the keychain and sign in again.",
                    "After signing out: the keychain may still contain the login. Fix the keychain and sign out again.",
                ],
                &[ContinueWithoutSaving, Retry],
            ),
            ErrorCode::PracticeFailed => error(
                "Couldn't start practice mode",
                &[
                    "Try again. Security software that blocks local servers is a possible cause.",
                    "If it fails again, reset practice mode in Settings. This deletes its data.",
                ],
                &[Retry, OpenSettings, OpenLog],
            ),
            ErrorCode::PracticeInUse => warning(
                "Practice mode is in use",
                &["Close the other program, or wait until its command finishes, then try again."],
                &[Retry],
            ),
            ErrorCode::Internal => error(
                "Unexpected error",
                &[
                    "Try again. If it fails again, restart Transload.",
                    "To report the problem, include the log and the details. They don't contain secrets.",
                ],
                &[Retry, OpenLog],
            ),
        }
    }
}

#[cfg(test)]
mod tests;
