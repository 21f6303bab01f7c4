//! A read-only registry in memory with a generated account.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sha2::{Digest as _, Sha256};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const PLATFORMS: [&str; 5] = ["amd64", "arm64", "s390x", "ppc64le", "riscv64"];

/// Repositories of the account, besides [`LARGE`].
pub const REPOSITORIES: usize = 300;
/// Tags per repository.
pub const TAGS: usize = 20;
/// The repository with the most tags.
pub const LARGE: &str = "team/nightly";
/// They point to few images, because their size is not measured.
pub const LARGE_TAGS: usize = 10_000;

#[derive(Default)]
struct Account {
    repositories: Vec<String>,
    tags: Vec<String>,
    large_tags: Vec<String>,
    /// By `repository reference`.
    manifests: HashMap<String, StoredManifest>,
    blobs: HashMap<String, Arc<Vec<u8>>>,
}

/// A manifest's bytes, digest and media type.
type StoredManifest = (Arc<Vec<u8>>, String, &'static str);

/// Starts the registry, and returns its host with the port.
pub async fn serve(repositories: usize, tags: usize) -> Result<String> {
    let account = Arc::new(Account::generate(repositories, tags));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let host = listener.local_addr()?.to_string();
    let routes = Router::new().fallback(respond).with_state(account);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(host)
}

impl Account {
    fn generate(repositories: usize, tags: usize) -> Self {
        let named = |count: usize| (0..count).map(|tag| format!("1.{tag}")).collect::<Vec<_>>();
        let mut account =
            Self { tags: named(tags), large_tags: named(LARGE_TAGS), ..Self::default() };
        for number in 0..repositories {
            let repository = format!("team/app{number:03}");
            for tag in account.tags.clone() {
                account.image(&repository, &tag);
            }
            account.repositories.push(repository);
        }
        account
    }

    fn listed(&self, repository: &str) -> &[String] {
        if repository == LARGE { &self.large_tags } else { &self.tags }
    }

    /// The manifest of a reference. The large repository has the images of the first one.
    fn stored(&self, repository: &str, reference: &str) -> Option<&StoredManifest> {
        if repository != LARGE {
            return self.manifests.get(&format!("{repository} {reference}"));
        }
        let number = reference.strip_prefix("1.").and_then(|tag| tag.parse::<usize>().ok());
        let tag = number.and_then(|number| self.tags.get(number % self.tags.len()));
        let reference = tag.map_or(reference, String::as_str);
        self.manifests.get(&format!("{} {reference}", self.repositories.first()?))
    }

    /// Adds an index of five platforms and an attestation. The base layers are shared by all images.
    fn image(&mut self, repository: &str, tag: &str) {
        let mut listed = Vec::new();
        for platform in PLATFORMS {
            let layers = [
                self.blob(&format!("base of {platform}")),
                self.blob(&format!("{repository} on {platform}")),
                self.blob(&format!("{repository}:{tag} on {platform}")),
            ];
            let config = self.blob(&format!("configuration of {repository}:{tag} on {platform}"));
            let image = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
            let mut child = self.manifest(repository, None, &image, MANIFEST);
            child["platform"] = json!({ "os": "linux", "architecture": platform });
            listed.push(child);
        }
        let config = self.blob("{}");
        let layers = [self.blob(&format!("attestation of {repository}:{tag}"))];
        let attestation = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
        let mut child = self.manifest(repository, None, &attestation, MANIFEST);
        child["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
        child["annotations"] = json!({ "vnd.docker.reference.type": "attestation-manifest" });
        listed.push(child);
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": listed });
        self.manifest(repository, Some(tag), &index, INDEX);
    }

    fn blob(&mut self, text: &str) -> serde_json::Value {
        let digest = digest(text.as_bytes());
        let size = text.len();
        self.blobs.entry(digest.clone()).or_insert_with(|| Arc::new(text.as_bytes().to_vec()));
        json!({ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": size })
    }

    fn manifest(
        &mut self,
        repository: &str,
        tag: Option<&str>,
        manifest: &serde_json::Value,
        kind: &'static str,
    ) -> serde_json::Value {
        let bytes = Arc::new(manifest.to_string().into_bytes());
        let digest = digest(&bytes);
        for reference in [Some(digest.as_str()), tag].into_iter().flatten() {
            let stored = (Arc::clone(&bytes), digest.clone(), kind);
            self.manifests.insert(format!("{repository} {reference}"), stored);
        }
        json!({ "mediaType": kind, "digest": digest, "size": bytes.len() })
    }
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

async fn respond(
    State(account): State<Arc<Account>>,
    method: Method,
    uri: axum::http::Uri,
) -> Response {
    let path = uri.path().trim_start_matches("/v2/");
    if path == "_catalog" {
        let mut repositories = vec![LARGE.to_owned()];
        repositories.extend(account.repositories.iter().cloned());
        return document(&json!({ "repositories": repositories }));
    }
    if let Some(repository) = path.strip_suffix("/tags/list") {
        return document(&json!({ "name": repository, "tags": account.listed(repository) }));
    }
    if let Some((repository, reference)) = path.split_once("/manifests/")
        && let Some((bytes, digest, kind)) = account.stored(repository, reference)
    {
        let body = if method == Method::HEAD { Vec::new() } else { bytes.to_vec() };
        let mut response = body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Ok(digest) = HeaderValue::from_str(digest) {
            headers.insert("docker-content-digest", digest);
        }
        return response;
    }
    if let Some((_, digest)) = path.split_once("/blobs/")
        && let Some(bytes) = account.blobs.get(digest)
    {
        return bytes.to_vec().into_response();
    }
    if path.is_empty() || path == "/v2" {
        return StatusCode::OK.into_response();
    }
    let body = json!({ "errors": [{ "code": "MANIFEST_UNKNOWN", "message": "unknown" }] });
    (StatusCode::NOT_FOUND, body.to_string()).into_response()
}

fn document(body: &serde_json::Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
