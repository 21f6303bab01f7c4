//! Every operation with an answer of a later ECR: each field that is an enumeration has a value that nobody knows yet.

use aws_sdk_ecr::types;
use serde_json::{Value, json};

use super::*;
use crate::ecr::api::{EcrApi as _, EcrImageId, EcrLayers as _};
use crate::ecr::cache_rules::EcrCacheRules as _;
use crate::ecr::client::Ecr;
use crate::ecr::creation_templates::EcrCreationTemplates as _;
use crate::ecr::explorer::EcrExplorer as _;
use crate::ecr::image_state::EcrImageState;
use crate::ecr::registry_configuration::EcrRegistryConfiguration;
use crate::ecr::registry_settings::EcrRegistrySettings as _;
use crate::error::AwsError;
use crate::testing::{CannedResponse, LocalAws, session_at};
use transload_model::{Digest, RepositoryName, Tag};

/// The words of the SDK, which come from the service model, and ours are the same.
#[test]
fn every_value_of_the_sdk_is_known() {
    fn check<T: EcrWord>(values: &[&str]) {
        let known = |word: &&&str| reported::<T>(word).known().is_some();
        assert_eq!(values.iter().filter(known).count(), values.len(), "{values:?}");
        assert_eq!(T::WORDS.len(), values.len(), "{values:?}");
        for (text, value) in T::WORDS {
            assert_eq!(word(&Reported::Known(*value)), *text);
        }
        assert_eq!(word(&reported::<T>("LATER")), "LATER");
    }
    check::<EcrImageStatus>(types::ImageStatus::values());
    check::<TagMutability>(types::ImageTagMutability::values());
    check::<PreviewStatus>(types::LifecyclePolicyPreviewStatus::values());
    check::<PreviewAction>(types::ImageActionType::values());
    check::<ScanType>(types::ScanType::values());
    check::<ScanFrequency>(types::ScanFrequency::values());
    check::<TemplateUse>(types::RctAppliedFor::values());
    check::<UpstreamRegistry>(types::UpstreamRegistry::values());
}

const LATER: &str = "LATER_VALUE";

fn digest() -> Digest {
    Digest::of(b"image")
}

