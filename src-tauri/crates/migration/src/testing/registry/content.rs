//! The content of an in-memory registry, with methods for tests to add, read and remove it.

use bytes::Bytes;

use crate::testing::registry::FakeRegistry;
use transload_model::{Digest, Manifest, RawManifest, Tag, media_type};
use transload_registry::Mount;

impl FakeRegistry {
    /// Returns the configuration of an image with these layers.
    pub fn config_text(layers: &[&str]) -> String {
        format!("config of {layers:?}")
    }

    /// Adds an image with one layer for each text.
    pub fn image(&self, path: &str, reference: Option<&str>, layers: &[&str]) -> Digest {
        let descriptors: Vec<_> = layers.iter().map(|layer| self.blob_json(path, layer)).collect();
        let config = self.blob_json(path, &Self::config_text(layers));
        let json = format!(
            r#"{{"schemaVersion":2,"mediaType":"{}","config":{config},"layers":[{}]}}"#,
            media_type::OCI_MANIFEST,
            descriptors.join(",")
        );
        self.put_raw(path, reference, json)
    }

    /// Adds an image with this text as its configuration.
    pub fn configured_image(&self, path: &str, tag: &str, config: &str) -> Digest {
        let config = self
            .blob_json(path, config)
            .replace(r#""mediaType":"t""#, &format!(r#""mediaType":"{}""#, media_type::OCI_CONFIG));
        let layer = self.blob_json(path, "layer");
        let json = format!(
            r#"{{"schemaVersion":2,"mediaType":"{}","config":{config},"layers":[{layer}]}}"#,
            media_type::OCI_MANIFEST
        );
        self.put_raw(path, Some(tag), json)
    }

    /// Adds an index of existing images.
    pub fn index(&self, path: &str, tag: &str, children: &[Digest]) -> Digest {
        let listed: Vec<_> = children
            .iter()
            .enumerate()
            .map(|(number, digest)| {
                format!(
                    r#"{{"mediaType":"{}","digest":"{digest}","size":1,"platform":{{"os":"linux","architecture":"cpu{number}"}}}}"#,
                    media_type::OCI_MANIFEST
                )
            })
            .collect();
        let json = format!(
            r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[{}]}}"#,
            media_type::OCI_INDEX,
            listed.join(",")
        );
        self.put_raw(path, Some(tag), json)
    }

    pub fn contains_blob(&self, path: &str, digest: &Digest) -> bool {
        let key = (path.to_owned(), digest.to_string());
        self.blobs.lock().unwrap().contains_key(&key)
    }

    /// Adds an index of one image and its attestation, as BuildKit creates it.
    pub fn attested(&self, path: &str, tag: &str, architecture: &str, image: &Digest) -> Digest {
        let attestation = self.image(path, None, &["statement"]);
        let media = media_type::OCI_MANIFEST;
        let json = format!(
            r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[{{"mediaType":"{media}","digest":"{image}","size":1,"platform":{{"os":"linux","architecture":"{architecture}"}}}},{{"mediaType":"{media}","digest":"{attestation}","size":1,"platform":{{"os":"unknown","architecture":"unknown"}},"annotations":{{"vnd.docker.reference.type":"attestation-manifest"}}}}]}}"#,
            media_type::OCI_INDEX,
        );
        self.put_raw(path, Some(tag), json)
    }

    pub fn children(&self, index: &Digest) -> Vec<Digest> {
        let manifests = self.manifests.lock().unwrap();
        let raw = manifests.values().find(|raw| raw.digest() == index).unwrap();
        match raw.parse().unwrap() {
            Manifest::Index(index) => {
                index.manifests.into_iter().map(|child| child.digest).collect()
            }
            Manifest::Image(_) => Vec::new(),
        }
    }

    /// Adds a referrer of an image.
    pub fn signature(&self, path: &str, reference: Option<&str>, subject: &Digest) -> Digest {
        let config = self.blob_json(path, "{}");
        let kind = media_type::OCI_MANIFEST;
        let json = format!(
            r#"{{"schemaVersion":2,"mediaType":"{kind}","config":{config},"layers":[],"subject":{{"mediaType":"{kind}","digest":"{subject}","size":1}}}}"#
        );
        self.put_raw(path, reference, json)
    }

    /// Returns the digest of a tag, or the digest itself if the manifest exists.
    pub fn digest(&self, path: &str, reference: &str) -> Option<Digest> {
        let key = (path.to_owned(), reference.to_owned());
        self.manifests.lock().unwrap().get(&key).map(|raw| raw.digest().clone())
    }

    pub fn has_manifest(&self, digest: &Digest) -> bool {
        self.manifests.lock().unwrap().values().any(|raw| raw.digest() == digest)
    }

    /// Whether a mount succeeds.
    pub(super) fn may_mount(&self, to: &str, mount: &Mount<'_>) -> bool {
        let references = |(raw, _): &(RawManifest, Vec<Tag>)| match raw.parse().unwrap() {
            Manifest::Image(image) => {
                image.config.digest == *mount.digest
                    || image.layers.iter().any(|layer| layer.digest == *mount.digest)
            }
            Manifest::Index(_) => false,
        };
        let unmountable = self.unmountable.lock().unwrap();
        let differs =
            mount.from != to && [mount.from, to].iter().any(|one| unmountable.contains(*one));
        self.mounts
            && !differs
            && (!self.mounts_only_referenced || self.images(mount.from).iter().any(references))
    }

    /// Returns the bytes of all uploads. A blob that was uploaded twice counts twice.
    pub fn uploaded_bytes(&self) -> u64 {
        let blobs = self.blobs.lock().unwrap();
        let uploads = self.uploads.lock().unwrap();
        let size = |upload: &String| {
            let (path, digest) = upload.split_once('@').unwrap();
            blobs[&(path.to_owned(), digest.to_owned())].len() as u64
        };
        uploads.iter().map(size).sum()
    }

    /// Removes a blob, but not the manifests that reference it.
    pub fn remove_blob(&self, path: &str, text: &str) {
        let key = (path.to_owned(), Digest::of(text.as_bytes()).to_string());
        self.blobs.lock().unwrap().remove(&key).unwrap();
    }

    /// Returns an existing manifest.
    pub fn raw(&self, path: &str, digest: &Digest) -> RawManifest {
        let key = (path.to_owned(), digest.to_string());
        self.manifests.lock().unwrap()[&key].clone()
    }

    fn blob_bytes(&self, path: &str, digest: &Digest) -> Bytes {
        let key = (path.to_owned(), digest.to_string());
        self.blobs.lock().unwrap()[&key].clone()
    }

    /// Copies a manifest with its blobs and children to another registry.
    pub fn copy_to(
        &self,
        path: &str,
        root: &Digest,
        other: &Self,
        other_path: &str,
        tag: Option<&str>,
    ) {
        let raw = self.raw(path, root);
        match raw.parse().unwrap() {
            Manifest::Index(index) => {
                for child in index.manifests {
                    self.copy_to(path, &child.digest, other, other_path, None);
                }
            }
            Manifest::Image(image) => {
                for blob in [image.config].into_iter().chain(image.layers) {
                    let key = (other_path.to_owned(), blob.digest.to_string());
                    let bytes = self.blob_bytes(path, &blob.digest);
                    other.blobs.lock().unwrap().insert(key, bytes);
                }
            }
        }
        other.put_raw(other_path, tag, String::from_utf8(raw.bytes().to_vec()).unwrap());
    }

    /// Returns an archive as Docker exports it from its containerd store: an OCI layout, sorted by name,
    /// without absent children and layers.
    pub fn archive(&self, path: &str, root: &Digest, absent: &[Digest]) -> Vec<u8> {
        let mut files = std::collections::BTreeMap::new();
        self.collect(path, root, absent, &mut files);
        let media_type = self.raw(path, root).media_type().to_owned();
        let layout = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"{media_type}","digest":"{root}","size":1}}]}}"#
        );
        let mut archive = tar::Builder::new(Vec::new());
        let mut add = |name: &str, content: &[u8]| {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            archive.append_data(&mut header, name, content).unwrap();
        };
        for (digest, content) in &files {
            add(&format!("blobs/sha256/{}", &digest.as_str()[7..]), content);
        }
        add("index.json", layout.as_bytes());
        add("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#);
        archive.into_inner().unwrap()
    }

    fn collect(
        &self,
        path: &str,
        digest: &Digest,
        absent: &[Digest],
        files: &mut std::collections::BTreeMap<Digest, Bytes>,
    ) {
        if absent.contains(digest) {
            return;
        }
        let raw = self.raw(path, digest);
        files.insert(digest.clone(), raw.bytes().clone());
        match raw.parse().unwrap() {
            Manifest::Index(index) => {
                for child in index.manifests {
                    self.collect(path, &child.digest, absent, files);
                }
            }
            Manifest::Image(image) => {
                let blobs = [image.config].into_iter().chain(image.layers);
                for blob in blobs.filter(|blob| !absent.contains(&blob.digest)) {
                    files.insert(blob.digest.clone(), self.blob_bytes(path, &blob.digest));
                }
            }
        }
    }

    pub fn remove(&self, path: &str, tag: &str) {
        let digest = self.digest(path, tag).unwrap().to_string();
        let is_removed = |name: &str| name == tag || name == digest;
        self.manifests
            .lock()
            .unwrap()
            .retain(|(other, name), _| other != path || !is_removed(name));
    }

    pub fn images(&self, path: &str) -> Vec<(RawManifest, Vec<Tag>)> {
        let manifests = self.manifests.lock().unwrap();
        let of_path: Vec<_> = manifests.iter().filter(|((other, _), _)| other == path).collect();
        let images = of_path.iter().filter(|((_, name), _)| name.contains(':'));
        let mut images: Vec<_> = images
            .map(|(_, raw)| {
                let named = of_path.iter().filter(|((_, name), other)| {
                    !name.contains(':') && other.digest() == raw.digest()
                });
                let mut tags: Vec<Tag> =
                    named.map(|((_, name), _)| Tag::parse(name).unwrap()).collect();
                tags.sort();
                ((*raw).clone(), tags)
            })
            .collect();
        images.sort_by(|(a, _), (b, _)| a.digest().cmp(b.digest()));
        images
    }

    /// Deletes by tag or by digest, as ECR does. Returns ECR's failure code if it refuses.
    pub fn delete(&self, path: &str, name: &str) -> Option<&'static str> {
        let Some(digest) = self.digest(path, name) else { return Some("ImageNotFound") };
        let images = self.images(path);
        let is_below = images.iter().any(|(raw, _)| match raw.parse().unwrap() {
            Manifest::Index(index) => index.manifests.iter().any(|child| child.digest == digest),
            Manifest::Image(_) => false,
        });
        let of_image = images.into_iter().find(|(raw, _)| *raw.digest() == digest);
        let tags = of_image.map(|(_, tags)| tags).unwrap_or_default();
        let by_tag = !name.contains(':');
        // Also by its last tag (aws/containers-roadmap#1567).
        if is_below && (!by_tag || tags.len() == 1) {
            return Some("ImageReferencedByManifestList");
        }
        let mut manifests = self.manifests.lock().unwrap();
        manifests.remove(&(path.to_owned(), name.to_owned()));
        if !by_tag || tags.len() == 1 {
            manifests.retain(|(other, _), raw| other != path || *raw.digest() != digest);
        }
        None
    }

    pub(super) fn put_raw(&self, path: &str, reference: Option<&str>, json: String) -> Digest {
        let raw = RawManifest::new(Bytes::from(json), None).unwrap();
        let digest = raw.digest().clone();
        let mut manifests = self.manifests.lock().unwrap();
        for name in [Some(digest.as_str()), reference].into_iter().flatten() {
            manifests.insert((path.to_owned(), name.to_owned()), raw.clone());
        }
        digest
    }

    fn blob_json(&self, path: &str, text: &str) -> String {
        let bytes = Bytes::from(text.to_owned());
        let digest = Digest::of(&bytes);
        let size = bytes.len();
        self.blobs.lock().unwrap().insert((path.to_owned(), digest.to_string()), bytes);
        format!(r#"{{"mediaType":"t","digest":"{digest}","size":{size}}}"#)
    }
}
