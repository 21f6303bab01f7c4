//! What the registries of the zoo are filled with, and what they hold afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use bytes::Bytes;
use serde_json::{Value, json};
use transload_model::media_type;
use transload_registry::RegistryApi;
use transload_tests::images::{Image, Index, Manifest, Recipe, digest_of};
use transload_tests::zoo::{LOGIN, Op, PERSONALITIES, Personality, Quirk, ZooRegistry, sha512_of};

use crate::copies::client;

pub(super) const APP: &str = "team/app";
pub(super) const OTHER: &str = "team/other";

pub(super) fn plain() -> &'static Personality {
    &PERSONALITIES[0]
}

pub(super) fn open(zoo: &ZooRegistry) -> Result<Arc<dyn RegistryApi>> {
    client(&zoo.url(), Some((LOGIN.0.to_owned(), LOGIN.1.to_owned())))
}

fn quirk(registries: [&ZooRegistry; 2], is: fn(&Quirk) -> bool) -> bool {
    registries.iter().any(|zoo| zoo.has(is))
}

/// What a source was filled with.
pub(super) struct Filled {
    /// The images to copy, as `repository:tag`.
    pub(super) names: Vec<String>,
    /// The referrer, where there is one.
    pub(super) referrer: Option<String>,
    /// What it refers to.
    pub(super) subject: String,
    /// An image whose blobs the destination may hold before.
    pub(super) first: Image,
}

fn manifest(json: &Value, kind: &str) -> Result<Manifest> {
    Ok(Manifest::new(serde_json::to_vec_pretty(json)?, kind))
}

pub(super) fn with_manifest(image: &Image, change: impl FnOnce(&mut Value)) -> Result<Image> {
    let mut json: Value = serde_json::from_slice(&image.manifest.bytes)?;
    change(&mut json);
    let manifest = manifest(&json, &image.manifest.media_type)?;
    Ok(Image { manifest, ..image.clone() })
}

pub(super) fn fill(source: &ZooRegistry, destination: &ZooRegistry) -> Result<Filled> {
    let both = [source, destination];
    let mut names = Vec::new();
    let mut put = |repository: &str, tag: &str, image: &Image| {
        source.put_image(repository, tag, image);
        names.push(format!("{repository}:{tag}"));
    };
    let first = Recipe::small(901).layers(vec![900, 300]).build()?;
    put(APP, "first", &first);
    // The same layers in two repositories.
    put(OTHER, "first", &first);
    if quirk(both, |quirk| matches!(quirk, Quirk::CutsPages(..) | Quirk::RefusesPageSize(..))) {
        for number in 0..12 {
            put(APP, &format!("t{number:02}"), &first);
        }
    }
    let urls = with_manifest(&Recipe::small(902).layers(vec![300]).build()?, |json| {
        json["layers"][0]["urls"] = json!(["https://elsewhere.example/layer"]);
    })?;
    put(APP, "urls", &urls);
    let foreign = with_manifest(&first, |json| {
        let layer = json!({
            "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            "digest": digest_of(b"far away"), "size": 8,
            "urls": ["https://elsewhere.example/layer"],
        });
        json["layers"]
            .as_array_mut()
            .into_iter()
            .for_each(|layers| layers.insert(0, layer.clone()));
    })?;
    put(APP, "foreign", &foreign);

    let index = Index::with_attestation(903, &["linux/amd64", "linux/arm64"])?;
    for image in &index.images {
        source.put_blobs(APP, image);
        source.put_manifest(APP, None, &image.manifest.digest, &image.manifest);
    }
    source.put_manifest(APP, Some("index"), &index.manifest.digest, &index.manifest);
    names.push(format!("{APP}:index"));

    // An entry that says nothing of its platform.
    let mut entry = first.manifest.descriptor();
    entry["platform"] = json!({});
    let bare = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [entry],
    });
    let bare = manifest(&bare, media_type::OCI_INDEX)?;
    source.put_manifest(APP, Some("bare"), &bare.digest, &bare);
    names.push(format!("{APP}:bare"));

    if !destination.has(|quirk| *quirk == Quirk::TakesNoCacheIndex) {
        names.push(fill_cache(source, &first)?);
    }
    if !quirk(both, |quirk| matches!(quirk, Quirk::KnowsOnlySha256(_))) {
        names.push(fill_sha512(source)?);
    }
    let subject = index.manifest.digest.clone();
    let referrer = sign(source, &index.manifest)?;
    Ok(Filled { names, referrer, subject, first })
}

