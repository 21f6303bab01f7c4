//! The vulnerabilities of an image by package, as the image page shows them. `api` reads them from ECR.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use transload_aws::{FoundPackage, ScanFinding, ScanFindings};
use transload_model::Reported;
use ts_rs::TS;

/// The longest description that is kept, in characters.
const DESCRIPTION_LIMIT: usize = 600;

/// What the last scan of an image found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "vulnerabilities.ts")]
pub struct ImageVulnerabilities {
    pub state: Reported<ScanState>,
    /// ECR's explanation of the state.
    pub description: Option<String>,
    /// Whether Amazon Inspector scans the image (enhanced scanning).
    pub is_enhanced: bool,
    pub completed_at_ms: Option<u64>,
    pub source_updated_at_ms: Option<u64>,
    /// The worst first.
    pub counts: Vec<SeverityCount>,
    /// Packages with vulnerabilities, the most severe first.
    pub packages: Vec<VulnerablePackage>,
    /// In how many places Amazon ECS and EKS run the image. `null` if ECR doesn't say.
    pub in_use_count: Option<u64>,
    pub last_in_use_at_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "vulnerabilities.ts")]
pub enum ScanState {
    NotScanned,
    InProgress,
    /// A basic scan finished.
    Complete,
    /// Amazon Inspector scans the image continuously.
    Active,
    Failed,
    /// ECR can't scan images of this type.
    Unsupported,
    /// The image is older than Amazon Inspector scans.
    Expired,
    Unavailable,
    LimitExceeded,
    Archived,
}

/// The number of vulnerabilities of a severity, at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "vulnerabilities.ts")]
pub struct SeverityCount {
    pub severity: Reported<Severity>,
    pub count: u64,
}

/// A severity, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "vulnerabilities.ts")]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Informational,
    /// Amazon Inspector hasn't rated it yet.
    Untriaged,
    /// The source of the finding gives no severity.
    Undefined,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "vulnerabilities.ts")]
pub struct VulnerablePackage {
    /// `null` for vulnerabilities for which ECR names no package.
    pub name: Option<String>,
    pub version: Option<String>,
    /// The worst severity. One that Transload doesn't know only if there is no other.
    pub severity: Reported<Severity>,
    /// The versions that fix vulnerabilities, each once. Basic scanning doesn't name any.
    pub fixed_in: Vec<String>,
    /// Where the package is in the image.
    pub path: Option<String>,
    /// The digest of its layer.
    pub layer: Option<String>,
    /// The worst first.
    pub vulnerabilities: Vec<Vulnerability>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "vulnerabilities.ts")]
pub struct Vulnerability {
    pub id: String,
    pub severity: Reported<Severity>,
    pub description: Option<String>,
    pub url: Option<String>,
    pub score: Option<f64>,
    /// `null` if ECR doesn't say.
    pub fix: Option<FixAvailable>,
    pub exploit_available: bool,
}

/// Whether a fixed version exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "vulnerabilities.ts")]
pub enum FixAvailable {
    Yes,
    No,
    /// For some of the packages.
    Partial,
}

/// The number of vulnerabilities of one image of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "vulnerabilities.ts")]
pub struct FindingCounts {
    pub digest: String,
    pub state: Reported<ScanState>,
    /// The worst first.
    pub counts: Vec<SeverityCount>,
    pub in_use_count: Option<u64>,
}

impl ScanState {
    /// Reads the status of ECR.
    fn of(status: &str) -> Reported<Self> {
        Reported::Known(match status {
            "IN_PROGRESS" | "PENDING" => Self::InProgress,
            "COMPLETE" => Self::Complete,
            "ACTIVE" => Self::Active,
            "FAILED" => Self::Failed,
            "UNSUPPORTED_IMAGE" => Self::Unsupported,
            "SCAN_ELIGIBILITY_EXPIRED" => Self::Expired,
            "LIMIT_EXCEEDED" => Self::LimitExceeded,
            "IMAGE_ARCHIVED" => Self::Archived,
            "FINDINGS_UNAVAILABLE" | "" => Self::Unavailable,
            other => return Reported::unknown(other),
        })
    }
}

