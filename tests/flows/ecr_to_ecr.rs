//! From one ECR to another one: the same table, and a copy from registry to registry.

use anyhow::{Context, Result, ensure};
use transload_api::contract::{
    AwsConnection, ErrorCode, ImageSource, MigrationOutcome, Proof, Route,
};
use transload_engine::model::{RepositoryName, RepositorySettings};
use transload_tests::aws_home::AwsHome;
use transload_tests::computer::{Computer, request, told};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Format, Index, Recipe, Target};

const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64/v8"];

/// A profile that leads to an ECR.
fn with_profile(home: AwsHome, name: &str, ecr: &Ecr) -> Result<AwsHome> {
    let endpoint = ecr.api_url();
    let settings = [("region", ecr.region()), ("endpoint_url", endpoint.as_str())];
    home.profile_with_key(name, ecr.key(), &settings)
}

fn profile(name: &str, ecr: &Ecr) -> AwsConnection {
    let registry =
        matches!(ecr, Ecr::Ministack(_)).then(|| format!("http://{}", ecr.registry_host()));
    AwsConnection::Profile {
        profile: name.to_owned(),
        region: None,
        ecr_endpoint: None,
        registry_endpoint: registry,
    }
}

#[tokio::test]
async fn from_practice_to_ministack() -> Result<()> {
    moves(&Ecr::practice().await?, &Ecr::ministack().await?).await
}

#[tokio::test]
async fn from_ministack_to_practice() -> Result<()> {
    moves(&Ecr::ministack().await?, &Ecr::practice().await?).await
}

#[tokio::test]
async fn from_practice_to_practice_with_a_token_that_ends_on_the_way() -> Result<()> {
    moves(&Ecr::practice().await?, &Ecr::practice().await?).await
}

async fn moves(old: &Ecr, new: &Ecr) -> Result<()> {
    let name = RepositoryName::parse("team/app")?;
    old.api().await?.create_repository(&name, &RepositorySettings::default()).await?;
    let (user, token) = old.login().await?;
    let target = Target::new(&format!("http://{}", old.registry_host()), "team/app")?
        .login(Some((&user, &token)));
    let index = Index::of_platforms(71, Format::Oci, &PLATFORMS)?;
    let single = Recipe::small(72).build()?;
    target.push_index(&index, "2").await?;
    target.push(&single, "1").await?;

    let home = with_profile(with_profile(AwsHome::new()?, "old", old)?, "new", new)?;
    let computer = Computer::new(home, None)?;
    let source = ImageSource::Ecr { connection: profile("old", old) };
    let listed = computer.api.source_repositories(source.clone(), None).await.map_err(told)?;
    assert_eq!(listed.repositories.len(), 1);
    assert_eq!((listed.repositories[0].name.as_str(), listed.total), ("team/app", Some(1)));
    let tags = computer.api.source_tags(source.clone(), "team/app".to_owned(), None).await;
    let tags = tags.map_err(told)?.tags;
    let two = tags.iter().find(|tag| tag.tag == "2").context("the tag 2")?;
    assert_eq!(two.digest.as_ref(), Some(&index.manifest.digest));
    ensure!(two.updated_at_ms.is_some(), "ECR says when it was pushed: {two:?}");
    let details = computer
        .api
        .source_tag_details(source.clone(), "team/app".to_owned(), vec!["2".to_owned()])
        .await
        .map_err(told)?;
    assert_eq!(details[0].platforms, PLATFORMS);

    if let Ecr::Practice { practice, .. } = old {
        practice.expire_tokens();
    }
    let images = [("team/app", "2", "moved/app"), ("team/app", "1", "moved/app")];
    let wanted = request(&profile("new", new), &source, &images);
    let migrated = computer.migrate(wanted).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    assert!(migrated.plan.images.iter().all(|image| image.route == Route::RegistryToRegistry));
    for (image, digest) in
        migrated.report.images.iter().zip([&index.manifest.digest, &single.manifest.digest])
    {
        assert_eq!((image.proof, image.ecr_digest.as_ref()), (Proof::Equal, Some(digest)));
    }

    let unknown = ImageSource::Ecr { connection: profile("nobody", old) };
    let error = computer.api.source_repositories(unknown, None).await.err();
    assert_eq!(error.context("there is no such profile")?.code, ErrorCode::ProfileMissing);
    Ok(())
}
