//! Errors of registries as the source.

use anyhow::Result;
use transload_errors::{ApiError, ErrorCode};
use transload_tests::computer::{Computer, registry_source, request};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Image, Manifest, Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::free_port;
use transload_tests::secrets::SecretSearch;

use crate::refusals::{checked, refusal};

/// A registry with one image `app:1`, and a computer that may copy it to practice.
struct Scene {
    registry: RegistryLab,
    image: Image,
    ecr: Ecr,
}

impl Scene {
    async fn new() -> Result<Self> {
        let registry = RegistryLab::start().await?;
        let image = Recipe::small(42).layers([5_000, 400_000]).build()?;
        Target::new(&registry.url(), "app")?.push(&image, "1").await?;
        Ok(Self { registry, image, ecr: Ecr::practice().await? })
    }

    /// What copying `app:1` says when the source breaks by this rule.
    async fn refusal(&self, rule: Rule) -> Result<ApiError> {
        let proxy = FaultProxy::start(&self.registry.url(), [rule]).await?;
        let error = self.refusal_at(&proxy.host()).await?;
        assert!(proxy.faults() > 0, "the fault did not happen");
        Ok(error)
    }

    async fn refusal_at(&self, host: &str) -> Result<ApiError> {
        let computer = Computer::new(self.ecr.home()?, None)?;
        let wanted =
            request(&self.ecr.connection(), &registry_source(host), &[("app", "1", "app")]);
        refusal(&computer, wanted).await
    }

    /// Whatever broke, no half-made tag is there.
    async fn end(&self) -> Result<()> {
        assert_eq!(self.ecr.aws()?.image_digest("app", "1").await?, None);
        Ok(())
    }
}

#[tokio::test]
async fn a_manifest_that_is_refused() -> Result<()> {
    let scene = Scene::new().await?;
    for (status, code, expected) in [
        (401, "UNAUTHORIZED", ErrorCode::RegistryUnauthorized),
        (403, "DENIED", ErrorCode::RegistryForbidden),
        (404, "MANIFEST_UNKNOWN", ErrorCode::ImageMissing),
        (429, "TOOMANYREQUESTS", ErrorCode::RegistryThrottled),
        (500, "UNKNOWN", ErrorCode::RegistryFailed),
        (503, "UNAVAILABLE", ErrorCode::RegistryFailed),
    ] {
        let fault = Fault::registry_error(status, code, "in the registry's own words")
            .header("Retry-After", "0")
            .header("WWW-Authenticate", "Basic realm=\"lab\"");
        let error = scene.refusal(Rule::new("GET|HEAD", "/manifests/", fault)?).await?;
        assert_eq!(error.code, expected, "{status}: {error:?}");
    }
    scene.end().await
}

#[tokio::test]
async fn a_layer_that_is_refused() -> Result<()> {
    let scene = Scene::new().await?;
    let path = format!("/blobs/{}", scene.image.layers[1].packed_digest);
    for (status, expected) in [
        (403, ErrorCode::RegistryForbidden),
        (404, ErrorCode::ImageMissing),
        (429, ErrorCode::RegistryThrottled),
        (500, ErrorCode::RegistryFailed),
    ] {
        let fault = Fault::registry_error(status, "CODE", "why").header("Retry-After", "0");
        let error = scene.refusal(Rule::new("GET", &path, fault)?).await?;
        assert_eq!(error.code, expected, "{status}: {error:?}");
    }
    scene.end().await
}

#[tokio::test]
async fn a_login_that_is_wanted_or_wrong() -> Result<()> {
    let scene = Scene::new().await?;
    let locked = RegistryLab::start_with_login("reader", "open-sesame-registry").await?;
    let error = scene.refusal_at(&locked.host()).await?;
    assert_eq!(error.code, ErrorCode::RegistryUnauthorized);
    let computer = Computer::new(scene.ecr.home()?, None)?;
    let login = transload_contract::SourceLogin {
        source: registry_source(&locked.host()),
        username: "reader".to_owned(),
        secret: "guessed-password".to_owned(),
        keep: false,
    };
    let error = computer.api.source_login(login).await.expect_err("a wrong password is taken");
    let error = checked(error);
    assert_eq!(error.code, ErrorCode::RegistryUnauthorized);
    computer.note(&format!("{error:?}"));
    let search = SecretSearch::new().secret("the wrong password", "guessed-password")?;
    computer.check_no_secrets(&search)?;
    scene.end().await
}

