//! Both kinds of findings, and a scan that is refused.

use serde_json::{Value, json};

use super::*;
use crate::testing::{CannedResponse, LocalAws, session_at};

fn name() -> RepositoryName {
    RepositoryName::parse("shop/api").unwrap()
}

fn digest() -> Digest {
    Digest::of(b"image")
}

fn page(findings: Value, next: Option<&str>) -> CannedResponse {
    let mut page = json!({
        "imageScanStatus": {"status": "COMPLETE", "description": "done"},
        "imageScanFindings": findings,
    });
    if let Some(next) = next {
        page["nextToken"] = json!(next);
    }
    CannedResponse::json(page)
}

#[tokio::test]
async fn basic_findings_are_read_from_all_pages() {
    let aws = LocalAws::start(|request| {
        let first = request.json.get("nextToken").is_none();
        let id = if first { "CVE-1" } else { "CVE-2" };
        let findings = json!({
            "imageScanCompletedAt": 7.5,
            "findingSeverityCounts": {"HIGH": 2},
            "findings": [{
                "name": id, "severity": "HIGH", "uri": "https://cve.example",
                "attributes": [
                    {"key": "package_name", "value": "openssl"},
                    {"key": "package_version", "value": "3.0.1"},
                    {"key": "CVSS2_SCORE", "value": "7.5"},
                ],
            }],
        });
        page(findings, first.then_some("2"))
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let found = ecr.scan_findings(&name(), &digest()).await.unwrap().unwrap();
    assert_eq!((found.status.as_str(), found.completed_at_ms), ("COMPLETE", Some(7_500)));
    assert_eq!((found.is_enhanced, found.counts["HIGH"]), (false, 2));
    let ids: Vec<_> = found.findings.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["CVE-1", "CVE-2"]);
    let package = &found.findings[0].packages[0];
    assert_eq!((package.name.as_str(), package.version.as_deref()), ("openssl", Some("3.0.1")));
    assert_eq!(found.findings[0].score, Some(7.5));

    let counts = ecr.scan_counts(&name(), &digest()).await.unwrap().unwrap();
    assert_eq!(counts.counts["HIGH"], 2);
    let sizes: Vec<_> = aws.requests().iter().map(|one| one.json["maxResults"].clone()).collect();
    assert_eq!(sizes, [json!(1000), json!(1000), json!(1)]);
}

#[tokio::test]
async fn enhanced_findings_name_fixes_and_where_the_image_runs() {
    let aws = LocalAws::start(|_| {
        let package = |fixed: &str| {
            json!({"name": "openssl", "version": "3.0.1", "epoch": 1, "release": "4.el9",
                   "fixedInVersion": fixed, "sourceLayerHash": "sha256:ab"})
        };
        page(
            json!({"enhancedFindings": [{
                "severity": "CRITICAL", "score": 9.8, "fixAvailable": "PARTIAL", "exploitAvailable": "YES",
                "packageVulnerabilityDetails": {
                    "vulnerabilityId": "CVE-1", "sourceUrl": "https://cve.example",
                    "vulnerablePackages": [package("3.0.2"), package("NotAvailable")],
                },
                "resources": [{"details": {"awsEcrContainerImage": {"inUseCount": 2, "lastInUseAt": 8}}}],
            }]}),
            None,
        )
    })
    .await;
    let found = session_at(&aws).await.ecr().scan_findings(&name(), &digest()).await;
    let found = found.unwrap().unwrap();
    assert_eq!((found.is_enhanced, found.in_use_count), (true, Some(2)));
    assert_eq!(found.last_in_use_at_ms, Some(8_000));
    let finding = &found.findings[0];
    assert_eq!((finding.id.as_str(), finding.exploit_available), ("CVE-1", true));
    let packages: Vec<_> = finding
        .packages
        .iter()
        .map(|one| (one.version.as_deref(), one.fixed_in.as_deref()))
        .collect();
    let version = Some("1:3.0.1-4.el9");
    assert_eq!(packages, [(version, Some("3.0.2")), (version, None)]);
}

#[tokio::test]
async fn an_image_that_was_never_scanned_has_no_findings() {
    let aws =
        LocalAws::start(|_| CannedResponse::error(400, "ScanNotFoundException", "none")).await;
    let found = session_at(&aws).await.ecr().scan_findings(&name(), &digest()).await;
    assert_eq!(found.unwrap(), None);
}

/// The SDK takes both for throttling and would send the request again.
#[tokio::test]
async fn a_second_scan_within_a_day_is_refused_and_not_retried() {
    for code in ["LimitExceededException", "ThrottlingException"] {
        let aws = LocalAws::start(move |_| CannedResponse::error(400, code, "once a day")).await;
        let error = session_at(&aws).await.ecr().start_scan(&name(), &digest()).await.unwrap_err();
        assert!(
            matches!(error, AwsError::QuotaExceeded { .. } | AwsError::Throttled { .. }),
            "{error}"
        );
        assert_eq!(aws.requests().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn replications_are_listed_with_their_failures() {
    let aws = LocalAws::start(|_| {
        CannedResponse::json(json!({"replicationStatuses": [
            {"region": "us-west-2", "registryId": "111122223333", "status": "COMPLETE"},
            {"region": "eu-north-1", "registryId": "111122223333", "status": "FAILED", "failureCode": "X"},
        ]}))
    })
    .await;
    let found = session_at(&aws).await.ecr().replication(&name(), &digest()).await.unwrap();
    let states: Vec<_> = found
        .iter()
        .map(|one| (one.region.as_str(), one.status.as_str(), one.failure_code.as_deref()))
        .collect();
    assert_eq!(states, [("us-west-2", "COMPLETE", None), ("eu-north-1", "FAILED", Some("X"))]);
}

#[tokio::test]
async fn the_newest_score_counts_and_a_score_or_an_epoch_of_0_is_left_out() {
    let aws = LocalAws::start(|_| {
        let score = |name: &str, value: &str| json!({"key": name, "value": value});
        let package = json!({"name": "zlib", "version": "1.3", "epoch": 0});
        let image = |count: u32| json!({"details": {"awsEcrContainerImage": {"inUseCount": count}}});
        page(
            json!({
                "findings": [{"name": "CVE-1", "severity": "HIGH", "attributes": [
                    score("CVSS2_SCORE", "2"), score("CVSS3_SCORE", "3"), score("CVSS4_SCORE", "4"),
                ]}],
                "enhancedFindings": [{"severity": "LOW", "score": 0.0, "resources": [image(2), image(1)],
                    "packageVulnerabilityDetails": {"vulnerabilityId": "CVE-2", "vulnerablePackages": [package]}}],
            }),
            None,
        )
    })
    .await;
    let found = session_at(&aws).await.ecr().scan_findings(&name(), &digest()).await;
    let found = found.unwrap().unwrap();
    assert_eq!([found.findings[0].score, found.findings[1].score], [Some(4.0), None]);
    assert_eq!(found.findings[1].packages[0].version.as_deref(), Some("1.3"));
    assert_eq!(found.in_use_count, Some(2), "of the place where it runs most");
}
