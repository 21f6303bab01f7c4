//! Messages of a failed push, and the errors that they become.

use super::*;

#[test]
fn messages_of_engines_are_classified() {
    for (message, failure) in [
        ("no basic auth credentials", PushFailure::Unauthorized),
        ("unauthorized: authentication required", PushFailure::Unauthorized),
        (
            "denied: Your authorization token has expired. Reauthenticate and try again.",
            PushFailure::TokenExpired,
        ),
        (
            "denied: User: arn:aws:iam::123456789012:user/x is not authorized to perform: \
             ecr:InitiateLayerUpload on resource: arn:aws:ecr:eu-west-1:123456789012:repository/x",
            PushFailure::Forbidden,
        ),
        ("denied: requested access to the resource is denied", PushFailure::Forbidden),
        (
            "name unknown: The repository with name 'pgcli' does not exist in the registry \
             with id '123456789012'",
            PushFailure::RepositoryMissing,
        ),
        (
            "tag invalid: The image tag 'v1' already exists in the 'pgcli' repository and \
             cannot be overwritten because the repository is immutable.",
            PushFailure::TagImmutable,
        ),
        ("toomanyrequests: Rate exceeded", PushFailure::Throttled),
        (
            "failed to do request: Head \"https://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: \
             connect: connection refused",
            PushFailure::Unreachable,
        ),
        ("Put \"http://r/v2/x/blobs/uploads/1\": EOF", PushFailure::Unreachable),
        ("EOF", PushFailure::Unreachable),
        (
            "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
            PushFailure::Unreachable,
        ),
        ("content digest sha256:abc: not found", PushFailure::ContentMissing),
        (
            "image with reference x was found but does not provide any platform",
            PushFailure::ContentMissing,
        ),
        // Recorded with Docker 28.5.2 (graph driver), 26.1.5 and 28.5.2 (containerd), and ECR's
        // responses.
        ("error from registry: Rate exceeded", PushFailure::Throttled),
        (
            "unexpected status from POST request to http://r/v2/x/blobs/uploads/: 429 Too Many Requests",
            PushFailure::Throttled,
        ),
        (
            "unexpected status from POST request to http://r/v2/x/blobs/uploads/: 404 Not Found",
            PushFailure::RepositoryMissing,
        ),
        (
            "unexpected status from HEAD request to http://r/v2/x/blobs/sha256:1: 403 Forbidden",
            PushFailure::Forbidden,
        ),
        (
            "push access denied, repository does not exist or may require authorization: \
             authorization failed: no basic auth credentials",
            PushFailure::Unauthorized,
        ),
        ("received unexpected HTTP status: 503 Service Unavailable", PushFailure::RegistryFailed),
        ("error from registry: unavailable", PushFailure::RegistryFailed),
        (
            "unknown: unexpected status from HEAD request to http://r/v2/x: 502 Bad Gateway",
            PushFailure::RegistryFailed,
        ),
        (
            "failed commit on ref \"manifest-sha256:1\": unexpected status from PUT request to \
             http://r/v2/x/manifests/t: 400 Bad Request",
            PushFailure::ManifestRejected,
        ),
        (
            "error from registry: The image tag 't' already exists in the 'x' repository and \
             cannot be overwritten because the repository is immutable.",
            PushFailure::TagImmutable,
        ),
        (
            "unknown: Layers with digests '[sha256:1]' required for pushing image into \
             repository with name 'x' in the registry with id '1' do not exist",
            PushFailure::LayersNotFound,
        ),
        (
            "failed commit on ref \"manifest-sha256:1\": unexpected status from PUT request to \
             http://r/v2/x/manifests/t: 404 Not Found",
            PushFailure::LayersNotFound,
        ),
        (
            "error from registry: The maximum number of images in the repository has been reached",
            PushFailure::QuotaExceeded,
        ),
        (
            "multiple matching manifests found but no specific platform requested",
            PushFailure::PlatformAmbiguous,
        ),
        ("multiple manifests found for platform linux/amd64", PushFailure::PlatformAmbiguous),
        (
            "image with reference x was found but its platform (linux/amd64) does not match the \
             specified platform (linux/arm64)",
            PushFailure::ContentMissing,
        ),
        ("NotFound: content digest sha256:1: not found", PushFailure::ContentMissing),
        ("failed commit on ref \"layer-sha256:1\": EOF", PushFailure::Unreachable),
        ("manifest invalid: manifest invalid", PushFailure::Other),
        ("blob upload invalid", PushFailure::Other),
    ] {
        assert_eq!(push_failure_of(message), failure, "{message}");
    }
}
