//! Build caches that BuildKit exported to a registry: the plan identifies them, and the user can skip them. A
//! tag named `buildcache` is not enough.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use transload_contract::PlanRemark;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::headless_app::{HeadlessApp, registry_source, request};
use transload_tests::images::{Manifest, Recipe, TestRepository};
use transload_tests::servers::TestRegistry;

const CACHE: &str = "application/vnd.buildkit.cacheconfig.v0";

/// A registry with an image, an image with the usual tag of build caches, and a cache as BuildKit exports it
/// with `image-manifest=true`. The other format is in `registry_compatibility`.
async fn source() -> Result<TestRegistry> {
    let registry = TestRegistry::start().await?;
    let target = TestRepository::new(&registry.url(), "team/app")?;
    for (seed, tag) in [(171, "1"), (172, "buildcache"), (173, "layers")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let image = Recipe::small(173).build()?;
    let mut cache: serde_json::Value = serde_json::from_slice(&image.manifest.bytes)?;
    cache["config"]["mediaType"] = json!(CACHE);
    let media_type = cache["mediaType"].as_str().context("a media type")?.to_owned();
    let manifest = Manifest::new(serde_json::to_vec(&cache)?, &media_type);
    target.push_manifest(&manifest, "layers").await?;
    Ok(registry)
}

#[tokio::test]
async fn a_plan_identifies_build_caches_and_copies_them_by_default() -> Result<()> {
    let (registry, ecr) = (source().await?, Ecr::practice().await?);
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let tags = ["1", "buildcache", "layers"].map(|tag| ("team/app", tag, "app"));
    let migration_request = request(&ecr.connection(), &registry_source(&registry.host()), &tags);
    let migrated = app.migrate(migration_request).await?;
    let caches: Vec<_> = migrated
        .plan
        .images
        .iter()
        .filter(|image| image.remarks.contains(&PlanRemark::BuildCache))
        .map(|image| image.tag.as_str())
        .collect();
    assert_eq!(caches, ["layers"]);
    ensure!(ecr.aws()?.image_digest("app", "layers").await?.is_some(), "{:?}", migrated.report);
    Ok(())
}

#[tokio::test]
async fn the_command_line_names_build_caches_and_skips_them_on_request() -> Result<()> {
    let (registry, ecr) = (source().await?, Ecr::practice().await?);
    let home = ecr.home()?;
    let from = format!("registry:{}", registry.host());
    let out = home.path().join("plan.json").display().to_string();
    let plan = async |more: &[&str]| {
        let line = ["plan", "--from", &from, "--aws-profile", PROFILE, "--out", &out];
        home.transload_cli([&line[..], more].concat())?.finish().await
    };
    let made = plan(&[]).await?;
    let printed = format!("{}{}", made.text(), made.stderr);
    ensure!(made.status.code() == Some(0), "{printed}");
    ensure!(printed.contains("team/app:layers  build cache"), "{printed}");
    ensure!(printed.contains("3 images to copy"), "{printed}");
    let made = plan(&["--skip-build-caches"]).await?;
    let printed = format!("{}{}", made.text(), made.stderr);
    ensure!(made.status.code() == Some(0), "{printed}");
    ensure!(printed.contains("team/app:layers is a build cache and is skipped"), "{printed}");
    ensure!(printed.contains("2 images to copy"), "{printed}");
    let file = std::fs::read_to_string(&out)?;
    ensure!(!file.contains("\"layers\"") && file.contains("\"buildcache\""), "{file}");
    let made = plan(&["team/app:layers", "--skip-build-caches"]).await?;
    ensure!(made.status.code() == Some(3), "{} {}", made.text(), made.stderr);
    ensure!(
        made.stderr.contains("Every image of the selection is a build cache"),
        "{}",
        made.stderr
    );
    Ok(())
}
