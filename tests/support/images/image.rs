//! Recipes for images, and the images that they produce.

use anyhow::Result;
use bytes::Bytes;
use serde_json::json;
use transload_model::media_type;

use crate::images::layer::{Layer, LayerCompression};
use crate::images::tar_archive::tar_of;
use crate::images::{Manifest, digest_of};

/// The family of media types of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Docker, version 2, schema 2.
    Docker,
    Oci,
}

impl Format {
    pub(super) fn manifest(self) -> &'static str {
        match self {
            Self::Docker => media_type::DOCKER_MANIFEST,
            Self::Oci => media_type::OCI_MANIFEST,
        }
    }

    pub(super) fn index(self) -> &'static str {
        match self {
            Self::Docker => media_type::DOCKER_INDEX,
            Self::Oci => media_type::OCI_INDEX,
        }
    }

    fn config(self) -> &'static str {
        match self {
            Self::Docker => media_type::DOCKER_CONFIG,
            Self::Oci => media_type::OCI_CONFIG,
        }
    }

    fn layer(self, compression: LayerCompression) -> &'static str {
        match (self, compression) {
            (Self::Docker, LayerCompression::Tar) => "application/vnd.docker.image.rootfs.diff.tar",
            (Self::Docker, _) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
            (Self::Oci, LayerCompression::Tar) => "application/vnd.oci.image.layer.v1.tar",
            (Self::Oci, LayerCompression::Zstd) => "application/vnd.oci.image.layer.v1.tar+zstd",
            (Self::Oci, _) => "application/vnd.oci.image.layer.v1.tar+gzip",
        }
    }
}

/// Describes an image. The same recipe produces the same bytes.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The seed of the content. Images of different seeds share no layer.
    pub seed: u64,
    pub format: Format,
    /// The size of each layer's file in bytes, lowest layer first.
    pub layer_bytes: Vec<usize>,
    /// Operating system and architecture, such as `linux/arm64`.
    pub platform: String,
    pub compression: LayerCompression,
    /// Whether the lowest layer appears again as the highest one.
    pub repeats: bool,
}

impl Recipe {
    /// Three layers of a few kilobytes for `linux/amd64`.
    pub fn small(seed: u64) -> Self {
        Self {
            seed,
            format: Format::Oci,
            layer_bytes: vec![3_000, 12_000, 1_000],
            platform: "linux/amd64".to_owned(),
            compression: LayerCompression::default(),
            repeats: false,
        }
    }

    pub fn compression(mut self, compression: LayerCompression) -> Self {
        self.compression = compression;
        self
    }

    /// Adds the lowest layer again at the top.
    pub fn repeating(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// Sets the family of media types.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Sets the sizes of the layers in bytes.
    pub fn layers(mut self, layer_bytes: impl Into<Vec<usize>>) -> Self {
        self.layer_bytes = layer_bytes.into();
        self
    }

    pub fn platform(mut self, platform: &str) -> Self {
        self.platform = platform.to_owned();
        self
    }

    pub fn build(&self) -> Result<Image> {
        let mut layers = self
            .layer_bytes
            .iter()
            .enumerate()
            .map(|(number, bytes)| {
                let seed = self.seed.wrapping_mul(1_000).wrapping_add(number as u64);
                Layer::compressed(seed, *bytes, self.compression)
            })
            .collect::<Result<Vec<_>>>()?;
        if self.repeats {
            layers.extend(layers.first().cloned());
        }
        let mut platform = self.platform.split('/');
        let (os, architecture) = (platform.next(), platform.next());
        let config = serde_json::to_vec(&json!({
            "created": "2024-01-01T00:00:00Z",
            "os": os,
            "architecture": architecture,
            "config": { "Cmd": ["/data"] },
            "rootfs": {
                "type": "layers",
                "diff_ids": layers.iter().map(|layer| &layer.tar_digest).collect::<Vec<_>>(),
            },
            "history": layers
                .iter()
                .map(|_| json!({ "created": "2024-01-01T00:00:00Z", "created_by": "COPY data" }))
                .collect::<Vec<_>>(),
        }))?;
        Image::assemble(self.format, &self.platform, config.into(), layers)
    }
}

/// An image of one platform.
#[derive(Clone, Debug)]
pub struct Image {
    pub manifest: Manifest,
    pub config: Bytes,
    pub config_digest: String,
    /// Lowest layer first.
    pub layers: Vec<Layer>,
    pub platform: String,
}

impl Image {
    fn assemble(format: Format, platform: &str, config: Bytes, layers: Vec<Layer>) -> Result<Self> {
        let config_digest = digest_of(&config);
        let manifest = serde_json::to_vec_pretty(&json!({
            "schemaVersion": 2,
            "mediaType": format.manifest(),
            "config": {
                "mediaType": format.config(),
                "digest": config_digest,
                "size": config.len(),
            },
            "layers": layers.iter().map(|layer| json!({
                "mediaType": format.layer(layer.compression),
                "digest": layer.compressed_digest,
                "size": layer.compressed.len(),
            })).collect::<Vec<_>>(),
        }))?;
        Ok(Self {
            manifest: Manifest::new(manifest, format.manifest()),
            config,
            config_digest,
            layers,
            platform: platform.to_owned(),
        })
    }

