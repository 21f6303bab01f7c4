//! A repository in memory, and reading images of it.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use transload_model::{Digest, ManifestError, RegistryHost};
use transload_registry::BlobStream;

use super::*;

#[derive(Default)]
pub(crate) struct Memory {
    documents: HashMap<String, Vec<u8>>,
    referrers: HashMap<String, Vec<Digest>>,
}

impl Memory {
    pub(crate) fn put(&mut self, content: &Value) -> Value {
        let bytes = content.to_string().into_bytes();
        self.put_bytes(content["mediaType"].as_str().unwrap_or("x"), bytes)
    }

    pub(crate) fn put_bytes(&mut self, media_type: &str, bytes: Vec<u8>) -> Value {
        let digest = Digest::of(&bytes).to_string();
        let size = bytes.len();
        self.documents.insert(digest.clone(), bytes);
        json!({"mediaType": media_type, "digest": digest, "size": size})
    }

    pub(crate) fn tag(&mut self, tag: &str, descriptor: &Value) {
        let digest = descriptor["digest"].as_str().unwrap().to_owned();
        let bytes = self.documents[&digest].clone();
        self.documents.insert(tag.to_owned(), bytes);
    }

    /// Stores an image with this configuration and these layers.
    pub(crate) fn image(&mut self, config: &Value, layers: &[(&str, u64)]) -> Value {
        let config = self.put_bytes(media_type::OCI_CONFIG, config.to_string().into_bytes());
        let layers: Vec<_> = layers
            .iter()
            .map(|(seed, size)| {
                json!({
                    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    "digest": Digest::of(seed.as_bytes()).to_string(), "size": size,
                })
            })
            .collect();
        self.put(&json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST, "config": config, "layers": layers,
        }))
    }

    pub(crate) fn index(&mut self, entries: &[(Value, &str)]) -> Value {
        let entries: Vec<_> = entries
            .iter()
            .map(|(descriptor, platform)| {
                let mut entry = descriptor.clone();
                if *platform == "attestation" {
                    entry["annotations"] =
                        json!({"vnd.docker.reference.type": "attestation-manifest"});
                    entry["platform"] = json!({"os": "unknown", "architecture": "unknown"});
                } else if let Some((os, architecture)) = platform.split_once('/') {
                    entry["platform"] = json!({"os": os, "architecture": architecture});
                }
                entry
            })
            .collect();
        self.put(
            &json!({"schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": entries}),
        )
    }

    /// Makes documents refer to a manifest.
    pub(crate) fn refer(&mut self, subject: &Value, referrers: &[&Value]) {
        let digest = |descriptor: &Value| descriptor["digest"].as_str().unwrap().to_owned();
        let referrers = referrers.iter().map(|one| Digest::parse(&digest(one)).unwrap()).collect();
        self.referrers.insert(digest(subject), referrers);
    }

    /// Stores the manifest of a document that says it has this size, and returns the digests of both.
    pub(crate) fn large_document(
        &mut self,
        media_type: &str,
        predicate_type: Option<&str>,
        size: u64,
    ) -> (Digest, Digest) {
        let config = self.put_bytes(media_type::OCI_CONFIG, b"{}".to_vec());
        let blob = Digest::of(b"large");
        let annotations: BTreeMap<&str, &str> =
            predicate_type.map(|kind| ("in-toto.io/predicate-type", kind)).into_iter().collect();
        let manifest = self.put(&json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST, "config": config,
            "layers": [{
                "mediaType": media_type, "digest": blob.to_string(), "size": size,
                "annotations": annotations,
            }],
        }));
        (Digest::parse(manifest["digest"].as_str().unwrap()).unwrap(), blob)
    }

    fn bytes(&self, key: &str) -> Result<Bytes, RegistryError> {
        let missing = || RegistryError::Missing {
            registry: RegistryHost::parse("r.example").unwrap(),
            subject: key.to_owned(),
            repository: false,
            message: None,
        };
        self.documents.get(key).map(|bytes| Bytes::from(bytes.clone())).ok_or_else(missing)
    }
}

