//! Errors of registries as the source.

use anyhow::Result;
use transload_errors::{ApiError, ErrorCode};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, registry_source};
use transload_tests::images::{Manifest, TestRepository};
use transload_tests::process::CLOSED_PORT;
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;

use crate::refusals::{Fixture, checked};

impl Fixture {
    /// Returns the error of copying `app:1` when this rule applies to the source.
    async fn refusal_with_source_fault(&self, rule: Rule) -> Result<ApiError> {
        let proxy = FaultProxy::start(&self.registry.url(), [rule]).await?;
        let error = self.refusal_at(&proxy.host()).await?;
        assert!(proxy.fault_count() > 0, "the fault did not happen");
        Ok(error)
    }

    /// Checks that no incomplete image has a tag.
    async fn check_no_tag(&self) -> Result<()> {
        assert_eq!(self.ecr.aws()?.image_digest("app", "1").await?, None);
        Ok(())
    }
}

#[tokio::test]
async fn a_manifest_that_is_rejected() -> Result<()> {
    let fixture = Fixture::new().await?;
    for (status, code, expected) in [
        (401, "UNAUTHORIZED", ErrorCode::RegistrySignInNeeded),
        (403, "DENIED", ErrorCode::RegistryForbidden),
        (404, "MANIFEST_UNKNOWN", ErrorCode::ImageMissing),
        (429, "TOOMANYREQUESTS", ErrorCode::RegistryThrottled),
        (500, "UNKNOWN", ErrorCode::RegistryFailed),
        (503, "UNAVAILABLE", ErrorCode::RegistryFailed),
    ] {
        let fault = Fault::registry_error(status, code, "in the registry's own words")
            .header("Retry-After", "0")
            .header("WWW-Authenticate", "Basic realm=\"lab\"");
        let error =
            fixture.refusal_with_source_fault(Rule::new("GET|HEAD", "/manifests/", fault)?).await?;
        assert_eq!(error.code, expected, "{status}: {error:?}");
    }
    fixture.check_no_tag().await
}

#[tokio::test]
async fn a_layer_that_is_rejected() -> Result<()> {
    let fixture = Fixture::new().await?;
    let path = format!("/blobs/{}", fixture.image.layers[1].compressed_digest);
    for (status, expected) in [
        (403, ErrorCode::RegistryForbidden),
        (404, ErrorCode::ImageMissing),
        (429, ErrorCode::RegistryThrottled),
        (500, ErrorCode::RegistryFailed),
    ] {
        let fault = Fault::registry_error(status, "CODE", "why").header("Retry-After", "0");
        let error = fixture.refusal_with_source_fault(Rule::new("GET", &path, fault)?).await?;
        assert_eq!(error.code, expected, "{status}: {error:?}");
    }
    fixture.check_no_tag().await
}

#[tokio::test]
async fn a_required_or_wrong_login() -> Result<()> {
    let fixture = Fixture::new().await?;
    let locked = TestRegistry::start_with_login("reader", "open-sesame-registry").await?;
    let error = fixture.refusal_at(&locked.host()).await?;
    assert_eq!(error.code, ErrorCode::RegistrySignInNeeded);
    let app = HeadlessApp::new(fixture.ecr.home()?, None)?;
    let login = transload_contract::SourceLogin {
        source: registry_source(&locked.host()),
        username: "reader".to_owned(),
        secret: "guessed-password".to_owned(),
        keep: false,
    };
    let error = app.api.source_login(login).await.expect_err("a wrong password is accepted");
    let error = checked(error);
    assert_eq!(error.code, ErrorCode::RegistryUnauthorized);
    app.record_response(&format!("{error:?}"));
    let search = SecretSearch::new().secret("the wrong password", "guessed-password")?;
    app.check_no_secrets(&search)?;
    fixture.check_no_tag().await
}

#[tokio::test]
async fn a_connection_that_is_lost_in_a_layer() -> Result<()> {
    let fixture = Fixture::new().await?;
    let path = format!("/blobs/{}", fixture.image.layers[1].compressed_digest);
    let fault = Fault::CutResponse { after_bytes: 100_000 };
    let error = fixture.refusal_with_source_fault(Rule::new("GET", &path, fault)?).await?;
    assert_eq!(error.code, ErrorCode::ConnectionLost, "{error:?}");
    assert!(error.retryable);
    fixture.check_no_tag().await
}

