//! Commands about what is known of one image beside its content: vulnerabilities, replication, shared layers.

use futures_util::{StreamExt as _, stream};
use transload_aws::{AwsError, EcrImageState as _};
use transload_contract::{
    AwsConnection, ImageLocation, ImageReplication, ImageVulnerabilities, LayerSharing,
    ListedFindings, ReplicationStatus,
};
use transload_errors::{ApiError, ErrorCode};
use transload_explorer::{
    OtherRepositoryManifest, cached_facts, cached_manifest, finding_counts, layer_sharing,
    vulnerabilities,
};
use transload_manifest_cache::{DocumentCache, PullScope};
use transload_model::{Digest, Reported};

use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_ECR_CALLS;

/// The maximum number of images of one call: the rows in sight.
const MAX_IMAGES: usize = 100;

impl Api {
    /// Returns what the last scan of an image found.
    pub async fn image_vulnerabilities(
        &self,
        connection: AwsConnection,
        name: String,
        digest: String,
    ) -> Result<ImageVulnerabilities, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let digest = parsed(&digest)?;
        let found = Box::pin(explored.ecr.scan_findings(&explored.name, &digest)).await?;
        let in_use = found.as_ref().and_then(|found| found.in_use_count);
        self.inner.in_use.put(&explored.scope, &digest, in_use);
        Ok(vulnerabilities(found))
    }

    /// Starts a basic scan of an image. A refusal is not retried.
    pub async fn image_scan_start(
        &self,
        connection: AwsConnection,
        name: String,
        digest: String,
    ) -> Result<(), ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let digest = parsed(&digest)?;
        let started = Box::pin(explored.ecr.start_scan(&explored.name, &digest)).await;
        started.map_err(|error| scan_refused(error, &digest))?;
        tracing::info!(repository = %explored.name, %digest, "a scan was started");
        Ok(())
    }

    /// Returns the number of findings of images. An image whose findings can't be read has its error.
    pub async fn image_finding_counts(
        &self,
        connection: AwsConnection,
        name: String,
        digests: Vec<String>,
    ) -> Result<Vec<ListedFindings>, ApiError> {
        if digests.len() > MAX_IMAGES {
            let message = format!("Findings of at most {MAX_IMAGES} images are read in one call.");
            return Err(ApiError::internal(message));
        }
        let explored = self.explore(&connection, &name).await?;
        let digests = digests.iter().map(|text| parsed(text)).collect::<Result<Vec<_>, _>>()?;
        let asked: Vec<_> = digests
            .into_iter()
            .map(|digest| {
                let explored = &explored;
                Box::pin(async move {
                    let found = explored.ecr.scan_counts(&explored.name, &digest).await;
                    let in_use = found.as_ref().ok().and_then(|found| found.as_ref()?.in_use_count);
                    self.inner.in_use.put(&explored.scope, &digest, in_use);
                    let text = digest.to_string();
                    match found {
                        Ok(found) => ListedFindings {
                            findings: Some(finding_counts(&text, found.as_ref())),
                            digest: text,
                            error: None,
                        },
                        Err(error) => ListedFindings {
                            digest: text,
                            findings: None,
                            error: Some(error.into()),
                        },
                    }
                })
            })
            .collect();
        Ok(stream::iter(asked).buffered(MAX_CONCURRENT_ECR_CALLS).collect().await)
    }

    /// Returns which other images have the layers of an image, from manifests that were read before.
    pub async fn image_layer_sharing(
        &self,
        connection: AwsConnection,
        name: String,
        digest: String,
    ) -> Result<LayerSharing, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let digest = parsed(&digest)?;
        let images = self.listed_images(&explored).await?;
        let (documents, scope) = (self.documents(), explored.scope.clone());
        let work = move || {
            let facts = cached_facts(&documents, &images);
            let elsewhere = manifests_of_other_repositories(&documents, &scope);
            layer_sharing(&digest, &images, &facts, &elsewhere)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| ApiError::internal(error.to_string()))
    }

    /// Returns the digest that a tag has now, without reading its manifest.
    pub async fn image_digest_now(&self, image: ImageLocation) -> Result<Option<String>, ApiError> {
        let content = self.open_location(&image).await?;
        let digest = content.digest_now(&image.reference).await?;
        Ok(digest.map(|digest| digest.to_string()))
    }

    /// Returns where ECR replicates an image to.
    pub async fn image_replication(
        &self,
        connection: AwsConnection,
        name: String,
        digest: String,
    ) -> Result<Vec<ImageReplication>, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let digest = parsed(&digest)?;
        let found = Box::pin(explored.ecr.replication(&explored.name, &digest)).await?;
        let shown = found.into_iter().map(|one| ImageReplication {
            region: one.region,
            account: one.account,
            state: match one.status.as_str() {
                "COMPLETE" => ReplicationStatus::Complete.into(),
                "FAILED" => ReplicationStatus::Failed.into(),
                "IN_PROGRESS" => ReplicationStatus::InProgress.into(),
                other => Reported::unknown(other),
            },
            failure_code: one.failure_code,
        });
        Ok(shown.collect())
    }
}