/// An operation, a complete answer, the fields that are shown, and those that nothing is read from.
type Case = (&'static str, Value, &'static [&'static str], &'static [&'static str]);

fn cases() -> Vec<Case> {
    let digest = digest().to_string();
    vec![
        (
            "DescribeRepositories",
            json!({"repositories": [{
                "repositoryName": "shop", "repositoryArn": "arn", "repositoryUri": "uri",
                "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
                "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "v*"}],
                "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": "key"},
            }]}),
            &[
                "/repositories/0/imageTagMutability",
                "/repositories/0/imageTagMutabilityExclusionFilters/0/filterType",
                "/repositories/0/imageTagMutabilityExclusionFilters/0/filter",
                "/repositories/0/encryptionConfiguration/encryptionType",
            ],
            &[],
        ),
        (
            "DescribeImages",
            json!({"imageDetails": [{
                "imageDigest": digest, "imageStatus": "ACTIVE", "imageManifestMediaType": "m",
                "artifactMediaType": "a", "imageScanStatus": {"status": "COMPLETE"},
            }]}),
            &[
                "/imageDetails/0/imageStatus",
                "/imageDetails/0/imageManifestMediaType",
                "/imageDetails/0/artifactMediaType",
            ],
            &["/imageDetails/0/imageScanStatus/status"],
        ),
        (
            "BatchGetImage",
            json!({
                "images": [{"imageId": {"imageDigest": digest}, "imageManifest": "{}", "imageManifestMediaType": "m"}],
                "failures": [{"imageId": {"imageDigest": digest}, "failureCode": "ImageNotFound"}],
            }),
            &["/images/0/imageManifestMediaType", "/failures/0/failureCode"],
            &[],
        ),
        (
            "BatchDeleteImage",
            json!({"failures": [{"imageId": {"imageDigest": digest}, "failureCode": "ImageNotFound"}]}),
            &["/failures/0/failureCode"],
            &[],
        ),
        (
            "GetLifecyclePolicyPreview",
            json!({
                "status": "COMPLETE",
                "previewResults": [{
                    "imageDigest": digest, "storageClass": "STANDARD",
                    "action": {"type": "TRANSITION", "targetStorageClass": "ARCHIVE"},
                }],
                "summary": {"transitioningImageTotalCounts": [{"targetStorageClass": "ARCHIVE", "imageTotalCount": 1}]},
            }),
            &[
                "/status",
                "/previewResults/0/action/type",
                "/previewResults/0/action/targetStorageClass",
            ],
            &[
                "/previewResults/0/storageClass",
                "/summary/transitioningImageTotalCounts/0/targetStorageClass",
            ],
        ),
        (
            "DescribeImageScanFindings",
            json!({
                "imageScanStatus": {"status": "COMPLETE"},
                "imageScanFindings": {
                    "findings": [{"name": "CVE-1", "severity": "HIGH"}],
                    "enhancedFindings": [{"severity": "HIGH", "fixAvailable": "YES", "exploitAvailable": "NO", "status": "ACTIVE"}],
                },
            }),
            &[
                "/imageScanStatus/status",
                "/imageScanFindings/findings/0/severity",
                "/imageScanFindings/enhancedFindings/0/severity",
                "/imageScanFindings/enhancedFindings/0/fixAvailable",
            ],
            &[
                "/imageScanFindings/enhancedFindings/0/exploitAvailable",
                "/imageScanFindings/enhancedFindings/0/status",
            ],
        ),
        (
            "DescribeImageReplicationStatus",
            json!({"replicationStatuses": [{"region": "r", "registryId": "1", "status": "FAILED", "failureCode": "c"}]}),
            &["/replicationStatuses/0/status", "/replicationStatuses/0/failureCode"],
            &[],
        ),
        (
            "GetRegistryScanningConfiguration",
            json!({"scanningConfiguration": {"scanType": "BASIC", "rules": [{
                "scanFrequency": "SCAN_ON_PUSH",
                "repositoryFilters": [{"filter": "v*", "filterType": "WILDCARD"}],
            }]}}),
            &[
                "/scanningConfiguration/scanType",
                "/scanningConfiguration/rules/0/scanFrequency",
                "/scanningConfiguration/rules/0/repositoryFilters/0/filterType",
            ],
            &[],
        ),
        (
            "DescribeRegistry",
            json!({"replicationConfiguration": {"rules": [{
                "destinations": [{"region": "r", "registryId": "1"}],
                "repositoryFilters": [{"filter": "v", "filterType": "PREFIX_MATCH"}],
            }]}}),
            &["/replicationConfiguration/rules/0/repositoryFilters/0/filterType"],
            &[],
        ),
        (
            "ListReplicationBackfills",
            json!({"backfills": [{"replicationBackfillId": "b", "status": "COMPLETED", "startedAt": 1}]}),
            &["/backfills/0/status"],
            &[],
        ),
        (
            "DescribePullThroughCacheRules",
            json!({"pullThroughCacheRules": [{
                "ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "u", "upstreamRegistry": "docker-hub",
            }]}),
            &[
                "/pullThroughCacheRules/0/upstreamRegistryUrl",
                "/pullThroughCacheRules/0/upstreamRegistry",
            ],
            &[],
        ),
        (
            "DescribeRepositoryCreationTemplates",
            json!({"repositoryCreationTemplates": [{
                "prefix": "team", "appliedFor": ["REPLICATION"], "imageTagMutability": "MUTABLE",
                "encryptionConfiguration": {"encryptionType": "AES256"},
                "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "v*"}],
            }]}),
            &[
                "/repositoryCreationTemplates/0/appliedFor/0",
                "/repositoryCreationTemplates/0/imageTagMutability",
                "/repositoryCreationTemplates/0/encryptionConfiguration/encryptionType",
                "/repositoryCreationTemplates/0/imageTagMutabilityExclusionFilters/0/filterType",
            ],
            &[],
        ),
        (
            "GetSigningConfiguration",
            json!({"signingConfiguration": {"rules": [{
                "signingProfileArn": "arn",
                "repositoryFilters": [{"filter": "v*", "filterType": "WILDCARD_MATCH"}],
            }]}}),
            &["/signingConfiguration/rules/0/repositoryFilters/0/filterType"],
            &[],
        ),
        (
            "GetAccountSetting",
            json!({"name": "BLOB_MOUNTING", "value": "ENABLED"}),
            &["/value"],
            &[],
        ),
        (
            "BatchCheckLayerAvailability",
            json!({"layers": [{"layerDigest": digest, "layerAvailability": "UNAVAILABLE"}]}),
            &[],
            &["/layers/0/layerAvailability"],
        ),
    ]
}

/// Makes a call and returns its result as text.
async fn result_of(ecr: &Ecr, operation: &str) -> Result<String, AwsError> {
    let name = RepositoryName::parse("shop").unwrap();
    let image = [digest()];
    Ok(match operation {
        "DescribeRepositories" => format!("{:?}", ecr.repositories().await?),
        "DescribeImages" => {
            let tag = EcrImageId::Tag(Tag::parse("1").unwrap());
            let described = ecr.described_image(&name, &tag).await?;
            format!("{:?} {described:?}", ecr.all_images(&name).await?)
        }
        "BatchGetImage" => format!("{:?}", ecr.manifests(&name, &image).await?),
        "BatchDeleteImage" => {
            let ids = image.map(EcrImageId::Digest);
            format!("{:?}", ecr.delete_images(&name, &ids).await?)
        }
        "GetLifecyclePolicyPreview" => format!("{:?}", ecr.lifecycle_preview(&name).await?),
        "DescribeImageScanFindings" => format!("{:?}", ecr.scan_findings(&name, &image[0]).await?),
        "DescribeImageReplicationStatus" => {
            format!("{:?}", EcrImageState::replication(ecr, &name, &image[0]).await?)
        }
        "GetRegistryScanningConfiguration" => format!("{:?}", ecr.scanning().await?),
        "DescribeRegistry" => {
            format!("{:?}", EcrRegistryConfiguration::replication(ecr).await?)
        }
        "ListReplicationBackfills" => format!("{:?}", ecr.replication_backfills().await?),
        "DescribePullThroughCacheRules" => format!("{:?}", ecr.registry_cache_rules().await?),
        "DescribeRepositoryCreationTemplates" => format!("{:?}", ecr.registry_templates().await?),
        "GetSigningConfiguration" => format!("{:?}", ecr.signing().await?),
        "GetAccountSetting" => format!("{:?}", ecr.account_setting("BLOB_MOUNTING").await?),
        "BatchCheckLayerAvailability" => format!("{:?}", ecr.existing_layers(&name, &image).await?),
        _ => panic!("no call for {operation}"),
    })
}

#[tokio::test]
async fn a_value_of_a_later_ecr_is_shown_as_ecr_wrote_it() {
    for (operation, answer, shown, ignored) in cases() {
        for field in shown.iter().chain(ignored) {
            let mut answer = answer.clone();
            let before = answer.pointer_mut(field).unwrap();
            assert!(before.is_string(), "{operation} {field}");
            *before = json!(LATER);
            let aws = LocalAws::start(move |_| CannedResponse::json(answer.clone())).await;
            let ecr = session_at(&aws).await.ecr();
            let result = result_of(&ecr, operation).await;
            let text = result.unwrap_or_else(|error| panic!("{operation} {field}: {error:?}"));
            assert_eq!(text.contains(LATER), shown.contains(field), "{operation} {field}: {text}");
        }
    }
}

/// Neither on nor off would be true.
#[tokio::test]
async fn blob_mounting_of_an_unknown_value_is_an_error() {
    let aws =
        LocalAws::start(|_| CannedResponse::json(json!({"name": "BLOB_MOUNTING", "value": LATER})))
            .await;
    let error = session_at(&aws).await.ecr().blob_mounting().await.unwrap_err();
    assert!(error.to_string().contains(LATER), "{error}");
}

/// What was read is written again as it was, or not at all.
#[tokio::test]
async fn rules_with_unknown_values_are_written_as_they_were_or_refused() {
    use crate::ecr::registry_configuration::{RegistryScanning, ScanningRule, SigningRule};
    let aws = LocalAws::start(|_| CannedResponse::json(json!({}))).await;
    let ecr = session_at(&aws).await.ecr();
    let scanning = |filter: Reported<String>| RegistryScanning {
        scan_type: Reported::unknown(LATER),
        rules: vec![ScanningRule {
            frequency: Reported::unknown("ON_FULL_MOON"),
            filters: vec![filter],
        }],
    };
    ecr.set_scanning(&scanning("v*".to_owned().into())).await.unwrap();
    let sent: Vec<Value> = aws.requests().into_iter().map(|request| request.json).collect();
    assert_eq!(sent[0]["scanType"], LATER);
    assert_eq!(sent[0]["rules"][0]["scanFrequency"], "ON_FULL_MOON");
    let signing =
        SigningRule { profile: "arn".to_owned(), filters: vec![Reported::unknown("REGEX ^v")] };
    for refused in [
        ecr.set_scanning(&scanning(Reported::unknown("REGEX ^v"))).await,
        ecr.set_signing(&[signing]).await,
    ] {
        let error = refused.unwrap_err();
        assert!(error.to_string().contains("REGEX ^v"), "{error}");
    }
    assert_eq!(aws.requests().len(), 1, "nothing else was sent");
}
