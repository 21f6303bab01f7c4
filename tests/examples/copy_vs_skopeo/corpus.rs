//! The workloads: many small images, one multi-platform image, one large image.
//!
//! Layers are pseudo-random bytes in a gzip envelope without compression: neither program decompresses them,
//! and they are created quickly. Without the envelope, skopeo would compress them.

use std::io::Write;
use std::str::FromStr;

use anyhow::{Result, bail};
use flate2::{Compression, GzBuilder};
use serde_json::json;
use transload_model::media_type;
use transload_tests::images::{
    Image, Layer, LayerCompression, Manifest, TestRepository, digest_of, pseudo_random,
};
use transload_tests::program::Program;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::system_tool;

/// The prefix of all repositories.
pub const PREFIX: &str = "bench";

const REPOSITORIES: u64 = 40;
const TAGS: u64 = 5;
/// The sizes of the layers that all images of *many* share, in bytes.
const SHARED: [usize; 3] = [4_000_000, 1_500_000, 600_000];
/// The range of the other layers of *many*, in bytes. The sizes are log-uniform.
const OWN: (f64, f64) = (200_000.0, 4_000_000.0);
const PLATFORMS: [&str; 4] = ["amd64", "arm64", "s390x", "ppc64le"];
const PLATFORM_LAYER: usize = 8_000_000;
const BIG_LAYERS: u64 = 6;
const BIG_LAYER: usize = 200_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// 40 repositories with 5 tags and 5 layers each, 3 of them shared by all.
    Many,
    /// An index of 4 platforms with 4 layers and an attestation each.
    Multiarch,
    /// 6 layers of 200 MB.
    Big,
}

impl Workload {
    /// The name on the command line and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Many => "many",
            Self::Multiarch => "multiarch",
            Self::Big => "big",
        }
    }
}

impl FromStr for Workload {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        match [Self::Many, Self::Multiarch, Self::Big].into_iter().find(|w| w.name() == name) {
            Some(workload) => Ok(workload),
            None => bail!("there is no workload {name}"),
        }
    }
}

/// A tag of a workload.
pub struct TaggedImage {
    pub repository: String,
    pub tag: String,
    pub digest: String,
}

/// A workload in its registry.
pub struct Corpus {
    pub tags: Vec<TaggedImage>,
}

impl Corpus {
    /// Pushes a workload to a registry.
    pub async fn build(workload: Workload, source: &TestRegistry) -> Result<Self> {
        let tags = match workload {
            Workload::Many => many(source, REPOSITORIES).await?,
            Workload::Multiarch => multiarch(source).await?,
            Workload::Big => big(source).await?,
        };
        sync_disk().await?;
        Ok(Self { tags })
    }

    /// Ten times *many*: 400 repositories.
    pub async fn ten_times_many(source: &TestRegistry) -> Result<Self> {
        let tags = many(source, 10 * REPOSITORIES).await?;
        sync_disk().await?;
        Ok(Self { tags })
    }
}

/// Waits until all data is on the disk. Otherwise the system would write it during the measurements, much of
/// it for a large workload and none for a small one.
async fn sync_disk() -> Result<()> {
    Program::new(system_tool("sync")?).succeed().await?;
    Ok(())
}

async fn many(source: &TestRegistry, repositories: u64) -> Result<Vec<TaggedImage>> {
    let shared: Vec<Layer> =
        (0_u64..).zip(SHARED).map(|(seed, bytes)| layer(seed, bytes)).collect::<Result<_>>()?;
    let mut tags = Vec::new();
    for repository in 0..repositories {
        let path = format!("{PREFIX}/app{repository:02}");
        let target = TestRepository::new(&source.url(), &path)?;
        for tag in 0..TAGS {
            let mut layers = shared.clone();
            for own in 0..2 {
                let seed = 1_000 + (repository * TAGS + tag) * 2 + own;
                let share = f64::from(u32::try_from(seed * 7919 % 1000)?) / 1000.0;
                let bytes = OWN.0 * (OWN.1 / OWN.0).powf(share);
                layers.push(layer(seed, bytes as usize)?);
            }
            let image = image(&format!("{path}:{tag}"), layers)?;
            target.push(&image, &format!("v{tag}")).await?;
            tags.push(tagged(&path, &format!("v{tag}"), &image.manifest));
        }
    }
    Ok(tags)
}

