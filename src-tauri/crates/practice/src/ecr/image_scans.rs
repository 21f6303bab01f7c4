//! Scans of images for vulnerabilities. What a scan finds is made up from the digest of the image, so that it is the
//! same on every computer. Shapes of both kinds of scanning: basic (`findings`) and enhanced (`enhancedFindings`).
//!
//! Source: the API reference of Amazon ECR, "DescribeImageScanFindings" and "StartImageScan".

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::images::{ImageId, image_not_found};
use super::input::Input;
use super::paging::{Page, with_token};
use super::repositories::change;
use super::repository_name::repository_name;
use crate::clock::{epoch_seconds, now_millis};
use crate::context::ServerContext;
use crate::hash::sha256;
use crate::store::state::{Image, ImageStatus, Repository};

/// How long a scan takes.
const SCAN_MILLIS: i64 = 2_000;

/// An image can be scanned once in this time; a scan on push counts.
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A made-up vulnerability.
struct Vulnerability {
    id: &'static str,
    severity: &'static str,
    package: &'static str,
    version: &'static str,
    fixed_in: Option<&'static str>,
    score: f64,
    exploit: bool,
}

const fn vulnerability(
    (id, severity, score): (&'static str, &'static str, f64),
    (package, version): (&'static str, &'static str),
    fixed_in: Option<&'static str>,
    exploit: bool,
) -> Vulnerability {
    Vulnerability { id, severity, package, version, fixed_in, score, exploit }
}

/// What scans can find. The numbers are of no real vulnerability.
const KNOWN: [Vulnerability; 7] = [
    vulnerability(
        ("CVE-2026-90001", "CRITICAL", 9.8),
        ("openssl", "3.0.1-r0"),
        Some("3.0.2-r1"),
        true,
    ),
    vulnerability(
        ("CVE-2026-90002", "HIGH", 7.5),
        ("openssl", "3.0.1-r0"),
        Some("3.0.3-r0"),
        false,
    ),
    vulnerability(("CVE-2026-90003", "HIGH", 8.1), ("zlib", "1.2.11-r3"), Some("1.2.12-r0"), false),
    vulnerability(("CVE-2026-90004", "MEDIUM", 5.3), ("busybox", "1.36.0-r0"), None, false),
    vulnerability(
        ("CVE-2026-90005", "LOW", 3.1),
        ("busybox", "1.36.0-r0"),
        Some("1.36.1-r2"),
        false,
    ),
    vulnerability(("CVE-2026-90006", "MEDIUM", 6.2), ("curl", "8.5.0-r0"), Some("8.6.0-r0"), true),
    vulnerability(("CVE-2026-90007", "INFORMATIONAL", 0.0), ("tzdata", "2024a-r0"), None, false),
];

/// Returns what a scan of an image finds: the bits of a byte of its digest decide.
fn found(digest: &str) -> impl Iterator<Item = &'static Vulnerability> {
    let bits = sha256(digest.as_bytes())[0];
    KNOWN.iter().enumerate().filter(move |(place, _)| bits >> place & 1 == 1).map(|(_, one)| one)
}

pub(super) fn is_scannable(image: &Image) -> bool {
    image.children.is_empty()
        && image.artifact_type.as_deref().is_none_or(|kind| {
            [
                "application/vnd.oci.image.config.v1+json",
                "application/vnd.docker.container.image.v1+json",
            ]
            .contains(&kind)
        })
}

/// Returns when an image was last scanned: on push, on request, or all the time with enhanced scanning.
fn scanned_at(repository: &Repository, image: &Image, is_enhanced: bool) -> Option<i64> {
    let on_push = (repository.scan_on_push || is_enhanced).then_some(image.pushed_at);
    image.scanned_at.max(on_push)
}

fn id_of(input: &Input) -> Result<ImageId, EcrError> {
    let id = input.members().get("imageId").filter(|id| id.is_object());
    let id = id.ok_or_else(|| EcrError::parameter("imageId", "Member must not be null"))?;
    Ok(ImageId::read(id))
}

/// Handles StartImageScan.
pub(super) async fn start(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let id = id_of(input)?;
    if context.store.read(|state| state.enhanced_scanning) {
        return Err(EcrError::new("ValidationException", "This feature is disabled"));
    }
    change(context, input, |repository| {
        let digest = id.find(repository).map_err(|_| image_not_found(context, name, &id))?;
        let image = repository.images.get(&digest);
        let image = image.ok_or_else(|| image_not_found(context, name, &id))?;
        if image.status() != ImageStatus::Active {
            let text = format!("The image with digest '{digest}' is archived");
            return Err(EcrError::new("ImageArchivedException", text));
        }
        if !is_scannable(image) {
            let text =
                "The image's manifest type or operating system isn't supported by image scanning";
            return Err(EcrError::new("UnsupportedImageTypeException", text));
        }
        let last = scanned_at(repository, image, false);
        if last.is_some_and(|last| now_millis() < last + DAY_MILLIS) {
            let text = "The scan quota per image has been exceeded. Wait and try again.";
            return Err(EcrError::new("LimitExceededException", text));
        }
        if let Some(image) = repository.images.get_mut(&digest) {
            image.scanned_at = Some(now_millis());
        }
        Ok(json!({
            "imageId": { "imageDigest": digest },
            "imageScanStatus": { "status": "IN_PROGRESS" },
        }))
    })
    .await
}

