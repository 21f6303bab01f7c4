//! Checks 7, 8 and 11: a manifest at the name and in ECR, where a layer comes from, and the headers of caches.

use serde_json::Value;

use crate::checks::connection::ConnectedServer;
use crate::checks::login::{Access, authority, is_reachable};
use crate::diagnosis::{CheckId, NameDiagnosisRequest};
use crate::examination::{DiagnosisEnvironment, Findings};
use crate::finding::{Finding, SkipReason};
use crate::probe::{Probe, ProbeResponse, RequestContent};

/// The media types of manifests and indexes.
const MANIFEST_TYPES: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// What `HEAD` and `GET` of the manifest answered, for the check of the headers.
pub(crate) struct ReadManifest {
    head_length: Option<String>,
    get_length: usize,
    head: ProbeResponse,
}

/// Splits `team/app:1.0` or `team/app@sha256:…` into the repository and the tag or digest.
pub(crate) fn split_image(image: &str) -> (&str, &str) {
    let image = image.trim().trim_matches('/');
    match image.split_once('@') {
        Some((repository, digest)) => (repository, digest),
        None => image.rsplit_once(':').unwrap_or((image, "latest")),
    }
}

/// Checks 7 and 8.
pub(crate) async fn read_image(
    connected: &ConnectedServer,
    access: &Access,
    request: &NameDiagnosisRequest,
    environment: &DiagnosisEnvironment,
    findings: &mut Findings<'_>,
) -> Option<ReadManifest> {
    let image = request.image.as_deref().map(str::trim).filter(|image| !image.is_empty());
    let Some(image) = image else {
        findings.skip(&[CheckId::Manifest, CheckId::Layer], SkipReason::NoImage);
        return None;
    };
    let (repository, reference) = split_image(image);
    let path = format!("/v2/{repository}/manifests/{reference}");
    let head = match send(connected, access, "HEAD", &path).await {
        Ok(head) => head,
        Err(finding) => {
            findings.add(CheckId::Manifest, finding);
            findings.skip(&[CheckId::Layer], SkipReason::ImageUnread);
            return None;
        }
    };
    let finding = compare(&head, connected, access, &path, environment).await;
    let is_read = matches!(finding, Finding::ManifestEqual { .. } | Finding::ManifestServed { .. });
    findings.add(CheckId::Manifest, finding);
    if !is_read {
        findings.skip(&[CheckId::Layer], SkipReason::ImageUnread);
        return None;
    }
    let Ok(manifest) = send(connected, access, "GET", &path).await else {
        findings.skip(&[CheckId::Layer], SkipReason::ImageUnread);
        return None;
    };
    let finding = layer(connected, access, repository, &manifest, environment).await;
    findings.add(CheckId::Layer, finding);
    let head_length = head.header("content-length").map(str::to_owned);
    Some(ReadManifest { head_length, get_length: manifest.body.len(), head })
}

async fn send(
    connected: &ConnectedServer,
    access: &Access,
    method: &str,
    path: &str,
) -> Result<ProbeResponse, Finding> {
    let content = RequestContent {
        accept: Some(MANIFEST_TYPES),
        credentials: access.credentials.as_ref(),
        ..RequestContent::default()
    };
    let answer = connected.probe.send(method, &connected.url(path), content).await;
    answer.map_err(|error| Finding::Unreachable { detail: error.to_string() })
}

/// Compares the manifest at the name with the one in ECR.
async fn compare(
    head: &ProbeResponse,
    connected: &ConnectedServer,
    access: &Access,
    path: &str,
    environment: &DiagnosisEnvironment,
) -> Finding {
    if head.is_redirect() {
        let host = head.location(&connected.base).map_or_else(String::new, |url| authority(&url));
        return Finding::ManifestRedirects { host };
    }
    let here = digest_of(head);
    let there = manifest_of_registry(access, path, environment).await;
    match (head.is_success(), there) {
        (true, Some((_, Some(there)))) if there != here => Finding::ManifestDiffers { here, there },
        (true, Some((_, Some(_)))) => Finding::ManifestEqual { digest: here },
        (true, _) => Finding::ManifestServed { digest: here },
        (false, Some((200, _))) => Finding::ManifestMissingAtName { status: head.status },
        (false, _) => Finding::ManifestMissing { status: head.status },
    }
}

fn digest_of(answer: &ProbeResponse) -> String {
    answer.header("docker-content-digest").unwrap_or("unknown digest").to_owned()
}

