//! Registry to registry without a plan: all parts of an image are copied, each byte once, without unnecessary
//! requests.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use transload_aws::{EcrApi, EcrLayers};
use transload_migration::{
    Control, CopyEndpoints, CopyOptions, CopyOutcome, CopyPair, CopyScope, EventSink,
    MigrationEvent, copy_list,
};
use transload_model::{Digest, ImageReference, RepositoryName, RepositorySettings, Secret};
use transload_practice::{FaultAction, FaultRule};
use transload_registry::{
    AnonymousLogin, FixedLogin, RegistryApi, RegistryClient, RegistryEndpoint, RegistryLogin,
};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Format, Image, Index, Manifest, Recipe, TestRepository, digest_of};
use transload_tests::servers::TestRegistry;

struct Silent;

impl EventSink for Silent {
    fn emit(&self, _event: MigrationEvent) {}
}

pub fn client(url: &str, login: Option<(String, String)>) -> Result<Arc<dyn RegistryApi>> {
    let endpoint = RegistryEndpoint::parse(url)?;
    Ok(match login {
        None => Arc::new(RegistryClient::new(endpoint, Arc::new(AnonymousLogin))),
        Some((user, password)) => {
            let login = RegistryLogin { user, password: Secret::new(password) };
            Arc::new(RegistryClient::new(endpoint, Arc::new(FixedLogin::new(login))))
        }
    })
}

/// Copies `PATH:TAG` from one registry to the same name in the other.
pub async fn copy(
    from: &Arc<dyn RegistryApi>,
    to: &Arc<dyn RegistryApi>,
    names: &[String],
    options: CopyOptions,
) -> Result<Vec<CopyOutcome>> {
    copy_with(from, to, None, names, options).await
}

/// The same to an ECR that accepts layers in parts.
async fn copy_with(
    from: &Arc<dyn RegistryApi>,
    to: &Arc<dyn RegistryApi>,
    layers: Option<Arc<dyn EcrLayers>>,
    names: &[String],
    options: CopyOptions,
) -> Result<Vec<CopyOutcome>> {
    let endpoints = CopyEndpoints { source: Arc::clone(from), destination: Arc::clone(to), layers };
    let mut pairs = Vec::new();
    for name in names {
        let source = ImageReference::parse(&format!("{}/{name}", from.host()))?;
        let destination = ImageReference::parse(&format!("{}/{name}", to.host()))?;
        pairs.push((CopyPair { source, destination }, endpoints.clone()));
    }
    let events: Arc<dyn EventSink> = Arc::new(Silent);
    Ok(copy_list(&pairs, options, &Control::default(), &events).await)
}

pub fn without_referrers() -> CopyOptions {
    let extent = CopyScope { referrers: false, ..CopyScope::default() };
    CopyOptions { extent, ..CopyOptions::default() }
}

/// Adds a signature of an image: a manifest with a subject, the fallback tag that lists it, and cosign's tag.
pub async fn sign(target: &TestRepository, subject: &Manifest) -> Result<Manifest> {
    let signature = Image::attestation(&subject.digest)?;
    target.push_blobs(&signature).await?;
    let mut manifest: Value = serde_json::from_slice(&signature.manifest.bytes)?;
    manifest["subject"] = json!({
        "mediaType": subject.media_type, "digest": subject.digest, "size": subject.bytes.len(),
    });
    manifest["artifactType"] = json!("application/vnd.example.signature");
    let referrer = Manifest::new(serde_json::to_vec(&manifest)?, &signature.manifest.media_type);
    target.push_manifest(&referrer, &referrer.digest).await?;
    let list = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [{
            "mediaType": referrer.media_type, "digest": referrer.digest,
            "size": referrer.bytes.len(), "artifactType": "application/vnd.example.signature",
        }],
    });
    let list = Manifest::new(serde_json::to_vec(&list)?, "application/vnd.oci.image.index.v1+json");
    target.push_manifest(&list, &subject.digest.replace(':', "-")).await?;
    target.push(&signature, &format!("{}.sig", subject.digest.replace(':', "-"))).await?;
    Ok(referrer)
}

