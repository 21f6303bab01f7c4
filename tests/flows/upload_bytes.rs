//! The bytes that a plan shows equal the bytes that the account receives.

use anyhow::{Result, ensure};
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::servers::TestRegistry;

const REPOSITORIES: [&str; 3] = ["app", "web", "job"];
const TAGS: [&str; 3] = ["1", "2", "3"];

/// Three repositories whose images share two layers, with and without blob mounting; then new tags in
/// repositories that already have the layers.
#[tokio::test]
async fn planned_bytes_equal_sent_bytes_with_and_without_blob_mounting() -> Result<()> {
    for mounting in [false, true] {
        let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
        if mounting {
            let setting = ["--name", "BLOB_MOUNTING", "--value", "ENABLED"];
            let arguments = ["ecr", "put-account-setting"].into_iter().chain(setting);
            ecr.aws()?.run(arguments).succeed().await?;
        }
        let mut images = Vec::new();
        for (seed, repository) in (1..).zip(REPOSITORIES) {
            let target = TestRepository::new(&registry.url(), repository)?;
            for (number, tag) in (0..).zip(TAGS) {
                // The same seed produces the same layers; the platform changes the configuration.
                let platform = ["linux/amd64", "linux/arm64", "linux/s390x"][(seed + number) % 3];
                let image = Recipe::small(7).layers([2_000_000, 700_000]).platform(platform);
                target.push(&image.build()?, tag).await?;
                images.push((repository, tag, repository));
            }
        }
        let app = HeadlessApp::new(ecr.home()?, None)?;
        let source = registry_source(&registry.host());
        let some: Vec<_> = images.iter().copied().filter(|(_, tag, _)| *tag == "1").collect();
        for selected in [some, images] {
            let migrated = app.migrate(request(&ecr.connection(), &source, &selected)).await?;
            let totals = &migrated.plan.totals;
            assert_eq!(totals.blob_mounting, Some(mounting));
            assert_eq!(
                migrated.report.sent_bytes,
                Some(totals.upload_bytes),
                "mounting {mounting}"
            );
            ensure!(totals.upload_bytes > 0, "something was sent");
            if !mounting {
                assert_eq!(totals.upload_bytes, totals.stored_bytes);
            }
        }
    }
    Ok(())
}
