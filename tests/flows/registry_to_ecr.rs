//! Story 3: from a registry with a login to ECR, byte for byte.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use transload_contract::{
    ImageResult, MigrationOutcome, PlanRemark, PlannedAction, Proof, Repository, Route,
};
use transload_errors::ErrorCode;
use transload_model::Digest;
use transload_tests::ecr::{Ecr, SECRET_KEY};
use transload_tests::headless_app::{
    FinishedMigration, HeadlessApp, api_error, registry_source, request,
};
use transload_tests::images::{Format, Index, Recipe, TestRepository};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;
use transload_tests::skopeo::{Skopeo, SkopeoImage};

use crate::registry_copy::{client, sign};

const USER: &str = "reader";
const PASSWORD: &str = "open-sesame-registry";
const PLATFORMS: [&str; 3] = ["linux/amd64", "linux/arm64/v8", "linux/s390x"];

#[tokio::test]
async fn an_index_with_an_attestation_is_copied_to_practice_byte_for_byte() -> Result<()> {
    copies_byte_for_byte(&Ecr::practice().await?).await
}

#[tokio::test]
async fn an_index_with_an_attestation_is_copied_to_ministack_byte_for_byte() -> Result<()> {
    copies_byte_for_byte(&Ecr::ministack().await?).await
}

async fn copies_byte_for_byte(ecr: &Ecr) -> Result<()> {
    let registry = TestRegistry::start_with_login(USER, PASSWORD).await?;
    let index = Index::with_attestation(31, &PLATFORMS)?;
    let image = Recipe::small(32).format(Format::Docker).build()?;
    let target = TestRepository::new(&registry.url(), "dencold/pgcli")?.login(registry.login());
    target.push_index(&index, "4.1").await?;
    target.push(&image, "3.0").await?;

    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let hidden = app.api.source_repositories(source.clone(), None).await.err();
    ensure!(hidden.is_some_and(|error| error.code == ErrorCode::RegistrySignInNeeded));
    app.sign_in(&source, registry.login()).await?;
    let listed = app.api.source_repositories(source.clone(), None).await.map_err(api_error)?;
    assert_eq!(listed.repositories[0].name, "dencold/pgcli");
    let migration_request = request(
        &ecr.connection(),
        &source,
        &[("dencold/pgcli", "4.1", "tools/pgcli"), ("dencold/pgcli", "3.0", "tools/pgcli")],
    );
    let FinishedMigration { plan, report, .. } = app.migrate(migration_request.clone()).await?;
    assert_eq!(plan.totals.repositories_to_create, 1);
    assert!(plan.images.iter().all(|image| image.route == Route::RegistryToRegistry));
    assert_eq!(plan.images[0].platforms, PLATFORMS);
    assert_eq!(report.outcome, MigrationOutcome::Succeeded, "{report:#?}");
    assert_eq!(report.repositories_created, ["tools/pgcli"]);
    for (image, digest) in
        report.images.iter().zip([&index.manifest.digest, &image.manifest.digest])
    {
        assert_eq!((image.proof, &image.result), (Proof::Equal, &ImageResult::Moved));
        let digests =
            [&image.source_digest, &image.pushed_digest, &image.registry_digest, &image.ecr_digest];
        assert_eq!(digests, [&Some(digest.clone()); 4]);
    }
    let platforms = report.images[0].platforms.iter();
    let proved =
        platforms.map(|part| (part.platform.to_string(), part.digest.to_string(), part.in_ecr));
    let images = PLATFORMS.iter().zip(&index.images);
    let expected =
        images.map(|(name, image)| ((*name).to_owned(), image.manifest.digest.clone(), true));
    assert!(proved.eq(expected));
    assert!(report.images[1].platforms.is_empty(), "an image without an index");

    // The witnesses: skopeo for every manifest on both sides, and the AWS CLI.
    let (user, token) = ecr.login().await?;
    let skopeo = Skopeo::new()?;
    let mut references = vec![":4.1".to_owned(), ":3.0".to_owned()];
    references.extend(index.images.iter().map(|image| format!("@{}", image.manifest.digest)));
    for reference in references {
        let from = format!("{}/dencold/pgcli{reference}", registry.host());
        let to = format!("{}/tools/pgcli{reference}", ecr.registry_host());
        let from = SkopeoImage { reference: &from, login: registry.login() };
        let to = SkopeoImage { reference: &to, login: Some((&user, &token)) };
        ensure!(
            skopeo.inspect_raw(from).await? == skopeo.inspect_raw(to).await?,
            "{reference} differs"
        );
    }
    let aws = ecr.aws()?;
    assert_eq!(aws.image_digest("tools/pgcli", "4.1").await?, Some(index.manifest.digest.clone()));
    assert_eq!(aws.image_digest("tools/pgcli", "3.0").await?, Some(image.manifest.digest));

    // Again: everything is up to date, and no blob is read.
    let reads = registry.requests("GET /v2/dencold/pgcli/blobs/")?;
    let again = app.migrate(migration_request).await?;
    assert!(again.plan.images.iter().all(|image| image.action == PlannedAction::AlreadyThere));
    assert!(again.report.images.iter().all(|image| image.result == ImageResult::Unchanged));
    assert!(again.report.images.iter().all(|image| image.proof == Proof::Equal));
    assert_eq!(again.report.sent_bytes, Some(0));
    assert_eq!(registry.requests("GET /v2/dencold/pgcli/blobs/")?, reads);

    check_repositories_page(&app, ecr, &index).await?;
    let search = SecretSearch::new()
        .secret("the registry's password", PASSWORD)?
        .secret("the secret key", ecr.key().1)?
        .secret("the ECR token", &token)?
        .secret("ministack's key", SECRET_KEY)?;
    app.check_no_secrets(&search)
}