#[tokio::test]
async fn signatures_are_copied_to_a_registry_without_the_referrers_api() -> Result<()> {
    let (source, destination) = (TestRegistry::start().await?, TestRegistry::start().await?);
    let target = TestRepository::new(&source.url(), "team/app")?;
    let image = Recipe::small(91).build()?;
    target.push(&image, "1").await?;
    let referrer = sign(&target, &image.manifest).await?;
    let (from, to) = (client(&source.url(), None)?, client(&destination.url(), None)?);
    let outcomes = copy(&from, &to, &["team/app:1".to_owned()], CopyOptions::default()).await?;
    let [CopyOutcome::Copied { left_behind, .. }] = outcomes.as_slice() else {
        anyhow::bail!("{outcomes:?}");
    };
    assert!(left_behind.is_empty(), "{left_behind:?}");
    let tag = image.manifest.digest.replace(':', "-");
    let mut lists = Vec::new();
    for registry in [&from, &to] {
        let list = registry.manifest("team/app", &tag).await?;
        let list: serde_json::Value = serde_json::from_slice(list.bytes())?;
        lists.push(list["manifests"].clone());
    }
    assert_eq!(lists[0], lists[1], "type and size as well");
    let copied = to.manifest("team/app", &referrer.digest).await?;
    assert_eq!(copied.bytes(), &referrer.bytes);
    let copied = TestRepository::new(&destination.url(), "team/app")?;
    let sig = format!("{}.sig", image.manifest.digest.replace(':', "-"));
    assert_eq!(copied.tag_digest(&sig).await?, target.tag_digest(&sig).await?);
    assert!(copied.tag_digest(&sig).await?.is_some());
    Ok(())
}

#[tokio::test]
async fn signatures_are_copied_to_a_registry_with_the_referrers_api() -> Result<()> {
    let (source, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let target = TestRepository::new(&source.url(), "app")?;
    let image = Recipe::small(92).build()?;
    target.push(&image, "1").await?;
    let referrer = sign(&target, &image.manifest).await?;
    ecr.aws()?.run(["ecr", "create-repository", "--repository-name", "app"]).succeed().await?;
    let from = client(&source.url(), None)?;
    let to = client(&format!("http://{}", ecr.registry_host()), Some(ecr.login().await?))?;
    let outcomes = copy(&from, &to, &["app:1".to_owned()], CopyOptions::default()).await?;
    let [CopyOutcome::Copied { left_behind, .. }] = outcomes.as_slice() else {
        anyhow::bail!("{outcomes:?}");
    };
    assert!(left_behind.is_empty(), "{left_behind:?}");
    let listed = to.referrers("app", &Digest::parse(&image.manifest.digest)?).await?;
    let listed = listed.context("practice has the referrers API")?;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].digest.as_str(), referrer.digest);
    let fallback = image.manifest.digest.replace(':', "-");
    assert!(to.manifest_head("app", &fallback).await?.is_none(), "the API needs no fallback tag");
    Ok(())
}

/// Some registries accept images but reject manifests with a subject (opencontainers/distribution-spec,
/// "Pushing manifests with subject"; aws/containers-roadmap#2783).
#[tokio::test]
async fn a_rejected_signature_is_reported_and_the_image_is_copied() -> Result<()> {
    let (source, destination) = (TestRegistry::start().await?, TestRegistry::start().await?);
    let target = TestRepository::new(&source.url(), "team/app")?;
    let image = Recipe::small(95).build()?;
    target.push(&image, "1").await?;
    let referrer = sign(&target, &image.manifest).await?;
    let refused = Fault::registry_error(405, "UNSUPPORTED", "The operation is unsupported.");
    let path = format!("/v2/team/app/manifests/{}", referrer.digest);
    let proxy = FaultProxy::start(&destination.url(), [Rule::new("PUT", &path, refused)?]).await?;
    let (from, to) = (client(&source.url(), None)?, client(&proxy.url(), None)?);
    let outcomes = copy(&from, &to, &["team/app:1".to_owned()], CopyOptions::default()).await?;
    let [CopyOutcome::Copied { left_behind, .. }] = outcomes.as_slice() else {
        anyhow::bail!("{outcomes:?}");
    };
    let [left] = left_behind.as_slice() else { anyhow::bail!("{left_behind:?}") };
    assert_eq!(left.name, referrer.digest);
    let copied = TestRepository::new(&destination.url(), "team/app")?.tag_digest("1").await?;
    assert_eq!(copied, Some(image.manifest.digest));
    Ok(())
}