/// Returns the status and the digest of the same manifest in ECR.
async fn manifest_of_registry(
    access: &Access,
    path: &str,
    environment: &DiagnosisEnvironment,
) -> Option<(u16, Option<String>)> {
    let url = access.registry.as_ref()?.url().join(path).ok()?;
    let probe = Probe::for_url(&environment.network, &environment.resolver, &url).await.ok()?;
    let content = RequestContent {
        accept: Some(MANIFEST_TYPES),
        credentials: access.credentials.as_ref(),
        ..RequestContent::default()
    };
    let answer = probe.send("HEAD", &url, content).await.ok()?;
    let digest = answer.is_success().then(|| digest_of(&answer));
    Some((answer.status, digest))
}

/// Check 8: where the smallest blob of the image comes from.
async fn layer(
    connected: &ConnectedServer,
    access: &Access,
    repository: &str,
    manifest: &ProbeResponse,
    environment: &DiagnosisEnvironment,
) -> Finding {
    let mut value: Value = serde_json::from_slice(&manifest.body).unwrap_or_default();
    if let Some(child) = value["manifests"][0]["digest"].as_str() {
        let path = format!("/v2/{repository}/manifests/{child}");
        match send(connected, access, "GET", &path).await {
            Ok(answer) => value = serde_json::from_slice(&answer.body).unwrap_or_default(),
            Err(finding) => return finding,
        }
    }
    let Some(digest) = value["config"]["digest"].as_str() else {
        return Finding::LayerFailed { status: manifest.status };
    };
    let path = format!("/v2/{repository}/blobs/{digest}");
    let answer = match send(connected, access, "GET", &path).await {
        Ok(answer) => answer,
        Err(finding) => return finding,
    };
    if !answer.is_redirect() {
        return match answer.is_success() {
            true => Finding::LayerThroughProxy,
            false => Finding::LayerFailed { status: answer.status },
        };
    }
    let Some(target) = answer.location(&connected.url(&path)) else {
        return Finding::LayerFailed { status: answer.status };
    };
    let host = authority(&target);
    let is_registry = access.registry.as_ref().is_some_and(|registry| {
        registry.host().as_str() == host && target.path().starts_with("/v2/")
    });
    if is_registry {
        return Finding::LayerRedirectsToRegistry { host };
    }
    if target.path().starts_with("/v2/") && host == authority(&connected.base) {
        return Finding::LayerThroughProxy;
    }
    match is_reachable(environment, &target).await {
        Ok(()) => Finding::LayerFromS3 { host },
        Err(detail) => Finding::LayerHostUnreachable { host, detail },
    }
}

/// Check 11: caches in the way, and HEAD requests that became GET requests.
pub(crate) fn headers(
    connected: &ConnectedServer,
    read: Option<&ReadManifest>,
    findings: &mut Findings<'_>,
) {
    if let Some(read) = read
        && let Some(head) = &read.head_length
        && head.parse::<usize>().ok() != Some(read.get_length)
    {
        let (head, get) = (head.clone(), read.get_length.to_string());
        findings.add(CheckId::Headers, Finding::HeadDiffersFromGet { head, get });
        return;
    }
    let answers = [Some(&connected.first), read.map(|read| &read.head)];
    let evidence = answers.into_iter().flatten().find_map(cache_evidence);
    findings.add(
        CheckId::Headers,
        match evidence {
            Some(evidence) => Finding::CdnInBetween { evidence },
            None => Finding::HeadersClean,
        },
    );
}

fn cache_evidence(answer: &ProbeResponse) -> Option<String> {
    for name in ["x-amz-cf-id", "cf-ray", "x-cache", "x-served-by", "via"] {
        if let Some(value) = answer.header(name) {
            // Caddy and other plain proxies name themselves in `Via` without caching.
            let is_cache = name != "via"
                || ["cloudfront", "varnish", "squid", "akamai", "fastly"]
                    .iter()
                    .any(|product| value.to_ascii_lowercase().contains(product));
            if is_cache {
                return Some(format!("{name}: {value}"));
            }
        }
    }
    let server = answer.header("server")?;
    let is_cdn = ["cloudfront", "cloudflare", "akamai", "varnish"]
        .iter()
        .any(|product| server.to_ascii_lowercase().contains(product));
    is_cdn.then(|| format!("server: {server}"))
}

#[cfg(test)]
mod tests {
    use super::split_image;

    #[test]
    fn an_image_is_split_into_repository_and_reference() {
        for (image, repository, reference) in [
            ("team/app:1.0", "team/app", "1.0"),
            ("team/app", "team/app", "latest"),
            (" /team/app:1.0/ ", "team/app", "1.0"),
            ("team/app@sha256:abc", "team/app", "sha256:abc"),
        ] {
            assert_eq!(split_image(image), (repository, reference), "{image}");
        }
    }
}
