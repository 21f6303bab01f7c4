use transload_engine::aws::policy_of_denial;
use transload_engine::docker::{DockerError, PushFailure, System, TlsProblem};

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

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
    let new = |code| ApiError::new(code, capitalised(&error.to_string()));
    match error {
        DockerError::NotRunning { address, .. } => new(ErrorCode::EngineNotRunning)
            .about(address)
            .hint(start_hint(system))
            .hint("If your engine is elsewhere, give its address in Settings.")
            .retryable(),
        DockerError::PermissionDenied { address } => new(ErrorCode::EnginePermissionDenied)
            .about(address)
            .hint(permission_hint(system))
            .retryable(),
        DockerError::TlsFailed { address, problem, .. } => new(ErrorCode::EngineTlsFailed)
            .about(address)
            .hint(tls_hint(problem))
            .hint("docker version uses the same settings and shows whether they work.")
            .retryable(),
        DockerError::ContextInvalid { name, .. } => new(ErrorCode::EngineContextInvalid)
            .about(name)
            .hint("Choose another context with: docker context use NAME, or give an address in Settings."),
        DockerError::AddressInvalid { address, .. } => new(ErrorCode::EngineContextInvalid)
            .about(address)
            .hint(address_hint(system)),
        DockerError::ImageMissing { reference } => new(ErrorCode::EngineImageMissing)
            .about(reference)
            .hint("It may have been removed since the list was made; refresh the list."),
        DockerError::NotExportable { reference, .. } => new(ErrorCode::EngineContentMissing)
            .about(reference)
            .hint("Copy the image from the registry that it was pulled from.")
            .hint("Or pull it for the platform of the engine as well, or update the engine."),
        DockerError::Refused { .. } => new(ErrorCode::EngineFailed)
            .hint("Try again; the engine's own log says more.")
            .retryable(),
        DockerError::PushFailed { reference, cause, message } => {
            push_words(&reference.to_string(), *cause, message)
        }
        DockerError::PushUnconfirmed { reference } => new(ErrorCode::EnginePushFailed)
            .about(reference.to_string())
            .hint("Try again; the engine ended the push without saying that it succeeded.")
            .retryable(),
        DockerError::ConnectionLost { .. } => new(ErrorCode::ConnectionLost)
            .hint("Check that the Docker Engine still runs, then try again.")
            .retryable(),
        DockerError::AnswerUnusable { .. } => new(ErrorCode::EngineFailed)
            .hint("Check that the address in Settings is one of a Docker Engine."),
        DockerError::Cancelled => new(ErrorCode::EnginePushFailed).retryable(),
    }
}

/// How an engine is started.
fn start_hint(system: System) -> &'static str {
    match system {
        System::Linux => {
            "Start Docker Desktop, or on a server: sudo systemctl start docker (or podman.socket)."
        }
        System::MacOs => {
            "Start Docker Desktop, OrbStack, Rancher Desktop or Colima, or: podman machine start."
        }
        System::Windows => "Start Docker Desktop or Rancher Desktop, or: podman machine start.",
    }
}

/// How a person gets access to the engine.
fn permission_hint(system: System) -> &'static str {
    match system {
        System::Linux => {
            "Add yourself to the group that owns the socket: sudo usermod -aG docker $USER, then log out and in."
        }
        System::MacOs => {
            "The socket belongs to another user. Start the engine as yourself, or give the address of your own engine in Settings."
        }
        System::Windows => {
            "Add yourself to the group docker-users: net localgroup docker-users %USERNAME% /add, as an administrator, then sign out and in."
        }
    }
}

fn address_hint(system: System) -> &'static str {
    match system {
        System::Linux | System::MacOs => {
            "Give an address such as unix:///var/run/docker.sock or tcp://host:2376."
        }
        System::Windows => {
            "Give an address such as npipe:////./pipe/docker_engine or tcp://host:2376."
        }
    }
}

