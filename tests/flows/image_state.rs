//! Vulnerabilities and replication of an image on the practice ECR. The AWS CLI and botocore call the same operations.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use transload_contract::{
    CleanupClass, CleanupRules, RegistryChange, RegistryScanning, ReplicationStatus, ScanFrequency,
    ScanState, ScanType, ScanningRule, Severity,
};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule};
use transload_tests::botocore::Botocore;
use transload_tests::headless_app::api_error;
use transload_tests::images::{Index, Recipe};
use transload_tests::wait::wait_until;

use crate::explorer::{NAME, Shop, aws, named};

/// Calls an operation with the AWS CLI and with botocore, which must read the same.
async fn both(shop: &Shop, operation: &str, command: &str, digest: &str) -> Result<Value> {
    let id = format!("imageDigest={digest}");
    let cli = aws(&shop.ecr, &[command, "--repository-name", NAME, "--image-id", &id]).await?;
    let botocore = Botocore::start(&shop.ecr.api_url(), shop.ecr.region(), shop.ecr.key())?;
    let parameters = json!({"repositoryName": NAME, "imageId": {"imageDigest": digest}});
    let answer = botocore.call(operation, parameters, &[]).await?.context("an answer")?;
    for member in cli.as_object().context("an object")?.keys() {
        assert!(!answer[member].is_null(), "botocore reads no {member}: {answer}");
    }
    Ok(cli)
}

#[tokio::test]
async fn vulnerabilities_are_read_and_scans_are_started_once_a_day() -> Result<()> {
    let shop = Shop::open().await?;
    // A seed whose image has findings.
    let mut seed = 3;
    let image = loop {
        let image = Recipe::small(seed).build()?;
        shop.repository.push(&image, "prod-1").await?;
        let digest = &image.manifest.digest;
        let id = format!("imageDigest={digest}");
        let start = ["start-image-scan", "--repository-name", NAME, "--image-id", &id];
        let started = aws(&shop.ecr, &start).await?;
        assert_eq!(started["imageScanStatus"]["status"], "IN_PROGRESS");
        let (operation, command) = ("DescribeImageScanFindings", "describe-image-scan-findings");
        let describe = [command, "--repository-name", NAME, "--image-id", &id];
        wait_until(Duration::from_secs(30), "the scan", async || {
            let found = aws(&shop.ecr, &describe).await.ok()?;
            (found["imageScanStatus"]["status"] == "COMPLETE").then_some(())
        })
        .await?;
        // Only now: the AWS CLI joins the pages of a running scan to findings that the answer has not.
        let found = both(&shop, operation, command, digest).await?;
        let findings = found["imageScanFindings"]["findings"].as_array().map_or(0, Vec::len);
        let counts = found["imageScanFindings"]["findingSeverityCounts"].as_object();
        let counted: u64 = counts.context("counts")?.values().filter_map(Value::as_u64).sum();
        assert_eq!(findings as u64, counted);
        if findings > 1 {
            break image;
        }
        seed += 1;
    };
    let digest = || image.manifest.digest.clone();
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let read = async || api.image_vulnerabilities(connection(), name(), digest()).await;
    let found = read().await.map_err(api_error)?;
    assert_eq!((found.state, found.is_enhanced), (ScanState::Complete.into(), false));
    let in_packages: usize = found.packages.iter().map(|one| one.vulnerabilities.len()).sum();
    let total: u64 = found.counts.iter().map(|one| one.count).sum();
    assert_eq!(in_packages as u64, total);
    assert!(found.packages.is_sorted_by(|one, other| one.severity <= other.severity));

    // The second scan of a day is refused, and asked for once.
    let practice = shop.practice()?;
    practice.clear_requests();
    let refused = api.image_scan_start(connection(), name(), digest()).await;
    let refused = refused.err().context("a second scan")?;
    assert_eq!(refused.code, ErrorCode::ScanRefused);
    assert!(refused.message.contains("once in 24 hours"), "{}", refused.message);
    let scans = practice
        .requests()
        .into_iter()
        .filter(|request| request.operation.as_deref() == Some("StartImageScan"));
    assert_eq!(scans.count(), 1);

    // Enhanced scanning names fixes and where the image runs.
    practice.set_enhanced_scanning(true).await?;
    let cli =
        both(&shop, "DescribeImageScanFindings", "describe-image-scan-findings", &digest()).await?;
    let first = &cli["imageScanFindings"]["enhancedFindings"][0];
    assert_eq!(first["resources"][0]["details"]["awsEcrContainerImage"]["inUseCount"], 2);
    let found = read().await.map_err(api_error)?;
    assert_eq!((found.state, found.is_enhanced), (ScanState::Active.into(), true));
    assert_eq!(found.in_use_count, Some(2));
    let refused = api.image_scan_start(connection(), name(), digest()).await;
    assert_eq!(refused.err().context("enhanced")?.code, ErrorCode::ScanRefused);

    // The column of the list: one call an image.
    practice.clear_requests();
    let listed = api.image_finding_counts(connection(), name(), vec![digest()]).await;
    let listed = listed.map_err(api_error)?;
    let counts = listed[0].findings.as_ref().context("findings")?;
    assert_eq!((&counts.counts, counts.in_use_count), (&found.counts, Some(2)));
    let calls = practice
        .requests()
        .into_iter()
        .filter(|request| request.operation.as_deref() == Some("DescribeImageScanFindings"));
    assert_eq!(calls.count(), 1);
    assert!(Severity::Critical < Severity::Low);
    Ok(())
}

