//! What ECR and the server at the name answer to each request, with one fault.

use crate::tests::scripted::fault::Fault;
use crate::tests::scripted::server::Seen;

pub(in crate::tests) const ECR: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
pub(super) const S3: &str = "prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com";
pub(super) const NAME: &str = "registry.example.com";
pub(super) const TOKEN: &str = "a-token-of-ecr-that-must-not-leak";
/// `AWS:` and the token.
pub(super) const AUTHORIZATION: &str = "Basic QVdTOmEtdG9rZW4tb2YtZWNyLXRoYXQtbXVzdC1ub3QtbGVhaw==";
const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const OTHER_DIGEST: &str =
    "sha256:2222222222222222222222222222222222222222222222222222222222222222";
const MANIFEST: &str = r#"{"schemaVersion":2,"config":{"digest":"sha256:3333333333333333333333333333333333333333333333333333333333333333"}}"#;

/// Plays ECR.
pub(super) fn ecr(seen: &Seen) -> String {
    if seen.authorization.as_deref() != Some(AUTHORIZATION) {
        return challenge(ECR);
    }
    match seen.path.as_str() {
        "/v2/" => ok("{}"),
        "/v2/team/app/manifests/1.0" => manifest(DIGEST, MANIFEST.len()),
        _ => "404 Not Found\r\n\r\n".to_owned(),
    }
}

/// The ports of the servers.
pub(super) struct Ports {
    pub(super) own: u16,
    pub(super) s3: u16,
}

fn challenge(registry: &str) -> String {
    format!(
        "401 Unauthorized\r\ndocker-distribution-api-version: registry/2.0\r\nwww-authenticate: Basic realm=\"https://{registry}/\",service=\"ecr.amazonaws.com\"\r\n\r\n"
    )
}

fn empty(status: &str) -> String {
    format!("{status}\r\ncontent-length: 0\r\n\r\n")
}

fn ok(body: &str) -> String {
    format!("200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn manifest(digest: &str, length: usize) -> String {
    format!("200 OK\r\ndocker-content-digest: {digest}\r\ncontent-length: {length}\r\n\r\n")
}

fn redirect(to: &str) -> String {
    format!("307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
}

/// Plays the server at the name.
pub(super) fn proxy(fault: Fault, ports: &Ports, seen: &Seen) -> String {
    let Seen { method, path, authorization } = seen;
    match fault {
        Fault::RedirectsEverything => return redirect(&format!("https://{ECR}{path}")),
        Fault::WebPage => {
            return "200 OK\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n".to_owned();
        }
        Fault::NotFound => return empty("404 Not Found"),
        _ => {}
    }
    let has_login =
        authorization.as_deref() == Some(AUTHORIZATION) && fault != Fault::DropsAuthorization;
    if !has_login && fault != Fault::InjectsToken {
        return match fault {
            Fault::NoChallenge => {
                "401 Unauthorized\r\ndocker-distribution-api-version: registry/2.0\r\n\r\n".to_owned()
            }
            Fault::Bearer => "401 Unauthorized\r\ndocker-distribution-api-version: registry/2.0\r\nwww-authenticate: Bearer realm=\"https://auth.example.com/token\",service=\"registry\"\r\n\r\n".to_owned(),
            Fault::OwnPassword => "401 Unauthorized\r\ndocker-distribution-api-version: registry/2.0\r\nwww-authenticate: Basic realm=\"Restricted\"\r\n\r\n".to_owned(),
            Fault::OtherAccount => challenge("444455556666.dkr.ecr.eu-west-1.amazonaws.com"),
            Fault::NoVersion => challenge(ECR).replace("docker-distribution-api-version: registry/2.0\r\n", ""),
            Fault::CloudFront => challenge(ECR).replace("\r\n\r\n", "\r\nx-amz-cf-id: abc\r\n\r\n"),
            _ => challenge(ECR),
        };
    }
    let uploads = "/v2/team/app/blobs/uploads/";
    match (method.as_str(), path.as_str()) {
        ("GET", "/v2/") => ok("{}"),
        (_, "/v2/team/app/manifests/1.0") => match fault {
            Fault::ChangesPath => empty("404 Not Found"),
            Fault::OtherImage => manifest(OTHER_DIGEST, MANIFEST.len()),
            Fault::RedirectsManifests => redirect(&format!("https://{ECR}{path}")),
            Fault::HeadLength if method == "HEAD" => manifest(DIGEST, 0),
            _ if method == "HEAD" => manifest(DIGEST, MANIFEST.len()),
            _ => ok(MANIFEST),
        },
        ("GET", path) if path.starts_with("/v2/team/app/blobs/sha256:") => match fault {
            Fault::LayersFail => empty("502 Bad Gateway"),
            Fault::LayersToEcr => redirect(&format!("https://{ECR}{path}")),
            Fault::LayersThrough => ok("layer"),
            _ => redirect(&format!("http://{S3}:{}/layer?X-Amz-Signature=x", ports.s3)),
        },
        ("POST", path) if path == uploads => {
            let own = format!("https://{NAME}:{}{uploads}1", ports.own);
            let location = match fault {
                Fault::UploadFails => {
                    return empty("500 Internal Server Error");
                }
                Fault::ReadOnly => return empty("403 Forbidden"),
                Fault::PullOnly => {
                    return empty("405 Method Not Allowed");
                }
                Fault::LocationOfEcr => format!("https://{ECR}{uploads}1"),
                Fault::LocationElsewhere => format!("https://cdn.example.com{uploads}1"),
                Fault::LocationHttp => own.replace("https", "http"),
                Fault::LocationPort => format!("https://{NAME}{uploads}1"),
                _ => own,
            };
            format!("202 Accepted\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
        }
        ("PATCH", _) => match fault {
            Fault::BodyLimit => empty("413 Content Too Large"),
            Fault::BodyTimeout => empty("504 Gateway Timeout"),
            _ => empty("202 Accepted"),
        },
        ("DELETE", _) => "204 No Content\r\n\r\n".to_owned(),
        _ => empty("404 Not Found"),
    }
}
