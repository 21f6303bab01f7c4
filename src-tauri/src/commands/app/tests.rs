//! Links that are opened and rejected.

use super::*;

#[test]
fn only_known_sites_are_opened_and_only_by_https() {
    for link in [
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/what-is-ecr.html",
        "https://eu-central-1.console.aws.amazon.com/ecr/private-registry/repositories",
        "https://console.aws.amazon.com/ecr",
        "https://hub.docker.com/settings/security",
    ] {
        assert_eq!(allowed_link(link).unwrap().as_str(), link);
    }
    for link in [
        "http://docs.aws.amazon.com/",
        "https://docs.aws.amazon.com.example.com/",
        "https://evilconsole.aws.amazon.com/",
        "https://docs.docker.com@example.com/",
        "https://docs.docker.com:8443/",
        "https://user:secret@docs.docker.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "hub.docker.com",
    ] {
        assert_eq!(allowed_link(link).unwrap_err().code, ErrorCode::InputInvalid, "{link}");
    }
}