#[tokio::test]
async fn an_image_that_was_never_scanned_and_an_index_have_no_findings() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    let digest = || index.manifest.digest.clone();
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let found = api.image_vulnerabilities(connection(), name(), digest()).await;
    assert_eq!(found.map_err(api_error)?.state, ScanState::NotScanned);
    let refused = api.image_scan_start(connection(), name(), digest()).await;
    let refused = refused.err().context("an index")?;
    assert_eq!(
        (refused.code, refused.message.contains("this type")),
        (ErrorCode::ScanRefused, true)
    );
    Ok(())
}

#[tokio::test]
async fn the_replication_of_an_image_is_shown() -> Result<()> {
    let shop = Shop::open().await?;
    let image = Recipe::small(3).build()?;
    shop.repository.push(&image, "v1").await?;
    let digest = image.manifest.digest.clone();
    shop.practice()?.set_image_age(NAME, &digest, 1, None).await?;
    let operation = ("DescribeImageReplicationStatus", "describe-image-replication-status");
    let cli = both(&shop, operation.0, operation.1, &digest).await?;
    assert_eq!(cli["replicationStatuses"][0]["status"], "COMPLETE");
    let found =
        shop.app.api.image_replication(shop.ecr.connection(), NAME.to_owned(), digest).await;
    let found = found.map_err(api_error)?;
    assert_eq!(
        (&found[0].state, found[0].region.as_str()),
        (&ReplicationStatus::Complete.into(), "us-west-2")
    );
    assert_eq!(
        (&found[1].state, found[1].failure_code.is_some()),
        (&ReplicationStatus::Failed.into(), true)
    );
    Ok(())
}

#[tokio::test]
async fn images_that_run_are_read_in_one_call_and_kept_out_of_a_clean_up() -> Result<()> {
    let shop = Shop::open().await?;
    let (runs, idle) = (Recipe::small(3).build()?, Recipe::small(4).build()?);
    let practice = shop.practice()?;
    for (image, tag) in [(&runs, "prod-1"), (&idle, "old-1")] {
        shop.repository.push(image, tag).await?;
        assert!(practice.set_image_age(NAME, tag, 400, None).await?);
    }
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let read = async || api.repository_use(connection(), name(), true).await.map_err(api_error);
    let known = async || api.repository_use(connection(), name(), false).await.map_err(api_error);
    let unused = async || -> Result<Vec<String>> {
        let rules = CleanupRules { protected_tags: Vec::new(), ..CleanupRules::default() };
        let proposed = api.repository_cleanup(connection(), name(), rules).await;
        let mut proposed = proposed.map_err(api_error)?.proposals.into_iter();
        let unused = proposed.find(|one| one.class == CleanupClass::Unused).context("unused")?;
        let mut tags: Vec<String> = unused.images.into_iter().flat_map(|one| one.tags).collect();
        tags.sort();
        Ok(tags)
    };
    // Basic scanning: Amazon Inspector covers nothing.
    let found = read().await?;
    assert_eq!((found.images.len(), found.read_at_ms.is_some(), &found.error), (0, true, &None));
    assert_eq!(unused().await?, ["old-1", "prod-1"]);

    shop.calls()?;
    assert_eq!((&known().await?, shop.calls()?), (&found, named(&[])), "read in the last hour");
    let rule = ScanningRule {
        frequency: ScanFrequency::Continuous.into(),
        filters: vec!["*".to_owned().into()],
    };
    let scanning = RegistryScanning { scan_type: ScanType::Enhanced.into(), rules: vec![rule] };
    let before = RegistryScanning::default();
    let change = RegistryChange::Scanning { before, scanning };
    api.registry_change(connection(), change).await.map_err(api_error)?;
    let cli = shop.ecr.aws()?.run(["inspector2", "list-coverage"]).succeed().await?;
    let cli: Value = serde_json::from_slice(&cli.stdout)?;
    let covered = cli["coveredResources"].as_array().context("a list")?;
    let count = |image: &Value| image["resourceMetadata"]["ecrImage"]["inUseCount"].as_u64();
    let mut counts: Vec<_> = covered.iter().filter_map(count).collect();
    counts.sort_unstable();
    assert_eq!(counts, [0, 2]);
    shop.calls()?;
    let found = known().await?;
    assert_eq!(
        shop.calls()?,
        named(&[("ListCoverage", 1)]),
        "the change made the reading outdated"
    );
    let [image] = found.images.as_slice() else { anyhow::bail!("{:?}", found.images) };
    assert_eq!((&image.digest, image.count), (&runs.manifest.digest, 2));
    assert!(image.last_in_use_at_ms.is_some());
    assert_eq!(unused().await?, ["old-1"]);
    shop.calls()?;
    let kept = known().await?;
    assert_eq!((shop.calls()?, &kept), (named(&[]), &found), "read in the last hour");

    // Without the permission, the last reading stays, and the action is named.
    shop.ecr.faults()?.add(FaultRule::operation(FaultAction::AccessDenied, "ListCoverage"));
    let refused = read().await?;
    assert_eq!((&refused.images, refused.read_at_ms), (&found.images, found.read_at_ms));
    let error = refused.error.context("refused")?;
    assert_eq!(error.code, ErrorCode::AccessDenied);
    assert_eq!(error.subject.as_deref(), Some("inspector2:ListCoverage"));
    assert_eq!(unused().await?, ["old-1"]);
    Ok(())
}