    /// An attestation as BuildKit stores it: an image whose only layer is an in-toto statement about the
    /// image with the digest `subject`.
    pub fn attestation(subject: &str) -> Result<Self> {
        let statement = Bytes::from(serde_json::to_vec(&json!({
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": "https://slsa.dev/provenance/v0.2",
            "subject": [{ "name": "lab", "digest": { "sha256": subject.replace("sha256:", "") } }],
            "predicate": {},
        }))?);
        let digest = digest_of(&statement);
        let layer = Layer {
            tar: statement.clone(),
            tar_digest: digest.clone(),
            compressed: statement.clone(),
            compressed_digest: digest.clone(),
            compression: LayerCompression::Tar,
        };
        let config = Bytes::from(serde_json::to_vec(&json!({
            "os": "unknown",
            "architecture": "unknown",
            "config": {},
            "rootfs": { "type": "layers", "diff_ids": [digest] },
        }))?);
        let config_digest = digest_of(&config);
        let manifest = serde_json::to_vec_pretty(&json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_MANIFEST,
            "config": {
                "mediaType": media_type::OCI_CONFIG,
                "digest": config_digest,
                "size": config.len(),
            },
            "layers": [{
                "mediaType": "application/vnd.in-toto+json",
                "digest": digest,
                "size": statement.len(),
                "annotations": { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2" },
            }],
        }))?;
        Ok(Self {
            manifest: Manifest::new(manifest, media_type::OCI_MANIFEST),
            config,
            config_digest,
            layers: vec![layer],
            platform: "unknown/unknown".to_owned(),
        })
    }

    /// All blobs of the image, with their digests.
    pub fn blobs(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        let config = (self.config_digest.as_str(), &self.config);
        let layers =
            self.layers.iter().map(|layer| (layer.compressed_digest.as_str(), &layer.compressed));
        std::iter::once(config).chain(layers)
    }

    /// The image in the format of `docker save`, for `docker load`, with a name and tag.
    pub fn docker_archive(&self, name: &str) -> Result<Vec<u8>> {
        let config = format!("{}.json", self.config_digest.replace("sha256:", ""));
        let layer_path =
            |layer: &Layer| format!("{}/layer.tar", layer.tar_digest.replace("sha256:", ""));
        let paths: Vec<_> = self.layers.iter().map(layer_path).collect();
        let listing = json!([{ "Config": config, "RepoTags": [name], "Layers": paths }]);
        let layers = self.layers.iter().map(|layer| (layer_path(layer), layer.tar.clone()));
        let listing = ("manifest.json".to_owned(), serde_json::to_vec(&listing)?.into());
        tar_of(layers.chain([(config, self.config.clone()), listing]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_depend_only_on_the_recipe() {
        let first = Recipe::small(1).build().unwrap();
        assert_eq!(first.manifest.digest, Recipe::small(1).build().unwrap().manifest.digest);
        let other = Recipe::small(2).build().unwrap();
        let digests =
            |image: &Image| image.blobs().map(|(digest, _)| digest.to_owned()).collect::<Vec<_>>();
        assert!(digests(&first).iter().all(|digest| !digests(&other).contains(digest)));
    }

    #[test]
    fn transload_can_read_the_manifests() {
        for format in [Format::Docker, Format::Oci] {
            let image = Recipe::small(3).format(format).build().unwrap();
            let raw =
                transload_model::RawManifest::new(image.manifest.bytes.clone(), None).unwrap();
            assert_eq!(raw.digest().as_str(), image.manifest.digest);
            let transload_model::Manifest::Image(read) = raw.parse().unwrap() else {
                panic!("not an image")
            };
            let layers = read.layers.iter().map(|layer| layer.digest.as_str());
            let built = image.layers.iter().map(|layer| layer.compressed_digest.as_str());
            assert!(layers.eq(built));
        }
    }
}