/// A build cache as BuildKit exports it with `image-manifest=false`: an index of layers.
fn fill_cache(source: &ZooRegistry, image: &Image) -> Result<String> {
    let config = Bytes::from_static(b"{\"layers\":[],\"records\":[]}");
    let digest = digest_of(&config);
    source.put_blob(APP, &digest, config.clone());
    let layer = image.layers.first().context("a layer")?;
    let cache = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [
            {
                "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                "digest": layer.packed_digest, "size": layer.packed.len(),
            },
            {
                "mediaType": media_type::BUILDKIT_CACHE_CONFIG,
                "digest": digest, "size": config.len(),
            },
        ],
    });
    let cache = manifest(&cache, media_type::OCI_INDEX)?;
    source.put_manifest(APP, Some("cache"), &cache.digest, &cache);
    Ok(format!("{APP}:cache"))
}

/// An index that names its image by another hash function.
pub(super) fn fill_sha512(source: &ZooRegistry) -> Result<String> {
    let image = Recipe::small(904).layers(vec![200]).build()?;
    source.put_blobs(APP, &image);
    let digest = sha512_of(&image.manifest.bytes);
    source.put_manifest(APP, None, &digest, &image.manifest);
    let mut entry = image.manifest.descriptor();
    entry["digest"] = json!(digest);
    let index = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [entry],
    });
    let index = manifest(&index, media_type::OCI_INDEX)?;
    source.put_manifest(APP, Some("sha512"), &index.digest, &index);
    Ok(format!("{APP}:sha512"))
}

/// Signs an index: a referrer, listed as the registry lists them, and cosign's tag. GitLab has no place
/// for the first.
fn sign(source: &ZooRegistry, subject: &Manifest) -> Result<Option<String>> {
    let signature = Image::attestation(&subject.digest)?;
    let tag = subject.digest.replace(':', "-");
    source.put_image(APP, &format!("{tag}.sig"), &signature);
    if source.has(|quirk| *quirk == Quirk::ReadsTagAsDigest) {
        return Ok(None);
    }
    let referrer = with_manifest(&signature, |json| {
        json["artifactType"] = json!("application/vnd.example.signature");
        json["subject"] = subject.descriptor();
    })?;
    let digest = referrer.manifest.digest.clone();
    source.put_manifest(APP, None, &digest, &referrer.manifest);
    if !source.has(|quirk| *quirk == Quirk::ListsReferrers) {
        let mut entry = referrer.manifest.descriptor();
        entry["artifactType"] = json!("application/vnd.example.signature");
        let list = json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [entry],
        });
        let list = manifest(&list, media_type::OCI_INDEX)?;
        source.put_manifest(APP, Some(&tag), &list.digest, &list);
    }
    Ok(Some(digest))
}

/// What a registry holds without the list of referrers, whose bytes each client writes itself.
pub(super) fn without_list(zoo: &ZooRegistry, subject: &str) -> (BTreeSet<String>, bool) {
    let holds = zoo.holds();
    let start = format!("tag {APP}:{} ", subject.replace(':', "-"));
    let list = holds.iter().find_map(|line| line.strip_prefix(&start).map(str::to_owned));
    let of_list = list.as_ref().map(|digest| format!("manifest {APP}@{digest} "));
    let kept = holds.iter().filter(|line| {
        !line.starts_with(&start)
            && of_list.as_ref().is_none_or(|of_list| !line.starts_with(of_list))
    });
    (kept.cloned().collect(), list.is_some())
}

pub(super) fn writes(zoo: &ZooRegistry) -> usize {
    let is_write = |op: &Op| {
        matches!(op, Op::PutManifest | Op::PutBlob | Op::PatchUpload | Op::PostUpload | Op::Mount)
    };
    zoo.seen().iter().filter(|seen| is_write(&seen.op)).count()
}

/// The repository and digest of a blob that a request sends, as the start of a line of what a registry
/// holds.
pub(super) fn sent_blob(line: &str) -> Option<String> {
    let (session, digest) = line.split_once("digest=")?;
    let path = session.split_once(' ')?.1;
    let below_v2 = path.strip_prefix("/v2/").and_then(|rest| rest.split_once("/blobs/"));
    let outside = || path.strip_prefix("/artifacts-uploads/")?.rsplit_once('/');
    let (repository, _) = below_v2.or_else(outside)?;
    let digest = digest.split('&').next()?.replace("%3A", ":");
    Some(format!("blob {repository}@{digest} "))
}
