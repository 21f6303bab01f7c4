//! Implements [`EcrImageState`] with the AWS SDK.

use async_trait::async_trait;
use aws_sdk_ecr::config::Builder;
use aws_sdk_ecr::config::retry::RetryConfig;
use aws_sdk_ecr::operation::describe_image_scan_findings::DescribeImageScanFindingsOutput;
use aws_sdk_ecr::types::{
    EnhancedImageScanFinding, ImageIdentifier, ImageScanFinding, VulnerablePackage,
};

use crate::ecr::client::{Ecr, PAGE_SIZE, is_code};
use crate::ecr::image_state::{
    EcrImageState, FoundPackage, ReplicationState, ScanFinding, ScanFindings,
};
use crate::ecr::values::milliseconds;
use crate::error::AwsError;
use transload_model::{Digest, RepositoryName};

fn identifier(digest: &Digest) -> ImageIdentifier {
    ImageIdentifier::builder().image_digest(digest.as_str()).build()
}

impl Ecr {
    async fn findings_pages(
        &self,
        name: &RepositoryName,
        digest: &Digest,
        page_size: i32,
        all: bool,
    ) -> Result<Option<ScanFindings>, AwsError> {
        let call = self.call("ecr:DescribeImageScanFindings").for_repository(name);
        let request = self
            .client
            .describe_image_scan_findings()
            .repository_name(name.as_str())
            .image_id(identifier(digest))
            .max_results(page_size);
        let mut found: Option<ScanFindings> = None;
        let mut token: Option<String> = None;
        loop {
            let page =
                call.while_throttled(|| request.clone().set_next_token(token.clone()).send()).await;
            let page = match page {
                Err(error) if is_code(&error, "ScanNotFoundException") => return Ok(None),
                page => page?,
            };
            let found = found.get_or_insert_with(|| begin(&page));
            add(found, &page);
            token = page.next_token().map(str::to_owned);
            if token.is_none() || !all {
                break;
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl EcrImageState for Ecr {
    async fn scan_findings(
        &self,
        name: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ScanFindings>, AwsError> {
        self.findings_pages(name, digest, PAGE_SIZE, true).await
    }

    async fn scan_counts(
        &self,
        name: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ScanFindings>, AwsError> {
        // The counts are those of all findings, and the first finding says where the image runs.
        self.findings_pages(name, digest, 1, false).await
    }

    async fn start_scan(&self, name: &RepositoryName, digest: &Digest) -> Result<(), AwsError> {
        let call = self.call("ecr:StartImageScan").for_repository(name);
        let sent = self
            .client
            .start_image_scan()
            .repository_name(name.as_str())
            .image_id(identifier(digest))
            .customize()
            .config_override(Builder::new().retry_config(RetryConfig::disabled()))
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn replication(
        &self,
        name: &RepositoryName,
        digest: &Digest,
    ) -> Result<Vec<ReplicationState>, AwsError> {
        let call = self.call("ecr:DescribeImageReplicationStatus").for_repository(name);
        let request = self
            .client
            .describe_image_replication_status()
            .repository_name(name.as_str())
            .image_id(identifier(digest));
        let response = call.while_throttled(|| request.clone().send()).await?;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let states = response.replication_statuses().iter().map(|one| ReplicationState {
            region: text(one.region()),
            account: text(one.registry_id()),
            status: text(one.status().map(|status| status.as_str())),
            failure_code: one.failure_code().map(str::to_owned),
        });
        Ok(states.collect())
    }
}

fn begin(page: &DescribeImageScanFindingsOutput) -> ScanFindings {
    let status = page.image_scan_status();
    let findings = page.image_scan_findings();
    let counts = findings.and_then(|findings| findings.finding_severity_counts());
    ScanFindings {
        status: status
            .and_then(|status| status.status())
            .map(|status| status.as_str().to_owned())
            .unwrap_or_default(),
        description: status.and_then(|status| status.description()).map(str::to_owned),
        completed_at_ms: findings.and_then(|found| milliseconds(found.image_scan_completed_at())),
        source_updated_at_ms: findings
            .and_then(|found| milliseconds(found.vulnerability_source_updated_at())),
        counts: counts
            .into_iter()
            .flatten()
            .map(|(severity, count)| {
                (severity.as_str().to_owned(), u64::try_from(*count).unwrap_or(0))
            })
            .collect(),
        ..ScanFindings::default()
    }
}

fn add(found: &mut ScanFindings, page: &DescribeImageScanFindingsOutput) {
    let Some(findings) = page.image_scan_findings() else { return };
    found.findings.extend(findings.findings().iter().map(basic));
    for one in findings.enhanced_findings() {
        found.is_enhanced = true;
        found.findings.push(enhanced(one));
        for resource in one.resources() {
            let Some(image) =
                resource.details().and_then(|details| details.aws_ecr_container_image())
            else {
                continue;
            };
            let count = image.in_use_count().and_then(|count| u64::try_from(count).ok());
            found.in_use_count = found.in_use_count.max(count);
            found.last_in_use_at_ms =
                found.last_in_use_at_ms.max(milliseconds(image.last_in_use_at()));
        }
    }
}

fn basic(from: &ImageScanFinding) -> ScanFinding {
    let attribute = |wanted: &str| {
        let found = from.attributes().iter().find(|attribute| attribute.key() == wanted);
        found.and_then(|attribute| attribute.value()).map(str::to_owned)
    };
    let score = ["CVSS4_SCORE", "CVSS3_SCORE", "CVSS2_SCORE"]
        .iter()
        .find_map(|name| attribute(name)?.parse().ok());
    let package = attribute("package_name").map(|name| FoundPackage {
        name,
        version: attribute("package_version"),
        ..FoundPackage::default()
    });
    ScanFinding {
        id: from.name().unwrap_or_default().to_owned(),
        severity: from.severity().map(|severity| severity.as_str().to_owned()).unwrap_or_default(),
        description: from.description().map(str::to_owned),
        url: from.uri().map(str::to_owned),
        score,
        packages: package.into_iter().collect(),
        ..ScanFinding::default()
    }
}

fn enhanced(from: &EnhancedImageScanFinding) -> ScanFinding {
    let details = from.package_vulnerability_details();
    let id = details.and_then(|details| details.vulnerability_id()).or(from.title());
    let packages = details.map(|details| details.vulnerable_packages()).unwrap_or_default();
    ScanFinding {
        id: id.unwrap_or_default().to_owned(),
        severity: from.severity().unwrap_or_default().to_owned(),
        description: from.description().map(str::to_owned),
        url: details.and_then(|details| details.source_url()).map(str::to_owned),
        score: (from.score() > 0.0).then_some(from.score()),
        fix_available: from.fix_available().map(str::to_owned),
        exploit_available: from.exploit_available() == Some("YES"),
        packages: packages.iter().map(package).collect(),
    }
}

fn package(from: &VulnerablePackage) -> FoundPackage {
    let version = from.version().map(|version| {
        let epoch = from.epoch().filter(|epoch| *epoch > 0).map(|epoch| format!("{epoch}:"));
        let release = from.release().map(|release| format!("-{release}"));
        format!("{}{version}{}", epoch.unwrap_or_default(), release.unwrap_or_default())
    });
    // ECR says `NotAvailable` for a package without a fixed version.
    let fixed_in = from.fixed_in_version().filter(|version| *version != "NotAvailable");
    FoundPackage {
        name: from.name().unwrap_or_default().to_owned(),
        version,
        fixed_in: fixed_in.map(str::to_owned),
        path: from.file_path().map(str::to_owned),
        layer: from.source_layer_hash().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests;