#[async_trait]
impl ImageContent for Memory {
    fn subject(&self, reference: &str) -> String {
        format!("team/app:{reference}")
    }

    fn unreadable(&self, reference: &str, source: ManifestError) -> RegistryError {
        let registry = RegistryHost::parse("r.example").unwrap();
        RegistryError::Manifest { registry, subject: self.subject(reference), source }
    }

    async fn manifest(&self, reference: &str) -> Result<RawManifest, RegistryError> {
        RawManifest::new(self.bytes(reference)?, None)
            .map_err(|source| self.unreadable(reference, source))
    }

    async fn blob(&self, blob: &Descriptor) -> Result<BlobStream, RegistryError> {
        let bytes = self.bytes(blob.digest.as_str())?;
        Ok(Box::pin(stream::iter([Ok(bytes)])))
    }

    async fn referrers(&self, digest: &Digest) -> Result<Vec<Digest>, RegistryError> {
        Ok(self.referrers.get(digest.as_str()).cloned().unwrap_or_default())
    }

    async fn digest(&self, tag: &str) -> Result<Option<Digest>, RegistryError> {
        Ok(self.documents.get(tag).map(|bytes| Digest::of(bytes)))
    }
}

fn config(architecture: &str) -> Value {
    json!({
        "os": "linux", "architecture": architecture, "created": "2026-01-02T00:00:00Z",
        "config": {"Env": ["PATH=/bin"], "Cmd": ["run"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:1", "sha256:2"]},
        "history": [
            {"created_by": "/bin/sh -c #(nop) ADD file:1 in / "},
            {"created_by": "/bin/sh -c #(nop)  ENV A=1", "empty_layer": true},
            {"created_by": "COPY . . # buildkit"},
        ],
    })
}

fn two_platforms(memory: &mut Memory) {
    let amd64 = memory.image(&config("amd64"), &[("base", 30), ("app", 5)]);
    let arm64 = memory.image(&config("arm64"), &[("armbase", 28), ("armapp", 5)]);
    let statement = memory.image(&json!({}), &[]);
    let index = memory.index(&[
        (arm64, "linux/arm64"),
        (amd64, "linux/amd64"),
        (statement.clone(), "attestation"),
        (statement, "attestation"),
    ]);
    memory.tag("v2", &index);
}

#[tokio::test]
async fn an_index_shows_its_platforms_and_one_of_them_in_detail() {
    let mut memory = Memory::default();
    two_platforms(&mut memory);
    for (requested, expected, first) in [
        (None, "linux/amd64", "base"),
        (Some("linux/arm64"), "linux/arm64", "armbase"),
        (Some("linux/amd64"), "linux/amd64", "base"),
    ] {
        let requested = requested.map(|text| text.parse::<Platform>().unwrap());
        let found = inspect(&memory, "v2", requested.as_ref()).await.unwrap();
        assert_eq!(found.kind, ManifestKind::Index);
        assert_eq!((found.platforms.len(), found.attestations), (2, 2));
        let selected: Vec<_> = found
            .platforms
            .iter()
            .filter(|one| one.selected)
            .map(|one| one.platform.clone())
            .collect();
        assert_eq!(selected, [Some(expected.to_owned())]);
        let image = found.image.unwrap();
        assert_eq!(image.layers[0].digest, Digest::of(first.as_bytes()));
        assert!(image.history_fits);
        assert_eq!(image.layers[1].line.as_deref(), Some("COPY . ."));
        assert_eq!(image.layers[1].diff_id.as_deref(), Some("sha256:2"));
    }
    let wanted = "windows/amd64".parse().unwrap();
    let error = inspect(&memory, "v2", Some(&wanted)).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "team/app:v2 has no image for the platform windows/amd64; it has linux/arm64, linux/amd64"
    );
}

#[tokio::test]
async fn a_single_image_has_one_platform_and_can_be_asked_for_it() {
    let mut memory = Memory::default();
    let image = memory.image(&config("amd64"), &[("base", 30), ("app", 5)]);
    memory.tag("v1", &image);
    let found = inspect(&memory, "v1", None).await.unwrap();
    assert_eq!(found.kind, ManifestKind::Image);
    let platforms: Vec<_> = found.platforms.iter().map(|one| one.platform.as_deref()).collect();
    assert_eq!((platforms, found.attestations), (vec![Some("linux/amd64")], 0));
    let image = found.image.unwrap();
    assert_eq!(
        image.content_bytes,
        35 + serde_json::to_vec(&config("amd64")).unwrap().len() as u64
    );
    let arm = "linux/arm64".parse().unwrap();
    assert!(matches!(
        inspect(&memory, "v1", Some(&arm)).await,
        Err(InspectError::PlatformMissing { .. })
    ));
}

#[tokio::test]
async fn artifacts_say_their_type_and_unreadable_configurations_say_why() {
    let mut memory = Memory::default();
    let chart =
        memory.put_bytes("application/vnd.cncf.helm.config.v1+json", b"{\"name\":\"x\"}".to_vec());
    let empty = memory.put_bytes(EMPTY_CONFIG, b"{}".to_vec());
    let image_config = memory.put_bytes(media_type::OCI_CONFIG, b"{}".to_vec());
    let broken = memory.put_bytes(media_type::OCI_CONFIG, b"{\"os\":".to_vec());
    let binary = memory.put_bytes(media_type::OCI_CONFIG, vec![0xff, 0xfe]);
    let layer = |media_type: &str| {
        json!([{"mediaType": media_type, "digest": Digest::of(b"l").to_string(), "size": 1,
                "annotations": {"org.opencontainers.image.title": "x\u{1b}.tgz"}}])
    };
    let usual = "application/vnd.oci.image.layer.v1.tar+zstd";
    for (config, layers, named, artifact_type, problem) in [
        (
            &chart,
            layer("application/tar"),
            None,
            Some("application/vnd.cncf.helm.config.v1+json"),
            None,
        ),
        (
            &empty,
            layer("text/x"),
            Some("application/vnd.example"),
            Some("application/vnd.example"),
            None,
        ),
        (&empty, layer("text/x"), None, Some("text/x"), None),
        (
            &image_config,
            layer("application/vnd.in-toto+json"),
            None,
            Some("application/vnd.in-toto+json"),
            None,
        ),
        (&image_config, layer(usual), None, None, None),
        (&broken, layer(usual), None, None, Some("isn't JSON")),
        (&binary, layer(usual), None, None, Some("isn't text")),
    ] {
        let mut manifest = json!({"schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST, "config": config, "layers": layers});
        if let Some(named) = named {
            manifest["artifactType"] = json!(named);
        }
        let stored = memory.put(&manifest);
        let found = inspect(&memory, stored["digest"].as_str().unwrap(), None).await.unwrap();
        let image = found.image.unwrap();
        assert_eq!(image.artifact_type.as_deref(), artifact_type, "{manifest}");
        assert_eq!(found.kind == ManifestKind::Artifact, artifact_type.is_some());
        assert_eq!(image.layers[0].title.as_deref(), Some("x\\x1b.tgz"));
        match problem {
            Some(problem) => {
                assert!(image.config_problem.as_ref().unwrap().contains(problem));
                assert!(image.config.is_none());
            }
            None => assert_eq!(image.config_problem, None),
        }
    }
}

#[tokio::test]
async fn nested_and_endless_indexes_end() {
    let mut memory = Memory::default();
    let image = memory.image(&config("amd64"), &[("base", 30), ("app", 5)]);
    let mut nested = memory.index(&[(image, "linux/amd64")]);
    for depth in 0..3 {
        memory.tag(&format!("nested{depth}"), &nested);
        nested = memory.index(&[(nested, "")]);
    }
    memory.tag("nested3", &nested);
    assert!(inspect(&memory, "nested2", None).await.unwrap().image.is_some());
    assert!(matches!(
        inspect(&memory, "nested3", None).await,
        Err(InspectError::NestedTooDeeply { .. })
    ));
    let layer = json!({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": Digest::of(b"l").to_string(), "size": 1});
    let cache = memory.index(&[(layer, "")]);
    let cache = inspect(&memory, cache["digest"].as_str().unwrap(), None).await.unwrap();
    assert!(cache.image.is_none() && cache.platforms.is_empty());
}

#[tokio::test]
async fn an_image_whose_configuration_is_gone_shows_its_layers() {
    let mut memory = Memory::default();
    let image = memory.image(&config("amd64"), &[("base", 30), ("app", 5)]);
    let index = memory.index(&[(image, "linux/amd64")]);
    memory.tag("v1", &index);
    let gone = inspect(&memory, "v1", None).await.unwrap().image.unwrap().config_digest;
    memory.documents.remove(gone.as_str());
    let found = inspect(&memory, "v1", None).await.unwrap().image.unwrap();
    let problem = found.config_problem.unwrap();
    assert!(problem.contains("r.example has no sha256:"), "{problem}");
    assert_eq!((found.layers.len(), found.config), (2, None));
    assert_eq!(found.platform.as_deref(), Some("linux/amd64"));
}

#[tokio::test]
async fn a_platform_that_an_index_in_an_index_lacks_is_missing() {
    let mut memory = Memory::default();
    let image = memory.image(&config("amd64"), &[("base", 30), ("app", 5)]);
    let inner = memory.index(&[(image, "linux/amd64")]);
    let outer = memory.index(&[(inner, "")]);
    memory.tag("v1", &outer);
    let arm64 = "linux/arm64".parse().unwrap();
    let error = inspect(&memory, "v1", Some(&arm64)).await.unwrap_err().to_string();
    assert!(error.contains("linux/arm64; it has linux/amd64"), "{error}");
}

#[tokio::test]
async fn an_entry_without_a_platform_or_an_attestation_is_not_chosen_instead_of_an_image() {
    let mut memory = Memory::default();
    let arm64 = memory.image(&config("arm64"), &[("arm64", 5)]);
    let other = memory.image(&json!({}), &[("other", 7)]);
    let index = memory.index(&[(other.clone(), ""), (arm64.clone(), "linux/arm64")]);
    memory.tag("unnamed", &index);
    let attested = memory.index(&[(other, "attestation"), (arm64, "linux/arm64")]);
    memory.tag("attested", &attested);
    let wanted: Platform = "linux/arm64".parse().unwrap();
    let found = inspect(&memory, "unnamed", Some(&wanted)).await.unwrap();
    assert_eq!(found.image.unwrap().platform.as_deref(), Some("linux/arm64"));
    let layers = selected_layers(&memory, "attested", None).await.unwrap();
    assert_eq!(layers[0].size_bytes, 5);
}

#[tokio::test]
async fn layers_outside_of_the_registry_are_no_part_of_the_size() {
    let mut memory = Memory::default();
    let own = memory.put_bytes(media_type::OCI_CONFIG, b"{}".to_vec());
    let layer = |kind: &str, size: u32| {
        json!({"mediaType": kind, "digest": Digest::of(kind.as_bytes()).to_string(), "size": size,
            "urls": ["https://x.example"]})
    };
    let image = memory.put(&json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST, "config": own, "layers": [
            layer("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", 900),
            layer("application/vnd.oci.image.layer.v1.tar+gzip", 30),
        ],
    }));
    memory.tag("v1", &image);
    let found = inspect(&memory, "v1", None).await.unwrap().image.unwrap();
    assert_eq!((found.layers[0].foreign, found.layers[1].foreign), (true, false));
    assert_eq!(found.content_bytes, 32);
}