#[tokio::test]
async fn each_byte_is_sent_once_and_existing_images_take_one_request_per_registry() -> Result<()> {
    let (source, destination) = (TestRegistry::start().await?, TestRegistry::start().await?);
    let mut names = Vec::new();
    for repository in 0..4 {
        let path = format!("many/app{repository}");
        let target = TestRepository::new(&source.url(), &path)?;
        for tag in 0..3 {
            // All images share the first layer; the second one is unique.
            let own = 3_000 + usize::try_from(repository * 10 + tag)?;
            let image = Recipe::small(7).layers([20_000, own]).build()?;
            target.push(&image, &tag.to_string()).await?;
            names.push(format!("{path}:{tag}"));
        }
    }
    let before = source.requests("GET /v2/[^ ]*/blobs/")?;
    let (from, to) = (client(&source.url(), None)?, client(&destination.url(), None)?);
    let outcomes = copy(&from, &to, &names, without_referrers()).await?;
    ensure!(
        outcomes.iter().all(|outcome| matches!(outcome, CopyOutcome::Copied { .. })),
        "{outcomes:?}"
    );
    let sent = destination.requests("PUT /v2/[^ ]*/blobs/uploads/")?;
    // One shared layer, and one layer and configuration per image.
    assert_eq!(sent, 1 + 12 + 12);
    assert_eq!(source.requests("GET /v2/[^ ]*/blobs/")? - before, sent);
    assert_eq!(destination.requests("HEAD /v2/[^ ]*/blobs/")?, 0);
    for name in &names {
        let (path, tag) = name.split_once(':').context("a tag")?;
        let (copied, original) = (to.manifest(path, tag).await?, from.manifest(path, tag).await?);
        assert_eq!(copied, original);
    }
    let requests = |registry: &TestRegistry| registry.requests("(GET|HEAD|POST|PUT) ");
    let before = (requests(&source)?, requests(&destination)?);
    let outcomes = copy(&from, &to, &names, CopyOptions::default()).await?;
    ensure!(
        outcomes.iter().all(|outcome| matches!(outcome, CopyOutcome::AlreadyThere { .. })),
        "{outcomes:?}"
    );
    assert_eq!((requests(&source)? - before.0, requests(&destination)? - before.1), (12, 12));
    Ok(())
}

#[tokio::test]
async fn an_interrupted_layer_resumes_where_it_stopped() -> Result<()> {
    let (source, destination) = (TestRegistry::start().await?, TestRegistry::start().await?);
    let target = TestRepository::new(&source.url(), "app")?;
    let index = Index::of_platforms(94, Format::Oci, &["linux/amd64", "linux/arm64"])?;
    let image = Recipe::small(95).layers([3_000_000]).build()?;
    target.push_index(&index, "index").await?;
    target.push(&image, "image").await?;
    let layer = digest_of(&image.layers[0].compressed);
    let cut = Fault::CutResponse { after_bytes: 1_000_000 };
    let rule = Rule::new("GET", &format!("/blobs/{layer}"), cut)?;
    let proxy = FaultProxy::start(&source.url(), [rule.only(2)]).await?;
    let (from, to) = (client(&proxy.url(), None)?, client(&destination.url(), None)?);
    let names = ["app:index".to_owned(), "app:image".to_owned()];
    let outcomes = copy(&from, &to, &names, without_referrers()).await?;
    ensure!(
        outcomes.iter().all(|outcome| matches!(outcome, CopyOutcome::Copied { .. })),
        "{outcomes:?}"
    );
    let uploads =
        destination.requests(&format!("PUT /v2/app/blobs/uploads/[^ ]*{}", &layer[7..]))?;
    assert_eq!(uploads, 1, "the upload paused, and did not restart");
    let copied = to.manifest_head("app", "image").await?.context("the tag")?;
    assert_eq!(copied.digest.as_str(), image.manifest.digest);
    Ok(())
}

