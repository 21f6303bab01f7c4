//! Failures of the Docker Engine.

use transload_aws::policy_for_denial;
use transload_docker::{DockerError, PushFailure, System, TlsProblem};

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<DockerError> for ApiError {
    fn from(error: DockerError) -> Self {
        Self::from(&error)
    }
}

impl From<&DockerError> for ApiError {
    fn from(error: &DockerError) -> Self {
        words(error, System::CURRENT).caused_by(error)
    }
}

fn words(error: &DockerError, system: System) -> ApiError {
    let new = |code| ApiError::new(code, sentence(&error.to_string()));
    match error {
        DockerError::NotRunning { address, .. } => {
            new(ErrorCode::EngineNotRunning).about(address).hint(start_hint(system)).retryable()
        }
        DockerError::PermissionDenied { address } => new(ErrorCode::EnginePermissionDenied)
            .about(address)
            .hint(permission_hint(system))
            .retryable(),
        DockerError::TlsFailed { address, problem, .. } => {
            new(ErrorCode::EngineTlsFailed).about(address).hint(tls_hint(problem)).retryable()
        }
        DockerError::ContextInvalid { name, .. } => {
            new(ErrorCode::EngineContextInvalid).about(name)
        }
        DockerError::AddressInvalid { address, .. } => {
            new(ErrorCode::EngineContextInvalid).about(address).hint(address_hint(system))
        }
        DockerError::ImageMissing { reference } => {
            new(ErrorCode::EngineImageMissing).about(reference)
        }
        DockerError::NotExportable { reference, .. } => new(ErrorCode::EngineContentMissing)
            .about(reference)
            .hint("Pull the image for the platform of the engine, or update the engine."),
        DockerError::ErrorResponse { .. } => new(ErrorCode::EngineFailed).retryable(),
        DockerError::PushFailed { reference, cause, message } => {
            push_words(&reference.to_string(), *cause, message)
        }
        DockerError::PushUnconfirmed { reference } => {
            new(ErrorCode::EnginePushFailed).about(reference.to_string()).retryable()
        }
        DockerError::ConnectionLost { .. } => new(ErrorCode::ConnectionLost)
            .hint("Check that the Docker Engine is running.")
            .retryable(),
        DockerError::InvalidResponse { .. } => new(ErrorCode::EngineFailed)
            .hint("Check that the address in Settings is the address of a Docker Engine."),
        DockerError::Cancelled => new(ErrorCode::EnginePushFailed).retryable(),
    }
}

fn start_hint(system: System) -> &'static str {
    match system {
        System::Linux => {
            "Start Docker Desktop. On a server, run: sudo systemctl start docker (or podman.socket)"
        }
        System::MacOs => {
            "Start Docker Desktop, OrbStack, Rancher Desktop, or Colima, or run: podman machine start"
        }
        System::Windows => "Start Docker Desktop or Rancher Desktop, or run: podman machine start",
    }
}

/// How to get access to the engine.
fn permission_hint(system: System) -> &'static str {
    match system {
        System::Linux => {
            "To join the group that owns the socket, run: sudo usermod -aG docker $USER. Then log out and log in again."
        }
        System::MacOs => "Another user owns the socket. Start the engine as your user.",
        System::Windows => {
            "To join the group docker-users, run as administrator: net localgroup docker-users %USERNAME% /add. Then sign out and sign in again."
        }
    }
}

fn address_hint(system: System) -> &'static str {
    match system {
        System::Linux | System::MacOs => {
            "Enter an address such as unix:///var/run/docker.sock or tcp://host:2376."
        }
        System::Windows => {
            "Enter an address such as npipe:////./pipe/docker_engine or tcp://host:2376."
        }
    }
}

fn tls_hint(problem: &TlsProblem) -> &'static str {
    match problem {
        TlsProblem::FileMissing { .. } | TlsProblem::FilesUnusable { .. } => {
            "Check DOCKER_CERT_PATH or the Docker context. The folder must contain ca.pem, cert.pem, and key.pem in PEM format."
        }
        TlsProblem::UnknownIssuer { .. } => {
            "Add the authority that signed the certificate of the engine to ca.pem in the DOCKER_CERT_PATH folder."
        }
        TlsProblem::NotCurrentlyValid => {
            "Check the clock of this computer, or renew the certificate of the engine."
        }
        TlsProblem::NameMismatch { .. } => {
            "Set DOCKER_HOST to the name in the certificate, or create a certificate for this name."
        }
        TlsProblem::Certificate { .. } => "Create a new certificate for the engine.",
        TlsProblem::ClientCertificateMissing | TlsProblem::ClientCertificateRejected => {
            "Add cert.pem and key.pem to the DOCKER_CERT_PATH folder. They must be signed by an authority that the engine trusts."
        }
        TlsProblem::PlainHttp => {
            "Unset DOCKER_TLS_VERIFY and DOCKER_TLS, or use the TLS port of the engine, usually 2376."
        }
        TlsProblem::TlsRequired => {
            "Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a Docker context with certificates."
        }
    }
}

