//! The servers of the stories: that each one is real, and behaves as the stories assume.

use anyhow::Result;
use serde_json::json;
use transload_tests::images::{Format, Index, Recipe, Target};
use transload_tests::labs::{DockerCli, EngineKind, EngineLab, MinistackLab, RegistryLab};
use transload_tests::skopeo::{Side, Skopeo};

#[tokio::test]
async fn a_registry_with_a_login_keeps_an_index_byte_by_byte() -> Result<()> {
    let registry = RegistryLab::start_with_login("reader", "open-sesame").await?;
    let platforms = ["linux/amd64", "linux/arm64/v8", "linux/s390x"];
    let index = Index::with_attestation(1, &platforms)?;
    assert!(Target::new(&registry.url(), "pgcli")?.push_index(&index, "1").await.is_err());
    let target = Target::new(&registry.url(), "pgcli")?.login(registry.login());
    target.push_index(&index, "1").await?;
    let reference = format!("{}/pgcli:1", registry.host());
    let side = Side { reference: &reference, login: registry.login() };
    assert_eq!(Skopeo::new()?.inspect_raw(side).await?, index.manifest.bytes);
    assert!(registry.requests("PUT /v2/pgcli/manifests/1 HTTP/1.1\" 201")? == 1);
    Ok(())
}

#[tokio::test]
async fn a_damaged_blob_is_served_as_it_is() -> Result<()> {
    let registry = RegistryLab::start().await?;
    let image = Recipe::small(2).format(Format::Docker).build()?;
    Target::new(&registry.url(), "a/b")?.push(&image, "latest").await?;
    let digest = &image.layers[1].packed_digest;
    registry.damage_blob(digest)?;
    let address = format!("{}/v2/a/b/blobs/{digest}", registry.url());
    let bytes = reqwest::get(address).await?.error_for_status()?.bytes().await?;
    assert_eq!(bytes.len(), image.layers[1].packed.len());
    assert_ne!(bytes, image.layers[1].packed);
    Ok(())
}

#[tokio::test]
async fn ministack_shows_in_its_api_what_was_pushed_to_its_registry() -> Result<()> {
    let ministack = MinistackLab::start().await?;
    let aws = ministack.aws()?;
    assert_eq!(aws.image_digest("pgcli", "1").await?, None);
    aws.create_repository("pgcli", "MUTABLE").await?;
    assert_eq!(aws.image_digest("pgcli", "1").await?, None);
    let image = Recipe::small(3).build()?;
    Target::new(&ministack.url(), "pgcli")?.push(&image, "1").await?;
    assert_eq!(aws.image_digest("pgcli", "1").await?, Some(image.manifest.digest));
    Ok(())
}

#[tokio::test]
async fn the_docker_engine_pushes_and_pulls_an_image_built_on_the_spot() -> Result<()> {
    let docker = EngineLab::docker().await?;
    let registry = RegistryLab::start_with_login("writer", "open-sesame").await?;
    let reference = format!("{}/pgcli:latest", registry.host());
    let cli = docker.cli()?;
    assert!(cli.run(["push", &reference]).succeed().await.is_err());
    cli.log_in(&registry.host(), "writer", "open-sesame").await?;
    push_and_pull(&cli, &registry, "").await
}

/// Without a login: Podman speaks plain HTTP to a registry for a push, but not to log in.
#[tokio::test]
async fn podman_pushes_and_pulls_an_image_built_on_the_spot() -> Result<()> {
    let podman = EngineLab::podman().await?;
    let registry = RegistryLab::start().await?;
    push_and_pull(&podman.cli()?, &registry, "localhost/").await
}

/// What the stories on engines rely on: the store that each engine has, and that a push and a pull
/// reach a registry of the test.
#[tokio::test]
async fn every_docker_engine_has_the_store_that_its_kind_says() -> Result<()> {
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
        push_and_pull(&engine.cli()?, &RegistryLab::start().await?, "").await?;
    }
    Ok(())
}

/// `prefix` is what the engine puts before a name without a host.
async fn push_and_pull(engine: &DockerCli, registry: &RegistryLab, prefix: &str) -> Result<()> {
    let image = Recipe::small(4).format(Format::Docker).build()?;
    engine.load(&image, "dencold/pgcli:latest").await?;
    assert_eq!(engine.image_names().await?, [format!("{prefix}dencold/pgcli:latest")]);
    let reference = format!("{}/pgcli:latest", registry.host());
    engine.run(["tag", "dencold/pgcli:latest", &reference]).succeed().await?;
    engine.run(["push", &reference]).succeed().await?;
    let stored = Target::new(&registry.url(), "pgcli")?.login(registry.login());
    let digest = stored.tag_digest("latest").await?;
    engine.run(["rmi", &reference]).succeed().await?;
    assert_eq!(Some(engine.pull(&reference).await?), digest);
    Ok(())
}