async fn multiarch(source: &TestRegistry) -> Result<Vec<TaggedImage>> {
    let path = format!("{PREFIX}/multiarch");
    let target = TestRepository::new(&source.url(), &path)?;
    let mut listed = Vec::new();
    for (number, platform) in (0_u64..).zip(PLATFORMS) {
        let seed = 10_000 + number * 100;
        let layers = (0..4).map(|at| layer(seed + at, PLATFORM_LAYER)).collect::<Result<_>>()?;
        let image = image(platform, layers)?;
        let statements = (50..52).map(|at| layer(seed + at, 5_000)).collect::<Result<_>>()?;
        let attestation = self::image(&format!("about {platform}"), statements)?;
        for image in [&image, &attestation] {
            target.push(image, &image.manifest.digest).await?;
        }
        listed.push(json!({
            "mediaType": image.manifest.media_type, "digest": image.manifest.digest,
            "size": image.manifest.bytes.len(),
            "platform": { "os": "linux", "architecture": platform },
        }));
        listed.push(json!({
            "mediaType": attestation.manifest.media_type, "digest": attestation.manifest.digest,
            "size": attestation.manifest.bytes.len(),
            "platform": { "os": "unknown", "architecture": "unknown" },
            "annotations": {
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": image.manifest.digest,
            },
        }));
    }
    let index = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": listed,
    });
    let index = Manifest::new(serde_json::to_vec(&index)?, media_type::OCI_INDEX);
    target.push_manifest(&index, "latest").await?;
    Ok(vec![tagged(&path, "latest", &index)])
}

async fn big(source: &TestRegistry) -> Result<Vec<TaggedImage>> {
    let path = format!("{PREFIX}/big");
    let target = TestRepository::new(&source.url(), &path)?;
    let mut layers = Vec::new();
    for number in 0..BIG_LAYERS {
        // One at a time, because all of them would fill the memory of a small machine.
        let layer = layer(20_000 + number, BIG_LAYER)?;
        let alone = image("a part", vec![layer.clone()])?;
        target.push_blobs(&alone).await?;
        layers.push((layer.compressed_digest, layer.compressed.len()));
    }
    let (config, config_digest) = config("big")?;
    let manifest = manifest(&config_digest, config.len(), &layers)?;
    let whole = Image {
        manifest,
        config,
        config_digest,
        layers: Vec::new(),
        platform: "linux/amd64".to_owned(),
    };
    target.push(&whole, "latest").await?;
    Ok(vec![tagged(&path, "latest", &whole.manifest)])
}

fn layer(seed: u64, bytes: usize) -> Result<Layer> {
    // Without time and operating system in the header, so that the bytes depend only on the seed.
    let envelope = Vec::with_capacity(bytes + bytes / 1000);
    let mut encoder =
        GzBuilder::new().mtime(0).operating_system(255).write(envelope, Compression::none());
    encoder.write_all(&pseudo_random(seed, bytes))?;
    let compressed = encoder.finish()?;
    let digest = digest_of(&compressed);
    Ok(Layer {
        tar: bytes::Bytes::new(),
        tar_digest: digest.clone(),
        compressed: compressed.into(),
        compressed_digest: digest,
        compression: LayerCompression::Gzip,
    })
}

fn image(label: &str, layers: Vec<Layer>) -> Result<Image> {
    let (config, config_digest) = config(label)?;
    let listed: Vec<_> = layers
        .iter()
        .map(|layer| (layer.compressed_digest.clone(), layer.compressed.len()))
        .collect();
    let manifest = manifest(&config_digest, config.len(), &listed)?;
    Ok(Image { manifest, config, config_digest, layers, platform: "linux/amd64".to_owned() })
}

fn config(label: &str) -> Result<(bytes::Bytes, String)> {
    let config = serde_json::to_vec(&json!({
        "architecture": "amd64", "os": "linux", "config": { "Labels": { "bench": label } },
        "rootfs": { "type": "layers", "diff_ids": [] },
    }))?;
    let digest = digest_of(&config);
    Ok((config.into(), digest))
}

fn manifest(config: &str, config_bytes: usize, layers: &[(String, usize)]) -> Result<Manifest> {
    let layers: Vec<_> = layers
        .iter()
        .map(|(digest, bytes)| {
            json!({
                "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                "digest": digest, "size": bytes,
            })
        })
        .collect();
    let manifest = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST,
        "config": { "mediaType": media_type::OCI_CONFIG, "digest": config, "size": config_bytes },
        "layers": layers,
    });
    Ok(Manifest::new(serde_json::to_vec(&manifest)?, media_type::OCI_MANIFEST))
}

fn tagged(repository: &str, tag: &str, manifest: &Manifest) -> TaggedImage {
    TaggedImage {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        digest: manifest.digest.clone(),
    }
}