/// The engine reports the answer of the registry only as a sentence, so the engine crate derived the
/// cause from its words.
fn push_words(reference: &str, cause: PushFailure, message: &str) -> ApiError {
    let reported = sentence(message);
    let (code, text, hint, retryable) = match cause {
        PushFailure::Unauthorized => (
            ErrorCode::RegistryUnauthorized,
            "The registry rejected the login",
            Some("Check that the login is for this account and region."),
            true,
        ),
        PushFailure::TokenExpired => {
            (ErrorCode::RegistryTokenExpired, "The registry login expired", None, true)
        }
        PushFailure::Forbidden => (
            ErrorCode::RegistryForbidden,
            "The registry denied the push",
            Some("Check that the role is allowed to push to this repository."),
            false,
        ),
        PushFailure::RepositoryMissing => (
            ErrorCode::RepositoryMissing,
            "The repository doesn't exist in this account and region",
            None,
            false,
        ),
        PushFailure::TagImmutable => (
            ErrorCode::TagImmutable,
            "The tag is immutable and points to another image",
            None,
            false,
        ),
        PushFailure::Throttled => (
            ErrorCode::RegistryThrottled,
            "The registry throttled the requests",
            Some("Wait a minute, then try again."),
            true,
        ),
        PushFailure::RegistryFailed => {
            (ErrorCode::RegistryFailed, "The registry returned an error", None, true)
        }
        PushFailure::LayersNotFound => (
            ErrorCode::EnginePushFailed,
            "The registry doesn't have all layers of the image",
            None,
            true,
        ),
        PushFailure::QuotaExceeded => (
            ErrorCode::QuotaExceeded,
            "A quota of the account or the repository is exceeded",
            None,
            false,
        ),
        PushFailure::PlatformAmbiguous => (
            ErrorCode::EnginePlatformNeeded,
            "The Docker Engine has more than one platform of the image",
            None,
            false,
        ),
        PushFailure::ManifestRejected => (
            ErrorCode::EnginePushFailed,
            "The registry rejected the manifest of the image",
            Some("If the tags of the repository are immutable, copy to another tag."),
            false,
        ),
        PushFailure::Unreachable => (
            ErrorCode::ConnectionLost,
            "The Docker Engine lost its connection to the registry",
            Some("Check the network and proxy settings of the Docker Engine."),
            true,
        ),
        PushFailure::ContentMissing => (
            ErrorCode::EngineContentMissing,
            "The Docker Engine has only a part of this image",
            None,
            false,
        ),
        PushFailure::Other => {
            (ErrorCode::EnginePushFailed, "The Docker Engine couldn't push the image", None, true)
        }
    };
    let message_with_cause = format!("{text}. The Docker Engine reported: {reported}");
    let error = ApiError::new(code, message_with_cause)
        .about(reference)
        .lifted_by(policy_for_denial(None, message));
    let error = if retryable { error.retryable() } else { error };
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hints_fit_the_system() {
        let address = || "x".to_owned();
        for error in [
            DockerError::NotRunning { address: address(), source: None },
            DockerError::PermissionDenied { address: address() },
            DockerError::AddressInvalid { address: address(), reason: "it is odd" },
        ] {
            for (system, never) in [
                (System::Linux, &["npipe", "docker-users"][..]),
                (System::MacOs, &["npipe", "docker-users", "systemctl", "usermod"]),
                (System::Windows, &["unix:", "systemctl", "usermod", "socket", "Colima"]),
            ] {
                let hints = words(&error, system).hints.join(" ");
                let foreign = never.iter().find(|word| hints.contains(**word));
                assert_eq!(foreign, None, "{system:?}: {hints}");
            }
        }
    }

    #[test]
    fn a_tls_problem_is_named_and_does_not_mention_docker_desktop() {
        let problem = TlsProblem::NameMismatch { host: "docker.example".to_owned() };
        let address = "tcp://docker.example:2376".to_owned();
        let error = ApiError::from(DockerError::TlsFailed { address, problem, source: None });
        assert_eq!(error.code, ErrorCode::EngineTlsFailed);
        assert!(error.message.contains("not for the name docker.example"), "{}", error.message);
        assert!(!error.hints.join(" ").contains("Desktop"), "{:?}", error.hints);
    }
}