#[tokio::test]
async fn a_registry_that_does_not_respond() -> Result<()> {
    let fixture = Fixture::new().await?;
    let error = fixture.refusal_at(&format!("127.0.0.1:{CLOSED_PORT}")).await?;
    assert_eq!(error.code, ErrorCode::RegistryUnreachable, "{error:?}");
    fixture.check_no_tag().await
}

#[tokio::test]
async fn a_blob_with_another_digest() -> Result<()> {
    let fixture = Fixture::new().await?;
    // Once on the wire, once in the storage of the registry.
    let digest = &fixture.image.layers[1].compressed_digest;
    let flip = Fault::FlipBit { at_byte: 200_000 };
    let error = fixture
        .refusal_with_source_fault(Rule::new("GET", &format!("/blobs/{digest}"), flip)?)
        .await?;
    assert_eq!(error.code, ErrorCode::DigestMismatch, "{error:?}");
    fixture.registry.damage_blob(digest)?;
    let error = fixture.refusal_at(&fixture.registry.host()).await?;
    assert_eq!(error.code, ErrorCode::DigestMismatch, "{error:?}");
    fixture.check_no_tag().await
}

#[tokio::test]
async fn a_child_manifest_with_another_digest() -> Result<()> {
    let fixture = Fixture::new().await?;
    let index = transload_tests::images::Index::with_attestation(43, &["linux/amd64"])?;
    TestRepository::new(&fixture.registry.url(), "app")?.push_index(&index, "1").await?;
    let child = &index.images[0].manifest.digest;
    let flip = Fault::FlipBit { at_byte: 20 };
    let error = fixture
        .refusal_with_source_fault(Rule::new("GET", &format!("/manifests/{child}"), flip)?)
        .await?;
    assert_eq!(error.code, ErrorCode::DigestMismatch, "{error:?}");
    fixture.check_no_tag().await
}

#[tokio::test]
async fn a_manifest_that_is_too_large() -> Result<()> {
    let fixture = Fixture::new().await?;
    let mut bytes = fixture.image.manifest.bytes.to_vec();
    bytes.resize(4 * 1024 * 1024 + 1, b' ');
    let giant = Manifest::new(bytes, &fixture.image.manifest.media_type);
    let fault = Fault::respond(200, &giant.media_type, giant.bytes.clone())
        .header("Docker-Content-Digest", &giant.digest);
    let error =
        fixture.refusal_with_source_fault(Rule::new("GET|HEAD", "/manifests/", fault)?).await?;
    assert_eq!(error.code, ErrorCode::ManifestTooLarge, "{error:?}");
    fixture.check_no_tag().await
}

#[tokio::test]
async fn a_schema_1_manifest() -> Result<()> {
    let fixture = Fixture::new().await?;
    let media_type = transload_model::media_type::DOCKER_SCHEMA1_SIGNED;
    let fault = Fault::respond(200, media_type, "{\"schemaVersion\":1,\"fsLayers\":[]}");
    let error =
        fixture.refusal_with_source_fault(Rule::new("GET|HEAD", "/manifests/1", fault)?).await?;
    assert_eq!(error.code, ErrorCode::ManifestUnsupported, "{error:?}");
    fixture.check_no_tag().await
}

#[tokio::test]
async fn a_page_instead_of_a_registry() -> Result<()> {
    let fixture = Fixture::new().await?;
    let error =
        fixture.refusal_with_source_fault(Rule::new("GET|HEAD", "", Fault::html())?).await?;
    assert_eq!(error.code, ErrorCode::NotARegistry, "{error:?}");
    let only_manifests = Rule::new("GET|HEAD", "/manifests/", Fault::html())?;
    let error = fixture.refusal_with_source_fault(only_manifests).await?;
    assert_eq!(error.code, ErrorCode::NotARegistry, "{error:?}");
    fixture.check_no_tag().await
}