async fn check_repositories_page(app: &HeadlessApp, ecr: &Ecr, index: &Index) -> Result<()> {
    let list: Vec<Repository> =
        app.api.repositories_list(ecr.connection()).await.map_err(api_error)?;
    assert_eq!(list.iter().map(|repository| &repository.name).collect::<Vec<_>>(), ["tools/pgcli"]);
    // ministack doesn't describe the images of an index as ECR does.
    if matches!(ecr, Ecr::Ministack(_)) {
        return Ok(());
    }
    let connection = || ecr.connection();
    let name = || "tools/pgcli".to_owned();
    let details = app.api.repository_details(connection(), name()).await.map_err(api_error)?;
    assert!(details.images.iter().any(|image| image.digest == index.manifest.digest));
    let unread = details.rows.unread_indexes.iter().map(ToString::to_string).collect();
    app.api.repository_manifests_read(connection(), name(), unread).await.map_err(api_error)?;
    let rows = app.api.repository_rows(connection(), name()).await.map_err(api_error)?;
    let digest = &index.manifest.digest;
    let row = rows.rows.iter().find(|row| row.digest.as_str() == digest.as_str());
    let row = row.context("the index is a row")?;
    assert_eq!(row.platforms, PLATFORMS);
    // An attestation stands under its platform.
    let parts = row.parts.iter().flat_map(|part| std::iter::once(part).chain(&part.parts));
    let digests: BTreeSet<_> = parts.map(|part| part.digest.as_str()).collect();
    let built = index.images.iter().map(|image| image.manifest.digest.as_str()).collect();
    assert_eq!(digests, built);
    Ok(())
}

#[tokio::test]
async fn shared_layers_are_sent_once() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let image = Recipe::small(33).layers([40_000, 50_000]).build()?;
    let target = TestRepository::new(&registry.url(), "app")?;
    for tag in ["1", "latest"] {
        target.push(&image, tag).await?;
    }
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let migration_request =
        request(&ecr.connection(), &source, &[("app", "1", "app"), ("app", "latest", "app")]);
    let migrated = app.migrate(migration_request).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    let blobs: usize = image.blobs().map(|(_, bytes)| bytes.len()).sum();
    assert_eq!(migrated.plan.totals.unique_bytes, blobs as u64 + manifest_bytes(&migrated, &image));
    // Three blobs, and the configuration once per tag during planning, because the plan shows the platform.
    assert_eq!(migrated.plan.images[0].platforms, ["linux/amd64"]);
    assert_eq!(registry.requests("GET /v2/app/blobs/")?, 3 + 2);
    Ok(())
}

/// A plan can count the manifest together with its blobs or not, but consistently.
fn manifest_bytes(migrated: &FinishedMigration, image: &transload_tests::images::Image) -> u64 {
    let blobs: usize = image.blobs().map(|(_, bytes)| bytes.len()).sum();
    let extra = migrated.plan.totals.unique_bytes - blobs as u64;
    if extra == 0 { 0 } else { image.manifest.bytes.len() as u64 }
}

#[tokio::test]
async fn signatures_are_copied_and_one_platform_can_be_selected() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let index = Index::of_platforms(33, Format::Oci, &PLATFORMS)?;
    let target = TestRepository::new(&registry.url(), "team/app")?;
    target.push_index(&index, "1").await?;
    let signature = sign(&target, &index.manifest).await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let mut migration_request = request(&ecr.connection(), &source, &[("team/app", "1", "app")]);
    let FinishedMigration { report, .. } = app.migrate(migration_request.clone()).await?;
    assert_eq!(report.outcome, MigrationOutcome::Succeeded, "{report:#?}");
    assert!(report.images[0].left_behind.is_empty(), "{report:#?}");
    let to = client(&format!("http://{}", ecr.registry_host()), Some(ecr.login().await?))?;
    let listed = to.referrers("app", &Digest::parse(&index.manifest.digest)?).await?;
    let listed = listed.context("practice has the referrers API")?;
    assert_eq!(listed[0].digest.as_str(), signature.digest);

    // The same image for one platform: another digest, which would conflict with the existing tag, so it goes
    // to another repository.
    migration_request.extent.platform = Some("linux/arm64".to_owned());
    migration_request.repositories[0].repository_name = "app-arm".to_owned();
    let FinishedMigration { plan, report, .. } = app.migrate(migration_request.clone()).await?;
    assert_eq!(plan.images[0].remarks, [PlanRemark::ChosenPlatform, PlanRemark::NotForAmd64]);
    assert_eq!(plan.images[0].platforms, ["linux/arm64/v8"]);
    assert!(plan.commands.iter().any(|line| line.contains("--override-arch arm64")));
    assert_eq!(report.images[0].proof, Proof::EqualToPart, "one platform of the tag's index");
    assert_eq!(report.images[0].ecr_digest.as_ref(), Some(&index.images[1].manifest.digest));
    migration_request.extent.platform = Some("linux/mips".to_owned());
    let plan = app.api.migration_plan_with_progress(migration_request.clone(), |_| {}).await?;
    let PlannedAction::Refused { error } = &plan.images[0].action else {
        anyhow::bail!("{plan:#?}");
    };
    assert!(error.message.contains("linux/s390x"), "{}", error.message);
    migration_request.extent.platform = Some("amd64".to_owned());
    let error = app.api.migration_plan_with_progress(migration_request, |_| {}).await.err();
    assert!(error.is_some_and(|error| error.message.contains("for example linux/amd64")));
    Ok(())
}
