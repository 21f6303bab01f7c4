//! The servers of the stories: checks that they behave as the stories assume.

use anyhow::Result;
use serde_json::json;
use transload_tests::images::{Format, Index, Recipe, TestRepository};
use transload_tests::servers::{DockerCli, EngineKind, Ministack, TestEngine, TestRegistry};
use transload_tests::skopeo::{Skopeo, SkopeoImage};

#[tokio::test]
async fn a_registry_with_a_login_stores_an_index_byte_for_byte() -> Result<()> {
    let registry = TestRegistry::start_with_login("reader", "open-sesame").await?;
    let platforms = ["linux/amd64", "linux/arm64/v8", "linux/s390x"];
    let index = Index::with_attestation(1, &platforms)?;
    assert!(TestRepository::new(&registry.url(), "pgcli")?.push_index(&index, "1").await.is_err());
    let target = TestRepository::new(&registry.url(), "pgcli")?.login(registry.login());
    target.push_index(&index, "1").await?;
    let reference = format!("{}/pgcli:1", registry.host());
    let side = SkopeoImage { reference: &reference, login: registry.login() };
    assert_eq!(Skopeo::new()?.inspect_raw(side).await?, index.manifest.bytes);
    assert!(registry.requests("PUT /v2/pgcli/manifests/1 HTTP/1.1\" 201")? == 1);
    Ok(())
}

#[tokio::test]
async fn a_damaged_blob_is_served_unchanged() -> Result<()> {
    let registry = TestRegistry::start().await?;
    let image = Recipe::small(2).format(Format::Docker).build()?;
    TestRepository::new(&registry.url(), "a/b")?.push(&image, "latest").await?;
    let digest = &image.layers[1].compressed_digest;
    registry.damage_blob(digest)?;
    let address = format!("{}/v2/a/b/blobs/{digest}", registry.url());
    let bytes = reqwest::get(address).await?.error_for_status()?.bytes().await?;
    assert_eq!(bytes.len(), image.layers[1].compressed.len());
    assert_ne!(bytes, image.layers[1].compressed);
    Ok(())
}

#[tokio::test]
async fn the_api_of_ministack_lists_what_was_pushed_to_its_registry() -> Result<()> {
    let ministack = Ministack::start().await?;
    let aws = ministack.aws()?;
    assert_eq!(aws.image_digest("pgcli", "1").await?, None);
    aws.create_repository("pgcli", "MUTABLE").await?;
    assert_eq!(aws.image_digest("pgcli", "1").await?, None);
    let image = Recipe::small(3).build()?;
    TestRepository::new(&ministack.url(), "pgcli")?.push(&image, "1").await?;
    assert_eq!(aws.image_digest("pgcli", "1").await?, Some(image.manifest.digest));
    Ok(())
}

#[tokio::test]
async fn the_docker_engine_pushes_and_pulls_an_image() -> Result<()> {
    let docker = TestEngine::docker().await?;
    let registry = TestRegistry::start_with_login("writer", "open-sesame").await?;
    let reference = format!("{}/pgcli:latest", registry.host());
    let cli = docker.cli()?;
    assert!(cli.run(["push", &reference]).succeed().await.is_err());
    cli.log_in(&registry.host(), "writer", "open-sesame").await?;
    push_and_pull(&cli, &registry, "").await
}

/// Without a login, because Podman supports plain HTTP for a push, but not for a login.
#[tokio::test]
async fn podman_pushes_and_pulls_an_image() -> Result<()> {
    let podman = TestEngine::podman().await?;
    let registry = TestRegistry::start().await?;
    push_and_pull(&podman.cli()?, &registry, "localhost/").await
}

/// The assumptions of the stories about engines: the image store of each engine, and that a push and a pull
/// reach a registry of the test.
#[tokio::test]
async fn every_docker_engine_has_the_expected_image_store() -> Result<()> {
    for kind in EngineKind::all() {
        if kind == EngineKind::Podman {
            continue;
        }
        let engine = kind.start().await?;
        let client = reqwest::Client::builder().unix_socket(engine.socket()).build()?;
        let info: serde_json::Value =
            serde_json::from_slice(&client.get("http://engine/info").send().await?.bytes().await?)?;
        let snapshotter = json!(["driver-type", "io.containerd.snapshotter.v1"]);
        let status = info["DriverStatus"].as_array().cloned().unwrap_or_default();
        assert_eq!(status.contains(&snapshotter), kind.has_containerd_store(), "{kind:?}: {info}");
        push_and_pull(&engine.cli()?, &TestRegistry::start().await?, "").await?;
    }
    Ok(())
}

/// `prefix` is what the engine adds to a name without a host.
async fn push_and_pull(engine: &DockerCli, registry: &TestRegistry, prefix: &str) -> Result<()> {
    let image = Recipe::small(4).format(Format::Docker).build()?;
    engine.load(&image, "dencold/pgcli:latest").await?;
    assert_eq!(engine.image_names().await?, [format!("{prefix}dencold/pgcli:latest")]);
    let reference = format!("{}/pgcli:latest", registry.host());
    engine.run(["tag", "dencold/pgcli:latest", &reference]).succeed().await?;
    engine.run(["push", &reference]).succeed().await?;
    let stored = TestRepository::new(&registry.url(), "pgcli")?.login(registry.login());
    let digest = stored.tag_digest("latest").await?;
    engine.run(["rmi", &reference]).succeed().await?;
    assert_eq!(Some(engine.pull(&reference).await?), digest);
    Ok(())
}
