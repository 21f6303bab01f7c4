//! Response headers of the distribution protocol.

use reqwest::header::HeaderName;

/// Identifies a registry. Source: distribution, "API Version Check".
pub(super) const API_VERSION: HeaderName =
    HeaderName::from_static("docker-distribution-api-version");
/// The digest of the content. Source: OCI distribution specification.
pub(super) const DOCKER_CONTENT_DIGEST: HeaderName =
    HeaderName::from_static("docker-content-digest");
/// Confirms that the registry recorded the subject of a manifest. Source: OCI distribution specification 1.1,
/// "Pushing Manifests with Subject".
pub(super) const OCI_SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
