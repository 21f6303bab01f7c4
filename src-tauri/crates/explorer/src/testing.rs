//! Made-up images and manifests for tests. Sizes are in millions of bytes.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::manifest_facts::ManifestFacts;
use crate::rows::{MAX_DEPTH, MAX_REPEATED_PARTS};
use crate::sizes::FreedBytes;
use transload_aws::{EcrImage, EcrImageStatus};
use transload_model::{Digest, Tag, media_type};

pub(crate) const MB: u64 = 1_000_000;

/// Returns freed bytes that aren't a range.
pub(crate) fn exactly(bytes: u64) -> FreedBytes {
    FreedBytes { at_least: bytes, at_most: bytes, may_be_shared: false }
}

/// Returns the digest of made-up content with this name.
pub(crate) fn digest(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

pub(crate) fn described(name: &str, tags: &[&str], media_type: &str, megabytes: u64) -> EcrImage {
    EcrImage {
        digest: digest(name),
        tags: tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect(),
        unreadable_tags: 0,
        subject: None,
        size_bytes: Some(megabytes * MB),
        pushed_at_ms: Some(1_000_000),
        pulled_at_ms: None,
        restored_at_ms: None,
        status: EcrImageStatus::Active.into(),
        archived_at_ms: None,
        media_type: Some(media_type.to_owned()),
        artifact_media_type: None,
    }
}

/// A repository with the manifests of its images.
#[derive(Default)]
pub(crate) struct TestRepository {
    pub images: Vec<EcrImage>,
    manifests: HashMap<Digest, (String, Value)>,
    sizes: HashMap<Digest, u64>,
}

impl TestRepository {
    /// Adds an image with layers, each a name and its size.
    pub fn image(&mut self, name: &str, tags: &[&str], layers: &[(&str, u64)]) -> &mut EcrImage {
        let megabytes = layers.iter().map(|(_, size)| size).sum();
        let layers: Vec<Value> = layers
            .iter()
            .map(|(layer, size)| json!({"mediaType": "l", "digest": digest(layer).as_str(), "size": size * MB}))
            .collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_MANIFEST,
            "config": {"mediaType": media_type::OCI_CONFIG, "digest": digest(&format!("config of {name}")).as_str(), "size": 0},
            "layers": layers,
        });
        self.add(name, tags, media_type::OCI_MANIFEST, megabytes, manifest)
    }

    /// Adds the tagged index `top`. It lists a chain of indexes, `level 1` down to `level 7`, of which the deepest one that a
    /// row shows lists the index `deep` of `leaf`, then so many images that no part is shown twice, and then `last`.
    pub fn deep_index(&mut self, leaf: &str, last: &str) {
        self.index("deep", &[], &[(leaf, "")]);
        let mut below = "deep".to_owned();
        for level in (1..MAX_DEPTH).rev().map(|level| format!("level {level}")) {
            self.index(&level, &[], &[(&below, "")]);
            below = level;
        }
        let images: Vec<String> = (0..=MAX_REPEATED_PARTS).map(|one| one.to_string()).collect();
        for image in &images {
            self.image(image, &[], &[]);
        }
        let names = [&*below].into_iter().chain(images.iter().map(String::as_str)).chain([last]);
        let entries: Vec<(&str, &str)> = names.map(|name| (name, "")).collect();
        self.index("top", &["top"], &entries);
    }

    /// Adds an index of entries, each a name with a platform, or the name of the image that it attests.
    pub fn index(&mut self, name: &str, tags: &[&str], entries: &[(&str, &str)]) -> &mut EcrImage {
        let largest = entries.iter().filter_map(|(entry, _)| self.sizes.get(&digest(entry)));
        let megabytes = largest.max().copied().unwrap_or(0);
        let entries: Vec<Value> = entries
            .iter()
            .map(|(entry, about)| {
                let mut json = json!({"mediaType": media_type::OCI_MANIFEST, "digest": digest(entry).as_str(), "size": 500});
                match about.split_once('/') {
                    Some((os, architecture)) => {
                        json["platform"] = json!({"os": os, "architecture": architecture});
                    }
                    None if about.is_empty() => {}
                    None => {
                        json["platform"] = json!({"os": "unknown", "architecture": "unknown"});
                        json["annotations"] = json!({
                            "vnd.docker.reference.type": "attestation-manifest",
                            "vnd.docker.reference.digest": digest(about).as_str(),
                        });
                    }
                }
                json
            })
            .collect();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": entries,
        });
        self.add(name, tags, media_type::OCI_INDEX, megabytes, manifest)
    }

    fn add(
        &mut self,
        name: &str,
        tags: &[&str],
        media_type: &str,
        megabytes: u64,
        manifest: Value,
    ) -> &mut EcrImage {
        self.images.push(described(name, tags, media_type, megabytes));
        self.sizes.insert(digest(name), megabytes);
        self.manifests.insert(digest(name), (media_type.to_owned(), manifest));
        self.images.last_mut().unwrap()
    }

    /// Adds an image that refers to another one.
    pub fn referrer(&mut self, name: &str, subject: &str, artifact_type: &str) -> &mut EcrImage {
        let image = self.image(name, &[], &[]);
        image.subject = Some(digest(subject));
        image.artifact_media_type = Some(artifact_type.to_owned());
        image
    }

    /// Sets an annotation of a manifest.
    pub fn annotate(&mut self, name: &str, key: &str, value: &str) {
        self.manifests.get_mut(&digest(name)).unwrap().1["annotations"] = json!({key: value});
    }

    /// The facts of the manifests with these names.
    pub fn read(&self, names: &[&str]) -> HashMap<Digest, ManifestFacts> {
        let read = names.iter().map(|name| {
            let (media_type, manifest) = &self.manifests[&digest(name)];
            let bytes = Bytes::from(manifest.to_string());
            (digest(name), ManifestFacts::parse(media_type, bytes).unwrap())
        });
        read.collect()
    }

    pub fn read_all(&self) -> HashMap<Digest, ManifestFacts> {
        let all = self.manifests.iter().map(|(digest, (media_type, manifest))| {
            let bytes = Bytes::from(manifest.to_string());
            (digest.clone(), ManifestFacts::parse(media_type, bytes).unwrap())
        });
        all.collect()
    }
}