impl Severity {
    /// Reads a severity of ECR's basic scanning or of Amazon Inspector.
    fn of(text: &str) -> Reported<Self> {
        Reported::Known(match text {
            "CRITICAL" => Self::Critical,
            "HIGH" => Self::High,
            "MEDIUM" => Self::Medium,
            "LOW" => Self::Low,
            "INFORMATIONAL" => Self::Informational,
            "UNTRIAGED" => Self::Untriaged,
            "UNDEFINED" | "" => Self::Undefined,
            other => return Reported::unknown(other),
        })
    }
}

/// Counts the findings of an image by severity.
fn counts_of(found: &ScanFindings) -> Vec<SeverityCount> {
    let mut counts: BTreeMap<Reported<Severity>, u64> = BTreeMap::new();
    let mut add = |severity: &str, more: u64| {
        let count = counts.entry(Severity::of(severity)).or_default();
        *count = count.saturating_add(more);
    };
    for (severity, count) in &found.counts {
        add(severity, *count);
    }
    // ECR leaves the counts out of some answers.
    if found.counts.is_empty() {
        for finding in &found.findings {
            add(&finding.severity, 1);
        }
    }
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    counts.map(|(severity, count)| SeverityCount { severity, count }).collect()
}

/// Groups the findings of an image by package. `None` for an image that was never scanned.
pub fn vulnerabilities(found: Option<ScanFindings>) -> ImageVulnerabilities {
    let scanned = found.is_some();
    let found = found.unwrap_or_default();
    let mut groups: BTreeMap<_, VulnerablePackage> = BTreeMap::new();
    for finding in &found.findings {
        let vulnerability = vulnerability(finding);
        let nameless = [FoundPackage::default()];
        let packages =
            if finding.packages.is_empty() { &nameless[..] } else { &finding.packages[..] };
        for package in packages {
            let key = (package.name.clone(), package.version.clone(), package.path.clone());
            let group = groups.entry(key).or_insert_with(|| VulnerablePackage {
                name: Some(package.name.clone()).filter(|name| !name.is_empty()),
                version: package.version.clone(),
                severity: vulnerability.severity.clone(),
                fixed_in: Vec::new(),
                path: package.path.clone(),
                layer: package.layer.clone(),
                vulnerabilities: Vec::new(),
            });
            if vulnerability.severity < group.severity {
                group.severity = vulnerability.severity.clone();
            }
            if let Some(fixed_in) = &package.fixed_in
                && !group.fixed_in.contains(fixed_in)
            {
                group.fixed_in.push(fixed_in.clone());
            }
            group.vulnerabilities.push(vulnerability.clone());
        }
    }
    let mut packages: Vec<_> = groups.into_values().collect();
    for package in &mut packages {
        package
            .vulnerabilities
            .sort_by(|one, other| (&one.severity, &one.id).cmp(&(&other.severity, &other.id)));
    }
    packages.sort_by(|one, other| (&one.severity, &one.name).cmp(&(&other.severity, &other.name)));
    ImageVulnerabilities {
        state: if scanned { ScanState::of(&found.status) } else { ScanState::NotScanned.into() },
        counts: counts_of(&found),
        description: found.description,
        is_enhanced: found.is_enhanced || found.status == "ACTIVE",
        completed_at_ms: found.completed_at_ms,
        source_updated_at_ms: found.source_updated_at_ms,
        packages,
        in_use_count: found.in_use_count,
        last_in_use_at_ms: found.last_in_use_at_ms,
    }
}

fn vulnerability(from: &ScanFinding) -> Vulnerability {
    Vulnerability {
        id: from.id.clone(),
        severity: Severity::of(&from.severity),
        description: from
            .description
            .as_ref()
            .map(|text| text.chars().take(DESCRIPTION_LIMIT).collect()),
        url: from.url.clone(),
        score: from.score,
        fix: match from.fix_available.as_deref() {
            Some("YES") => Some(FixAvailable::Yes),
            Some("NO") => Some(FixAvailable::No),
            Some("PARTIAL") => Some(FixAvailable::Partial),
            _ => None,
        },
        exploit_available: from.exploit_available,
    }
}

pub fn finding_counts(digest: &str, found: Option<&ScanFindings>) -> FindingCounts {
    FindingCounts {
        digest: digest.to_owned(),
        state: found
            .map_or_else(|| ScanState::NotScanned.into(), |found| ScanState::of(&found.status)),
        counts: found.map(counts_of).unwrap_or_default(),
        in_use_count: found.and_then(|found| found.in_use_count),
    }
}

#[cfg(test)]
mod tests;
