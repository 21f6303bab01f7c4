//! An image of the Docker Engine whose registry has more platforms, or another image.

use anyhow::{Context, Result, ensure};
use transload_contract::{ImageSource, RegistryCounterpart};
use transload_tests::aws_home::AwsHome;
use transload_tests::headless_app::{HeadlessApp, api_error};
use transload_tests::images::{Format, Index, Recipe, TestRepository};
use transload_tests::servers::{TestEngine, TestRegistry};

const PLATFORMS: [&str; 3] = ["linux/amd64", "linux/arm64/v8", "linux/s390x"];

async fn counterparts(
    app: &HeadlessApp,
    repository: &str,
    tags: &[&str],
) -> Result<Vec<RegistryCounterpart>> {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    app.api.registry_counterparts(repository.to_owned(), tags).await.map_err(api_error)
}

#[tokio::test]
async fn more_platforms_in_the_registry_and_a_moved_tag_are_reported() -> Result<()> {
    let (docker, registry) = (TestEngine::docker().await?, TestRegistry::start().await?);
    let cli = docker.cli()?;
    let target = TestRepository::new(&registry.url(), "team/app")?;
    target.push_index(&Index::of_platforms(81, Format::Oci, &PLATFORMS)?, "many").await?;
    target.push(&Recipe::small(82).build()?, "single").await?;
    target.push(&Recipe::small(83).build()?, "moves").await?;
    let repository = format!("{}/team/app", registry.host());
    for tag in ["many", "single", "moves"] {
        cli.pull(&format!("{repository}:{tag}")).await?;
    }
    cli.load(&Recipe::small(84).build()?, "built-here:1").await?;
    target.push(&Recipe::small(85).build()?, "moves").await?;

    let app = HeadlessApp::new(AwsHome::new()?, Some(&docker.address()))?;
    let found = counterparts(&app, &repository, &["many", "single", "moves", "none"]).await?;
    assert_eq!(found.len(), 2, "{found:#?}");
    let many = &found[0];
    assert_eq!((many.tag.as_str(), many.moved), ("many", false));
    assert_eq!(
        (many.platforms.as_slice(), many.held_platforms.len()),
        (&PLATFORMS.map(str::to_owned)[..], 1)
    );
    let source = ImageSource::Registry { host: registry.host(), plain_http: false };
    assert_eq!((&many.source, many.repository.as_str()), (&source, "team/app"));
    assert_eq!((found[1].tag.as_str(), found[1].moved), ("moves", true));
    assert_eq!(counterparts(&app, "built-here", &["1"]).await?, []);

    // The second call sends no requests.
    let requests = registry.requests("HEAD /v2/team/app/manifests/")?;
    ensure!(requests >= 3, "each tag was looked up: {requests}");
    counterparts(&app, &repository, &["many", "single", "moves"]).await?;
    assert_eq!(registry.requests("HEAD /v2/team/app/manifests/")?, requests);
    Ok(())
}

#[tokio::test]
async fn an_image_of_docker_hub_is_looked_up_without_a_pull() -> Result<()> {
    let docker = TestEngine::docker().await?;
    let app = HeadlessApp::new(AwsHome::new()?, Some(&docker.address()))?;
    let practice = app.api.practice_start().await.map_err(api_error)?;
    let repository = format!("{}/dencold/pgcli", practice.hub);
    docker.cli()?.pull(&format!("{repository}:4.1.0")).await?;
    let found = counterparts(&app, &repository, &["4.1.0"]).await?;
    let found = found.first().context("the registry has a second platform")?;
    assert_eq!(found.platforms, ["linux/amd64", "linux/arm64"]);
    let namespace = Some("dencold".to_owned());
    assert_eq!(found.source, ImageSource::PracticeAccount { namespace });
    assert_eq!((found.repository.as_str(), found.moved), ("dencold/pgcli", false));
    Ok(())
}