#[tokio::test]
async fn a_connection_that_is_cut_in_a_layer() -> Result<()> {
    let scene = Scene::new().await?;
    let path = format!("/blobs/{}", scene.image.layers[1].packed_digest);
    let fault = Fault::CutResponse { after_bytes: 100_000 };
    let error = scene.refusal(Rule::new("GET", &path, fault)?).await?;
    assert_eq!(error.code, ErrorCode::ConnectionLost, "{error:?}");
    assert!(error.retryable);
    scene.end().await
}

#[tokio::test]
async fn a_registry_where_nothing_answers() -> Result<()> {
    let scene = Scene::new().await?;
    let error = scene.refusal_at(&format!("127.0.0.1:{}", free_port()?)).await?;
    assert_eq!(error.code, ErrorCode::RegistryUnreachable, "{error:?}");
    scene.end().await
}

#[tokio::test]
async fn a_blob_with_another_digest() -> Result<()> {
    let scene = Scene::new().await?;
    // Once on the wire, once in the registry's storage.
    let digest = &scene.image.layers[1].packed_digest;
    let flip = Fault::FlipBit { at_byte: 200_000 };
    let error = scene.refusal(Rule::new("GET", &format!("/blobs/{digest}"), flip)?).await?;
    assert_eq!(error.code, ErrorCode::DigestMismatch, "{error:?}");
    scene.registry.damage_blob(digest)?;
    let error = scene.refusal_at(&scene.registry.host()).await?;
    assert_eq!(error.code, ErrorCode::DigestMismatch, "{error:?}");
    scene.end().await
}

#[tokio::test]
async fn a_child_manifest_with_another_digest() -> Result<()> {
    let scene = Scene::new().await?;
    let index = transload_tests::images::Index::with_attestation(43, &["linux/amd64"])?;
    Target::new(&scene.registry.url(), "app")?.push_index(&index, "1").await?;
    let child = &index.images[0].manifest.digest;
    let flip = Fault::FlipBit { at_byte: 20 };
    let error = scene.refusal(Rule::new("GET", &format!("/manifests/{child}"), flip)?).await?;
    assert_eq!(error.code, ErrorCode::DigestMismatch, "{error:?}");
    scene.end().await
}

#[tokio::test]
async fn a_manifest_over_the_limit() -> Result<()> {
    let scene = Scene::new().await?;
    let mut bytes = scene.image.manifest.bytes.to_vec();
    bytes.resize(4 * 1024 * 1024 + 1, b' ');
    let giant = Manifest::new(bytes, &scene.image.manifest.media_type);
    let fault = Fault::answer(200, &giant.media_type, giant.bytes.clone())
        .header("Docker-Content-Digest", &giant.digest);
    let error = scene.refusal(Rule::new("GET|HEAD", "/manifests/", fault)?).await?;
    assert_eq!(error.code, ErrorCode::ManifestTooLarge, "{error:?}");
    scene.end().await
}

#[tokio::test]
async fn a_manifest_of_the_old_kind() -> Result<()> {
    let scene = Scene::new().await?;
    let media_type = transload_model::media_type::DOCKER_SCHEMA1_SIGNED;
    let fault = Fault::answer(200, media_type, "{\"schemaVersion\":1,\"fsLayers\":[]}");
    let error = scene.refusal(Rule::new("GET|HEAD", "/manifests/1", fault)?).await?;
    assert_eq!(error.code, ErrorCode::ManifestUnsupported, "{error:?}");
    scene.end().await
}

#[tokio::test]
async fn a_page_instead_of_a_registry() -> Result<()> {
    let scene = Scene::new().await?;
    let error = scene.refusal(Rule::new("GET|HEAD", "", Fault::html())?).await?;
    assert_eq!(error.code, ErrorCode::NotARegistry, "{error:?}");
    let only_manifests = Rule::new("GET|HEAD", "/manifests/", Fault::html())?;
    let error = scene.refusal(only_manifests).await?;
    assert_eq!(error.code, ErrorCode::NotARegistry, "{error:?}");
    scene.end().await
}