fn tls_hint(problem: &TlsProblem) -> &'static str {
    match problem {
        TlsProblem::FileMissing { .. } | TlsProblem::FilesUnusable { .. } => {
            "DOCKER_CERT_PATH, or the Docker context, names the folder of ca.pem, cert.pem and key.pem, each in PEM form."
        }
        TlsProblem::UnknownIssuer { .. } => {
            "Put the authority that signed the engine's certificate into ca.pem, in the folder that DOCKER_CERT_PATH names."
        }
        TlsProblem::Dates => "Check the clock of this computer, or renew the engine's certificate.",
        TlsProblem::OtherName { .. } => {
            "Use the name that the certificate has in DOCKER_HOST, or make a certificate for this name."
        }
        TlsProblem::Certificate { .. } => "Make a new certificate for the engine.",
        TlsProblem::ClientCertificateMissing | TlsProblem::ClientCertificateRefused => {
            "Put cert.pem and key.pem, signed by the authority that the engine trusts, into the folder that DOCKER_CERT_PATH names."
        }
        TlsProblem::NoTls => {
            "Unset DOCKER_TLS_VERIFY and DOCKER_TLS, or use the port at which the engine speaks TLS, often 2376."
        }
        TlsProblem::TlsRequired => {
            "Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or choose a Docker context with certificates."
        }
    }
}

/// The engine says only in a sentence what the registry said, so the code comes from its sense.
fn push_words(reference: &str, cause: PushFailure, message: &str) -> ApiError {
    let said = format!("the Docker Engine says: {}", capitalised(message));
    let (code, text, hint, retryable) = match cause {
        PushFailure::Unauthorized => (
            ErrorCode::RegistryUnauthorized,
            "The registry did not accept the login",
            "Log in again; the token may be for another account or region.",
            true,
        ),
        PushFailure::TokenExpired => (
            ErrorCode::RegistryTokenExpired,
            "The login for the registry has run out",
            "Try again: a new login is made by itself.",
            true,
        ),
        PushFailure::Forbidden => (
            ErrorCode::RegistryForbidden,
            "The registry refuses the push",
            "Check that your role may push to this repository.",
            false,
        ),
        PushFailure::RepositoryMissing => (
            ErrorCode::RepositoryMissing,
            "ECR has no such repository in this account and region",
            "Create the repository, or choose another region.",
            false,
        ),
        PushFailure::TagImmutable => (
            ErrorCode::TagImmutable,
            "The tag points to another image and may not be moved",
            "Copy under another tag, or keep the image that is there.",
            false,
        ),
        PushFailure::Throttled => (
            ErrorCode::RegistryThrottled,
            "The registry asks for fewer requests",
            "Wait a minute and try again.",
            true,
        ),
        PushFailure::RegistryFailed => {
            (ErrorCode::RegistryFailed, "The registry failed", "Wait a minute and try again.", true)
        }
        PushFailure::LayersNotFound => (
            ErrorCode::EnginePushFailed,
            "The registry does not have all layers that the image needs",
            "Try again: the layers are sent again.",
            true,
        ),
        PushFailure::QuotaExceeded => (
            ErrorCode::QuotaExceeded,
            "A quota of the account or repository is used up",
            "Delete images that are no longer needed, or request a higher quota in Service Quotas.",
            false,
        ),
        PushFailure::PlatformAmbiguous => (
            ErrorCode::EnginePlatformNeeded,
            "The Docker Engine holds more than one image that it could push",
            "Choose one platform, or copy the image from its registry.",
            false,
        ),
        PushFailure::ManifestRefused => (
            ErrorCode::EnginePushFailed,
            "The registry refused the manifest of the image",
            "Check that the tag may be moved: in a repository with immutable tags, copy under another tag.",
            false,
        ),
        PushFailure::Unreachable => (
            ErrorCode::ConnectionLost,
            "The Docker Engine lost its connection to the registry",
            "Check the network of the Docker Engine, then try again.",
            true,
        ),
        PushFailure::ContentMissing => (
            ErrorCode::EngineContentMissing,
            "The Docker Engine holds only a part of this image",
            "Pull the image with the platforms you need, or copy it from its registry instead.",
            false,
        ),
        PushFailure::Other => (
            ErrorCode::EnginePushFailed,
            "The push failed",
            "Try again; the details show what the Docker Engine said.",
            true,
        ),
    };
    let error = ApiError::new(code, format!("{text}; {said}")).hint(hint).about(reference);
    let error = error.lifted_by(policy_of_denial(None, message));
    if retryable { error.retryable() } else { error }
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
    fn a_tls_problem_is_named_and_says_nothing_of_docker_desktop() {
        let problem = TlsProblem::OtherName { host: "docker.example".to_owned() };
        let address = "tcp://docker.example:2376".to_owned();
        let error = ApiError::from(DockerError::TlsFailed { address, problem, source: None });
        assert_eq!(error.code, ErrorCode::EngineTlsFailed);
        assert!(error.message.contains("another name than docker.example"), "{}", error.message);
        assert!(!error.hints.join(" ").contains("Desktop"), "{:?}", error.hints);
    }
}
