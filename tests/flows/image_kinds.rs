//! Every kind of image that registries contain, copied to every kind of destination, byte for byte.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use transload_migration::{CopyOptions, CopyOutcome};
use transload_model::{Descriptor, Digest, media_type};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Format, Image, Index, Manifest, Recipe, TestRepository, digest_of};
use transload_tests::servers::TestRegistry;
use transload_tests::skopeo::{Skopeo, SkopeoImage};

use crate::registry_copy::{client, copy, sign};

const PATH: &str = "team/app";

/// The content of the source.
struct Kinds {
    tags: Vec<&'static str>,
    /// All manifests that have to be copied, by tag or digest.
    references: Vec<String>,
    /// All blobs that have to be copied.
    blobs: Vec<(String, Bytes)>,
}

impl Kinds {
    fn of_image(&mut self, tag: &'static str, image: &Image) {
        self.tags.push(tag);
        self.references.push(format!(":{tag}"));
        self.add_blobs(image);
    }

    fn of_index(&mut self, tag: &'static str, index: &Index) {
        self.tags.push(tag);
        self.references.push(format!(":{tag}"));
        for image in &index.images {
            self.references.push(format!("@{}", image.manifest.digest));
            self.add_blobs(image);
        }
    }

    fn add_blobs(&mut self, image: &Image) {
        self.blobs.extend(image.blobs().map(|(digest, bytes)| (digest.to_owned(), bytes.clone())));
    }
}

fn with_manifest(image: &Image, change: impl FnOnce(&mut Value)) -> Result<Image> {
    let mut manifest: Value = serde_json::from_slice(&image.manifest.bytes)?;
    change(&mut manifest);
    let manifest = Manifest::new(serde_json::to_vec(&manifest)?, &image.manifest.media_type);
    Ok(Image { manifest, ..image.clone() })
}

async fn fill(target: &TestRepository) -> Result<Kinds> {
    let mut kinds = Kinds { tags: Vec::new(), references: Vec::new(), blobs: Vec::new() };
    let docker = Recipe::small(71).format(Format::Docker).build()?;
    let oci = Recipe::small(72).build()?;
    let zstd = with_manifest(&Recipe::small(73).build()?, |manifest| {
        manifest["layers"][0]["mediaType"] = json!("application/vnd.oci.image.layer.v1.tar+zstd");
    })?;
    // A foreign layer: referenced, but neither stored at the source nor copied.
    let foreign = with_manifest(&Recipe::small(74).format(Format::Docker).build()?, |manifest| {
        if let Some(layers) = manifest["layers"].as_array_mut() {
            layers.insert(
                0,
                json!({
                    "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                    "digest": digest_of(b"far away"),
                    "size": 8,
                    "urls": ["https://foreign.example/layer"],
                }),
            );
        }
    })?;
    let artifact = with_manifest(&Image::attestation(&oci.manifest.digest)?, |manifest| {
        manifest["artifactType"] = json!("application/vnd.example.chart");
        manifest["config"]["mediaType"] = json!("application/vnd.example.config+json");
        manifest["layers"][0]["mediaType"] = json!("application/vnd.example.chart.v1");
    })?;
    for (tag, image) in [
        ("docker", docker),
        ("oci", oci),
        ("zstd", zstd),
        ("foreign", foreign),
        ("artifact", artifact),
    ] {
        target.push(&image, tag).await?;
        kinds.of_image(tag, &image);
    }
    let list = Index::of_platforms(75, Format::Docker, &["linux/amd64", "linux/arm64/v8"])?;
    let attested = Index::with_attestation(76, &["linux/amd64", "linux/s390x"])?;
    for (tag, index) in [("list", &list), ("attested", &attested)] {
        target.push_index(index, tag).await?;
        kinds.of_index(tag, index);
    }
    let nested = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_INDEX,
        "manifests": [attested.manifest.descriptor()],
    });
    let nested = Manifest::new(serde_json::to_vec(&nested)?, media_type::OCI_INDEX);
    target.push_manifest(&nested, "nested").await?;
    kinds.tags.push("nested");
    kinds.references.push(":nested".to_owned());
    // A signature as a referrer and as a tag.
    let signature = sign(target, &attested.manifest).await?;
    kinds.references.push(format!("@{}", signature.digest));
    kinds.references.push(format!(":{}.sig", attested.manifest.digest.replace(':', "-")));
    Ok(kinds)
}

async fn copies_to(url: &str, host: &str, login: Option<(String, String)>) -> Result<()> {
    let source = TestRegistry::start().await?;
    let target = TestRepository::new(&source.url(), PATH)?;
    let kinds = fill(&target).await?;
    let (from, to) = (client(&source.url(), None)?, client(url, login.clone())?);
    let names: Vec<_> = kinds.tags.iter().map(|tag| format!("{PATH}:{tag}")).collect();
    let outcomes = copy(&from, &to, &names, CopyOptions::default()).await?;
    for (name, outcome) in names.iter().zip(&outcomes) {
        let CopyOutcome::Copied { left_behind, .. } = outcome else {
            anyhow::bail!("{name}: {outcome:?}");
        };
        ensure!(left_behind.is_empty(), "{name}: {left_behind:?}");
    }
    let skopeo = Skopeo::new()?;
    let login = login.as_ref().map(|(user, password)| (user.as_str(), password.as_str()));
    for reference in &kinds.references {
        let original = format!("{}/{PATH}{reference}", source.host());
        let copied = format!("{host}/{PATH}{reference}");
        let original =
            skopeo.inspect_raw(SkopeoImage { reference: &original, login: None }).await?;
        let copied = skopeo.inspect_raw(SkopeoImage { reference: &copied, login }).await?;
        ensure!(original == copied, "{reference} differs");
    }
    for (digest, expected) in &kinds.blobs {
        let blob = Descriptor {
            media_type: String::new(),
            digest: Digest::parse(digest)?,
            size_bytes: expected.len() as u64,
            platform: None,
            annotations: Default::default(),
            urls: Vec::new(),
        };
        let content = to.blob(PATH, &blob).await.with_context(|| digest.clone())?;
        let pieces: Vec<Bytes> = content.try_collect().await?;
        ensure!(pieces.concat() == *expected, "{digest} differs");
    }
    Ok(())
}

async fn copies_to_ecr(ecr: &Ecr) -> Result<()> {
    ecr.aws()?.run(["ecr", "create-repository", "--repository-name", PATH]).succeed().await?;
    let host = ecr.registry_host();
    copies_to(&format!("http://{host}"), &host, Some(ecr.login().await?)).await
}

#[tokio::test]
async fn every_kind_of_image_is_copied_to_debians_registry() -> Result<()> {
    let destination = TestRegistry::start().await?;
    copies_to(&destination.url(), &destination.host(), None).await
}

#[tokio::test]
async fn every_kind_of_image_is_copied_to_practice() -> Result<()> {
    copies_to_ecr(&Ecr::practice().await?).await
}

#[tokio::test]
async fn every_kind_of_image_is_copied_to_ministack() -> Result<()> {
    copies_to_ecr(&Ecr::ministack().await?).await
}
