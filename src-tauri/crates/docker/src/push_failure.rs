//! The causes of failed pushes, derived from the messages of engines. Used by `push_stream`.

use crate::error::PushFailure;

/// Parts of messages in lower case, and the causes that they indicate. The first match counts. An
/// engine quotes the message of the registry, or of the Go network library, in a message of its
/// own.
///
/// Sources: ECR's responses to `docker push`, the error codes of the distribution specification,
/// and the messages of moby, containerd and Podman.
const MESSAGE_PARTS: [(&str, PushFailure); 62] = [
    // Before `denied`: ECR's message starts with that word.
    ("authorization token has expired", PushFailure::TokenExpired),
    ("expiredtoken", PushFailure::TokenExpired),
    ("immutable", PushFailure::TagImmutable),
    ("no basic auth credentials", PushFailure::Unauthorized),
    ("authentication required", PushFailure::Unauthorized),
    ("unauthorized", PushFailure::Unauthorized),
    ("unable to retrieve auth token", PushFailure::Unauthorized),
    ("invalid username/password", PushFailure::Unauthorized),
    // Before `denied`, which the message of an exceeded quota can contain.
    ("the maximum number", PushFailure::QuotaExceeded),
    ("limitexceeded", PushFailure::QuotaExceeded),
    ("toomanyrequests", PushFailure::Throttled),
    ("too many requests", PushFailure::Throttled),
    ("rate exceeded", PushFailure::Throttled),
    // Content before repositories: both messages end in "not found" or "does not exist".
    ("layers with digests", PushFailure::LayersNotFound),
    ("multiple matching manifests", PushFailure::PlatformAmbiguous),
    ("multiple manifests found", PushFailure::PlatformAmbiguous),
    ("missing content", PushFailure::ContentMissing),
    ("content digest", PushFailure::ContentMissing),
    ("does not provide any platform", PushFailure::ContentMissing),
    ("does not provide the specified platform", PushFailure::ContentMissing),
    ("does not match the specified platform", PushFailure::ContentMissing),
    ("layer does not exist", PushFailure::ContentMissing),
    ("no such file or directory", PushFailure::ContentMissing),
    ("name unknown", PushFailure::RepositoryMissing),
    ("name_unknown", PushFailure::RepositoryMissing),
    ("the repository with name", PushFailure::RepositoryMissing),
    ("repository name not known", PushFailure::RepositoryMissing),
    ("repository does not exist", PushFailure::RepositoryMissing),
    ("does not exist", PushFailure::RepositoryMissing),
    ("404 not found", PushFailure::RepositoryMissing),
    ("denied", PushFailure::Forbidden),
    ("forbidden", PushFailure::Forbidden),
    ("is not authorized to perform", PushFailure::Forbidden),
    ("unexpected http status: 5", PushFailure::RegistryFailed),
    ("500 internal server error", PushFailure::RegistryFailed),
    ("502 bad gateway", PushFailure::RegistryFailed),
    ("503 service unavailable", PushFailure::RegistryFailed),
    ("504 gateway time", PushFailure::RegistryFailed),
    ("error from registry: unavailable", PushFailure::RegistryFailed),
    ("error from registry: internal", PushFailure::RegistryFailed),
    ("service unavailable", PushFailure::RegistryFailed),
    ("bad gateway", PushFailure::RegistryFailed),
    ("gateway timeout", PushFailure::RegistryFailed),
    ("internal server error", PushFailure::RegistryFailed),
    ("connection refused", PushFailure::Unreachable),
    ("connection reset", PushFailure::Unreachable),
    ("broken pipe", PushFailure::Unreachable),
    ("no such host", PushFailure::Unreachable),
    ("no route to host", PushFailure::Unreachable),
    ("network is unreachable", PushFailure::Unreachable),
    ("name resolution", PushFailure::Unreachable),
    ("server misbehaving", PushFailure::Unreachable),
    ("timeout", PushFailure::Unreachable),
    ("timed out", PushFailure::Unreachable),
    ("deadline exceeded", PushFailure::Unreachable),
    ("x509:", PushFailure::Unreachable),
    ("tls:", PushFailure::Unreachable),
    ("server gave http response to https client", PushFailure::Unreachable),
    ("use of closed network connection", PushFailure::Unreachable),
    ("server closed idle connection", PushFailure::Unreachable),
    ("unexpected eof", PushFailure::Unreachable),
    (": eof", PushFailure::Unreachable),
];

/// Returns the cause that a message of the engine indicates.
pub(super) fn push_failure_of(message: &str) -> PushFailure {
    let message = message.to_lowercase();
    if message == "eof" {
        return PushFailure::Unreachable;
    }
    if message.contains("/manifests/") && message.contains("put") {
        // Docker 25 and 26 report only the status of the registry's response to a manifest.
        if message.contains("404 not found") {
            return PushFailure::LayersNotFound;
        }
        if message.contains("400 bad request") {
            return PushFailure::ManifestRejected;
        }
    }
    MESSAGE_PARTS
        .iter()
        .find(|(part, _)| message.contains(part))
        .map_or(PushFailure::Other, |(_, failure)| *failure)
}

#[cfg(test)]
mod tests;