/// Returns the manifests of other repositories of the same registry that were read before.
pub(super) fn manifests_of_other_repositories(
    documents: &DocumentCache,
    scope: &PullScope,
) -> Vec<OtherRepositoryManifest> {
    let read = documents.read_in_other_repositories(scope).into_iter();
    read.filter_map(|(repository, digest)| {
        let facts = cached_manifest(documents, &digest)?;
        Some(OtherRepositoryManifest { repository, facts })
    })
    .collect()
}

fn parsed(text: &str) -> Result<Digest, ApiError> {
    Digest::parse(text).map_err(|error| ApiError::invalid_input(&error))
}

/// Says why ECR refused a scan. ECR answers a second scan within 24 hours as if there were too many requests
/// (aws/containers-roadmap#1226), and a scan in a registry with enhanced scanning with `This feature is disabled`.
fn scan_refused(error: AwsError, digest: &Digest) -> ApiError {
    let message = match &error {
        AwsError::QuotaExceeded { .. } | AwsError::Throttled { .. } => {
            "ECR scans an image once in 24 hours, and a scan on push counts. This image was scanned."
        }
        AwsError::Refused { code, .. } if code == "UnsupportedImageTypeException" => {
            "ECR can't scan an image of this type."
        }
        AwsError::Refused { code, .. } if code == "ImageArchivedException" => {
            "The image is archived. Restore it to scan it."
        }
        AwsError::Refused { code, message, .. }
            if code == "ValidationException" && message.contains("feature is disabled") =>
        {
            "The registry uses enhanced scanning: Amazon Inspector scans the image by itself."
        }
        _ => return error.into(),
    };
    ApiError::new(ErrorCode::ScanRefused, message).about(digest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_a_scan_has_its_reason() {
        let refused = |code: &str, message: &str| AwsError::Refused {
            action: "ecr:StartImageScan".to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
            request_id: None,
        };
        let throttled = AwsError::Throttled { action: "ecr:StartImageScan".to_owned() };
        let quota = AwsError::QuotaExceeded { message: "The scan quota".to_owned() };
        for (error, code, words) in [
            (throttled, ErrorCode::ScanRefused, "once in 24 hours"),
            (quota, ErrorCode::ScanRefused, "once in 24 hours"),
            (refused("UnsupportedImageTypeException", ""), ErrorCode::ScanRefused, "this type"),
            (refused("ImageArchivedException", ""), ErrorCode::ScanRefused, "archived"),
            (
                refused("ValidationException", "This feature is disabled"),
                ErrorCode::ScanRefused,
                "Amazon Inspector",
            ),
            (refused("ValidationException", "other"), ErrorCode::AwsFailed, "other"),
        ] {
            let shown = scan_refused(error, &Digest::of(b"image"));
            assert_eq!(shown.code, code, "{}", shown.message);
            assert!(shown.message.contains(words), "{}", shown.message);
        }
    }
}
