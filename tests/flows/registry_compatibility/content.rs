//! The content that scripted registries are filled with, and what they contain afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use serde_json::{Value, json};
use transload_model::media_type;
use transload_registry::RegistryApi;
use transload_tests::images::{Image, Index, Manifest, Recipe, digest_of};
use transload_tests::scripted_registry::{
    LOGIN, Op, Quirk, REAL_REGISTRIES, RegistryKind, ScriptedRegistry, sha512_of,
};

use crate::registry_copy::client;

pub(super) const APP: &str = "team/app";
pub(super) const OTHER: &str = "team/other";

pub(super) fn plain() -> &'static RegistryKind {
    &REAL_REGISTRIES[0]
}

pub(super) fn open(registry: &ScriptedRegistry) -> Result<Arc<dyn RegistryApi>> {
    client(&registry.url(), Some((LOGIN.0.to_owned(), LOGIN.1.to_owned())))
}

fn quirk(registries: [&ScriptedRegistry; 2], is: fn(&Quirk) -> bool) -> bool {
    registries.iter().any(|registry| registry.has(is))
}

/// What a source was filled with.
pub(super) struct Filled {
    /// The images to copy, as `repository:tag`.
    pub(super) names: Vec<String>,
    /// The digest of the referrer, if there is one.
    pub(super) referrer: Option<String>,
    /// The digest of its subject.
    pub(super) subject: String,
    /// An image whose blobs can be stored at the destination before the copy.
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

pub(super) fn fill(source: &ScriptedRegistry, destination: &ScriptedRegistry) -> Result<Filled> {
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
    if quirk(both, |quirk| matches!(quirk, Quirk::Paginates(..) | Quirk::RejectsPageSize(..))) {
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

    // An entry without a platform.
    let mut entry = first.manifest.descriptor();
    entry["platform"] = json!({});
    let bare = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [entry],
    });
    let bare = manifest(&bare, media_type::OCI_INDEX)?;
    source.put_manifest(APP, Some("bare"), &bare.digest, &bare);
    names.push(format!("{APP}:bare"));

    if !destination.has(|quirk| *quirk == Quirk::RejectsCacheIndex) {
        names.push(fill_cache(source, &first)?);
    }
    if !quirk(both, |quirk| matches!(quirk, Quirk::KnowsOnlySha256(_))) {
        names.push(fill_sha512(source)?);
    }
    let subject = index.manifest.digest.clone();
    let referrer = sign(source, &index.manifest)?;
    Ok(Filled { names, referrer, subject, first })
}

/// Adds a build cache as BuildKit exports it with `image-manifest=false`: an index of layers.
fn fill_cache(source: &ScriptedRegistry, image: &Image) -> Result<String> {
    let config = Bytes::from_static(b"{\"layers\":[],\"records\":[]}");
    let digest = digest_of(&config);
    source.put_blob(APP, &digest, config.clone());
    let layer = image.layers.first().context("a layer")?;
    let cache = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [
            {
                "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                "digest": layer.compressed_digest, "size": layer.compressed.len(),
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

/// Adds an index that references its image by SHA-512.
pub(super) fn fill_sha512(source: &ScriptedRegistry) -> Result<String> {
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

/// Signs an index: adds a referrer, listed in the way of the registry, and cosign's tag. GitLab does not
/// support referrers.
fn sign(source: &ScriptedRegistry, subject: &Manifest) -> Result<Option<String>> {
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
    if !source.has(|quirk| *quirk == Quirk::HasReferrersApi) {
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

/// The content of a registry without the list of referrers, whose bytes each client writes itself; and
/// whether there is such a list.
pub(super) fn without_list(registry: &ScriptedRegistry, subject: &str) -> (BTreeSet<String>, bool) {
    let holds = registry.content_lines();
    let start = format!("tag {APP}:{} ", subject.replace(':', "-"));
    let list = holds.iter().find_map(|line| line.strip_prefix(&start).map(str::to_owned));
    let of_list = list.as_ref().map(|digest| format!("manifest {APP}@{digest} "));
    let kept = holds.iter().filter(|line| {
        !line.starts_with(&start)
            && of_list.as_ref().is_none_or(|of_list| !line.starts_with(of_list))
    });
    (kept.cloned().collect(), list.is_some())
}

/// Checks that the destination contains what the source contains, and nothing else. Returns what it contains, and
/// whether a tag lists the referrers.
pub(super) fn ensure_copied(
    source: &ScriptedRegistry,
    destination: &ScriptedRegistry,
    filled: &Filled,
) -> Result<(BTreeSet<String>, bool)> {
    let (at_source, _) = without_list(source, &filled.subject);
    let (at_destination, has_list) = without_list(destination, &filled.subject);
    let missing: Vec<_> = at_source.difference(&at_destination).collect();
    let unexpected: Vec<_> = at_destination.difference(&at_source).collect();
    ensure!(
        missing.is_empty() && unexpected.is_empty(),
        "missing {missing:#?}, unexpected {unexpected:#?}"
    );
    let expects_list =
        filled.referrer.is_some() && !destination.has(|quirk| *quirk == Quirk::HasReferrersApi);
    ensure!(has_list == expects_list, "a list of referrers: {has_list}");
    Ok((at_destination, has_list))
}

pub(super) fn writes(registry: &ScriptedRegistry) -> usize {
    let is_write = |op: &Op| {
        matches!(op, Op::PutManifest | Op::PutBlob | Op::PatchUpload | Op::PostUpload | Op::Mount)
    };
    registry.requests().iter().filter(|request| is_write(&request.op)).count()
}

/// The start of the content line of the blob that a request uploads.
pub(super) fn sent_blob(line: &str) -> Option<String> {
    let (session, digest) = line.split_once("digest=")?;
    let path = session.split_once(' ')?.1;
    let below_v2 = path.strip_prefix("/v2/").and_then(|rest| rest.split_once("/blobs/"));
    let outside = || path.strip_prefix("/artifacts-uploads/")?.rsplit_once('/');
    let (repository, _) = below_v2.or_else(outside)?;
    let digest = digest.split('&').next()?.replace("%3A", ":");
    Some(format!("blob {repository}@{digest} "))
}