/// Handles DescribeImageScanFindings.
pub(super) fn describe(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let id = id_of(input)?;
    let page = Page::with_size(input, 100, 1000)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let digest = id.find(repository).map_err(|_| image_not_found(context, name, &id))?;
        let image = repository.images.get(&digest);
        let image = image.ok_or_else(|| image_not_found(context, name, &id))?;
        let is_enhanced = state.enhanced_scanning;
        let Some(scanned) = scanned_at(repository, image, is_enhanced) else {
            let text = format!(
                "Image scan does not exist for the image with '{{imageDigest:'{digest}'}}' in the repository with name '{name}' in the registry with id '{}'",
                context.options.account_id
            );
            return Err(EcrError::new("ScanNotFoundException", text));
        };
        let mut answer = json!({
            "registryId": context.options.account_id,
            "repositoryName": name,
            "imageId": { "imageDigest": digest },
        });
        let status = |status: &str, description: &str| {
            json!({ "status": status, "description": description })
        };
        if image.status() != ImageStatus::Active {
            answer["imageScanStatus"] = status("IMAGE_ARCHIVED", "The image is archived.");
        } else if !is_scannable(image) {
            let text = "UnsupportedImageError: The operating system and/or package manager are not supported.";
            answer["imageScanStatus"] = status("UNSUPPORTED_IMAGE", text);
        } else if now_millis() < scanned + SCAN_MILLIS {
            answer["imageScanStatus"] = json!({ "status": "IN_PROGRESS" });
        } else {
            let (text, what) = match is_enhanced {
                true => ("ACTIVE", "Continuous scan is selected for image."),
                false => ("COMPLETE", "The scan was completed successfully."),
            };
            answer["imageScanStatus"] = status(text, what);
            let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
            for one in found(&digest) {
                *counts.entry(one.severity).or_default() += 1;
            }
            let listed = found(&digest).map(|one| {
                let finding = match is_enhanced {
                    true => enhanced(context, name, repository, &digest, image, one),
                    false => basic(one),
                };
                (one.id.to_owned(), finding)
            });
            let (findings, token) = page.cut(listed);
            let list = if is_enhanced { "enhancedFindings" } else { "findings" };
            answer["imageScanFindings"] = json!({
                "imageScanCompletedAt": epoch_seconds(scanned + SCAN_MILLIS),
                "vulnerabilitySourceUpdatedAt": epoch_seconds(scanned),
                "findingSeverityCounts": counts,
                list: findings,
            });
            return Ok(with_token(answer, token));
        }
        Ok(answer)
    })
}

fn basic(one: &Vulnerability) -> Value {
    json!({
        "name": one.id,
        "description": format!("Made up: {} has a fault.", one.package),
        "uri": format!("https://cve.example/{}", one.id),
        "severity": one.severity,
        "attributes": [
            { "key": "package_version", "value": one.version },
            { "key": "package_name", "value": one.package },
            { "key": "CVSS2_SCORE", "value": one.score.to_string() },
        ],
    })
}

fn enhanced(
    context: &ServerContext,
    name: &str,
    repository: &Repository,
    digest: &str,
    image: &Image,
    one: &Vulnerability,
) -> Value {
    let tags = repository.tags_of(digest);
    let in_use_count = in_use_count(repository, digest, image);
    let mut package = json!({
        "name": one.package,
        "version": one.version,
        "epoch": 0,
        "arch": "X86_64",
        "packageManager": "OS",
        "sourceLayerHash": image.blobs.iter().next_back(),
    });
    if let Some(fixed_in) = one.fixed_in {
        package["fixedInVersion"] = json!(fixed_in);
    }
    let mut details = json!({
        "architecture": "amd64",
        "imageHash": digest,
        "imageTags": tags,
        "platform": "ALPINE_LINUX_3_20",
        "pushedAt": epoch_seconds(image.pushed_at),
        "registry": context.options.account_id,
        "repositoryName": name,
        "inUseCount": in_use_count,
    });
    if in_use_count > 0 {
        details["lastInUseAt"] = epoch_seconds(now_millis());
    }
    json!({
        "awsAccountId": context.options.account_id,
        "description": format!("Made up: {} has a fault.", one.package),
        "findingArn": format!(
            "arn:aws:inspector2:{}:{}:finding/{}",
            context.options.region, context.options.account_id, one.id
        ),
        "firstObservedAt": epoch_seconds(image.pushed_at),
        "lastObservedAt": epoch_seconds(now_millis()),
        "packageVulnerabilityDetails": {
            "cvss": [{ "baseScore": one.score, "scoringVector": "CVSS:3.1/AV:N", "source": "NVD", "version": "3.1" }],
            "source": "NVD",
            "sourceUrl": format!("https://cve.example/{}", one.id),
            "vulnerabilityId": one.id,
            "vulnerablePackages": [package],
        },
        "remediation": { "recommendation": { "text": "None Provided" } },
        "resources": [{
            "details": { "awsEcrContainerImage": details },
            "id": format!("{}/{digest}", context.repository_arn(name)),
            "type": "AWS_ECR_CONTAINER_IMAGE",
        }],
        "score": one.score,
        "severity": one.severity,
        "status": "ACTIVE",
        "title": format!("{} - {}", one.id, one.package),
        "type": "PACKAGE_VULNERABILITY",
        "fixAvailable": if one.fixed_in.is_some() { "YES" } else { "NO" },
        "exploitAvailable": if one.exploit { "YES" } else { "NO" },
    })
}

/// In practice mode, images with a tag that begins with `prod` run in two places, and so do the images of such an index.
pub(super) fn in_use_count(repository: &Repository, digest: &str, image: &Image) -> u32 {
    let is_production =
        |digest: &str| repository.tags_of(digest).iter().any(|tag| tag.starts_with("prod"));
    let of_index = || {
        let mut indexes = repository.images.iter().filter(|(_, of)| of.children.contains(digest));
        indexes.any(|(index, _)| is_production(index))
    };
    if is_scannable(image) && (is_production(digest) || of_index()) { 2 } else { 0 }
}
