//! Story 6: one image of five fails. The others are copied, and *Retry failed images* retries only that one.

use std::collections::BTreeMap;

use anyhow::Result;
use transload_contract::{ImageResult, MigrationOutcome, PlannedAction};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Image, Recipe, TestRepository};
use transload_tests::servers::TestRegistry;

const NAMES: [&str; 5] = ["one", "two", "three", "four", "five"];

#[tokio::test]
async fn one_of_five_images_fails_and_only_that_one_is_retried() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let mut images: BTreeMap<&str, Image> = BTreeMap::new();
    for (name, seed) in NAMES.into_iter().zip(61..) {
        let image = Recipe::small(seed).build()?;
        TestRepository::new(&registry.url(), name)?.push(&image, "1").await?;
        images.insert(name, image);
    }
    // The layer of one image can never be read.
    let layer = &images["three"].layers[1].compressed_digest;
    let fault = Fault::registry_error(403, "DENIED", "the vault is closed");
    let proxy = FaultProxy::start(
        &registry.url(),
        [Rule::new("GET", &format!("/v2/three/blobs/{layer}"), fault)?],
    )
    .await?;

    let app = HeadlessApp::new(ecr.home()?, None)?;
    let selection = NAMES.map(|name| (name, "1", name));
    let migration_request = request(&ecr.connection(), &registry_source(&proxy.host()), &selection);
    let first = app.migrate(migration_request).await?;
    assert!(proxy.fault_count() > 0);
    assert_eq!(first.report.outcome, MigrationOutcome::PartlyFailed);
    for report in &first.report.images {
        let name = NAMES[report.image as usize];
        let copied = ecr.aws()?.image_digest(name, "1").await?;
        if name == "three" {
            let ImageResult::Failed { error } = &report.result else { panic!("{report:#?}") };
            assert_eq!(error.code, ErrorCode::RegistryForbidden);
            assert!(error.message.contains("the vault is closed"), "{}", error.message);
            assert_eq!(copied, None);
        } else {
            assert_eq!(report.result, ImageResult::Moved, "{name}");
            assert_eq!(copied.as_ref(), Some(&images[name].manifest.digest));
        }
    }

    proxy.clear();
    let before = proxy.requests().len();
    let job = app.api.migration_retry_failed(first.job.clone()).await.map_err(api_error)?;
    let second = app.follow(job, first.plan).await?;
    assert_eq!(second.report.outcome, MigrationOutcome::Succeeded);
    let sources: Vec<_> = second.report.images.iter().map(|image| image.source.as_str()).collect();
    assert_eq!(sources, [format!("{}/three:1", proxy.host())]);
    let digest = ecr.aws()?.image_digest("three", "1").await?;
    assert_eq!(digest.as_ref(), Some(&images["three"].manifest.digest));
    let others: Vec<_> = proxy.requests()[before..]
        .iter()
        .map(|request| request.path.clone())
        .filter(|path| path != "/v2/" && !path.starts_with("/v2/three/"))
        .collect();
    assert_eq!(others, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn an_image_that_is_refused_in_the_plan_does_not_stop_the_others() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let image = Recipe::small(66).build()?;
    TestRepository::new(&registry.url(), "there")?.push(&image, "1").await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let selection = [("there", "1", "there"), ("gone", "1", "gone")];
    let migration_request =
        request(&ecr.connection(), &registry_source(&registry.host()), &selection);
    let migrated = app.migrate(migration_request).await?;
    let PlannedAction::Refused { error } = &migrated.plan.images[1].action else {
        panic!("{:#?}", migrated.plan)
    };
    assert_eq!(error.code, ErrorCode::ImageMissing);
    assert_eq!(migrated.report.outcome, MigrationOutcome::PartlyFailed);
    assert_eq!(ecr.aws()?.image_digest("there", "1").await?, Some(image.manifest.digest));
    // No repository is created for an image that does not exist.
    assert_eq!(migrated.report.repositories_created, ["there"]);
    Ok(())
}