#[tokio::test]
async fn copying_one_platform_of_an_index_copies_its_manifest() -> Result<()> {
    let (source, destination) = (TestRegistry::start().await?, TestRegistry::start().await?);
    let target = TestRepository::new(&source.url(), "team/app")?;
    let platforms = ["linux/amd64", "linux/arm64/v8"];
    let index = Index::of_platforms(61, Format::Oci, &platforms)?;
    let arm = index.images[1].manifest.clone();
    target.push(&index.images[0], "single").await?;
    target.push_index(&index, "1").await?;
    let (from, to) = (client(&source.url(), None)?, client(&destination.url(), None)?);
    let names = ["team/app:1".to_owned(), "team/app:single".to_owned()];
    let extent = CopyScope { platform: Some("linux/arm64".parse()?), ..CopyScope::default() };
    let options = CopyOptions { extent, ..CopyOptions::default() };
    for round in 0..2 {
        let outcomes = copy(&from, &to, &names, options.clone()).await?;
        let digest = match &outcomes[0] {
            CopyOutcome::Copied { digest, .. } if round == 0 => digest,
            CopyOutcome::AlreadyThere { digest } if round == 1 => digest,
            other => anyhow::bail!("round {round}: {other:?}"),
        };
        assert_eq!(digest.as_str(), arm.digest);
        let CopyOutcome::Failed(error) = &outcomes[1] else { anyhow::bail!("{outcomes:?}") };
        let text = error.to_string();
        ensure!(
            text.contains("isn't available for linux/arm64; available platforms: linux/amd64"),
            "{text}"
        );
    }
    assert_eq!(to.manifest("team/app", "1").await?.bytes(), &arm.bytes);
    Ok(())
}

#[tokio::test]
async fn a_large_interrupted_layer_is_sent_in_parts_and_only_the_failed_part_twice() -> Result<()> {
    const LAYER_BYTES: usize = 70 * 1024 * 1024;
    const PART_BYTES: usize = 10 * 1024 * 1024;
    let (source, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let Ecr::Practice { practice, .. } = &ecr else { anyhow::bail!("it is the practice ECR") };
    let image = Recipe::small(95).layers([LAYER_BYTES]).build()?;
    TestRepository::new(&source.url(), "app")?.push(&image, "1").await?;
    let api = ecr.api().await?;
    let name = RepositoryName::parse("app")?;
    api.create_repository(&name, &RepositorySettings::default()).await?;
    // The registry always breaks in the middle of the layer; the API once.
    let cut = Fault::CutRequest { after_bytes: 30_000_000 };
    let url = format!("http://{}", ecr.registry_host());
    let proxy = FaultProxy::start(&url, [Rule::new("PUT", "/blobs/uploads/", cut)?]).await?;
    let mut broken = FaultRule::operation(FaultAction::DropAfter, "UploadLayerPart");
    broken.skip = 2;
    broken.times = Some(1);
    ecr.faults()?.add(broken);
    let from = client(&source.url(), None)?;
    let to = client(&proxy.url(), Some(ecr.login().await?))?;
    let layers: Arc<dyn EcrLayers> = api as Arc<dyn EcrApi>;
    let outcomes =
        copy_with(&from, &to, Some(layers), &["app:1".to_owned()], without_referrers()).await?;
    let [CopyOutcome::Copied { digest, .. }] = outcomes.as_slice() else {
        anyhow::bail!("{outcomes:?}");
    };
    assert_eq!(digest.as_str(), image.manifest.digest);
    let aws = ecr.aws()?;
    assert_eq!(aws.image_digest("app", "1").await?, Some(image.manifest.digest.clone()));
    let operations = practice.requests().into_iter().filter_map(|request| request.operation);
    let parts = operations.filter(|operation| operation == "UploadLayerPart").count();
    let whole = image.layers[0].compressed.len().div_ceil(PART_BYTES);
    assert_eq!(parts, whole + 1, "each part once, and the broken one again");
    let puts = proxy.requests();
    let big = puts.iter().filter(|request| request.body_bytes > 1_000_000).count();
    assert_eq!(big, 1, "the layer went through the registry once");
    Ok(())
}
