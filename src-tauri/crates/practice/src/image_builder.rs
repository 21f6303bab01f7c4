//! Builds images reproducibly: the same bytes on every computer. The practice Docker Hub builds its content
//! with it, and `example_repositories` uses parts of it.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::hash::{digest_of, sha256};
use crate::store::blob_folder::BlobFolder;

pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// The time of every file and every build.
pub(crate) const BUILT: &str = "2025-01-15T09:00:00Z";
pub(crate) const BUILT_SECONDS: u64 = 1_736_931_600;

/// Stores the content that is built.
pub(crate) trait BlobSink {
    /// Stores bytes and returns their digest.
    fn put(&self, bytes: &[u8]) -> io::Result<String>;
}

impl BlobSink for BlobFolder {
    fn put(&self, bytes: &[u8]) -> io::Result<String> {
        self.write(bytes)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Blob {
    pub(crate) digest: String,
    pub(crate) size: u64,
}

impl Blob {
    fn descriptor(&self, media_type: &str) -> Value {
        json!({ "mediaType": media_type, "digest": self.digest, "size": self.size })
    }
}

/// A layer, with the digest of its uncompressed content.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    blob: Blob,
    diff_id: String,
}

/// A manifest or an index.
#[derive(Clone)]
pub(crate) struct BuiltManifest {
    pub(crate) digest: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) media_type: &'static str,
    /// Size of configuration and layers in bytes.
    pub(crate) content_size: u64,
    /// `None` for an index.
    pub(crate) architecture: Option<&'static str>,
}

fn store(blobs: &dyn BlobSink, bytes: &[u8]) -> io::Result<Blob> {
    Ok(Blob { digest: blobs.put(bytes)?, size: bytes.len() as u64 })
}

/// Builds a layer of text files and one file with incompressible bytes.
pub(crate) fn layer(
    blobs: &dyn BlobSink,
    files: &[(&str, &str)],
    noise: (&str, usize),
) -> io::Result<Layer> {
    let mut archive = tar::Builder::new(Vec::new());
    let (noise_path, noise_size) = noise;
    let content = noise_bytes(noise_path, noise_size);
    let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
    for (path, bytes) in files.chain([(noise_path, content.as_slice())]) {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(if path.contains("bin/") { 0o755 } else { 0o644 });
        header.set_mtime(BUILT_SECONDS);
        archive.append_data(&mut header, path, bytes)?;
    }
    let archive = archive.into_inner()?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&archive)?;
    Ok(Layer { blob: store(blobs, &packed.finish()?)?, diff_id: digest_of(&archive) })
}

/// Returns pseudorandom bytes for a seed (xorshift64*).
pub(crate) fn noise_bytes(seed: &str, size: usize) -> Vec<u8> {
    let mut first = [0_u8; 8];
    first.copy_from_slice(&sha256(seed.as_bytes())[..8]);
    let mut state = u64::from_le_bytes(first) | 1;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// The family of media types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Oci,
    Docker,
}

/// Builds an image for one Linux platform.
pub(crate) fn image(
    blobs: &dyn BlobSink,
    family: Family,
    architecture: &'static str,
    command: &str,
    layers: &[Layer],
) -> io::Result<BuiltManifest> {
    let config = json!({
        "architecture": architecture,
        "os": "linux",
        "created": BUILT,
        "config": {
            "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"],
            "Cmd": [command],
            "WorkingDir": "/app",
        },
        "rootfs": {
            "type": "layers",
            "diff_ids": layers.iter().map(|layer| layer.diff_id.as_str()).collect::<Vec<_>>(),
        },
        "history": layers.iter().map(|_| json!({
            "created": BUILT, "created_by": "COPY / / # buildkit", "comment": "buildkit.dockerfile.v0",
        })).collect::<Vec<_>>(),
    });
    let config = store(blobs, config.to_string().as_bytes())?;
    let (media_type, config_type, layer_type) = match family {
        Family::Oci => (
            OCI_MANIFEST,
            "application/vnd.oci.image.config.v1+json",
            "application/vnd.oci.image.layer.v1.tar+gzip",
        ),
        Family::Docker => (
            DOCKER_MANIFEST,
            "application/vnd.docker.container.image.v1+json",
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
        ),
    };
    let content_size = config.size + layers.iter().map(|layer| layer.blob.size).sum::<u64>();
    let layers: Vec<Value> = layers.iter().map(|layer| layer.blob.descriptor(layer_type)).collect();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": config.descriptor(config_type),
        "layers": layers,
    });
    Ok(built(&manifest, media_type, content_size, Some(architecture)))
}

fn built(
    manifest: &Value,
    media_type: &'static str,
    content_size: u64,
    architecture: Option<&'static str>,
) -> BuiltManifest {
    let bytes = format!("{manifest:#}").into_bytes();
    BuiltManifest { digest: digest_of(&bytes), bytes, media_type, content_size, architecture }
}

/// Builds a provenance attestation as BuildKit does: an in-toto statement about `subject`.
pub(crate) fn attestation(
    blobs: &dyn BlobSink,
    subject: &BuiltManifest,
) -> io::Result<BuiltManifest> {
    const PREDICATE: &str = "https://slsa.dev/provenance/v0.2";
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": PREDICATE,
        "subject": [{
            "name": "practice",
            "digest": { "sha256": subject.digest.trim_start_matches("sha256:") },
        }],
        "predicate": {
            "builder": { "id": "practice" },
            "buildType": "https://mobyproject.org/buildkit@v1",
            "metadata": { "buildFinishedOn": BUILT },
        },
    });
    let statement = statement.to_string();
    let layer = store(blobs, statement.as_bytes())?;
    let config = json!({
        "architecture": "unknown",
        "os": "unknown",
        "config": {},
        "rootfs": { "type": "layers", "diff_ids": [digest_of(statement.as_bytes())] },
    });
    let config = store(blobs, config.to_string().as_bytes())?;
    let mut described = layer.descriptor("application/vnd.in-toto+json");
    described["annotations"] = json!({ "in-toto.io/predicate-type": PREDICATE });
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config.descriptor("application/vnd.oci.image.config.v1+json"),
        "layers": [described],
    });
    Ok(built(&manifest, OCI_MANIFEST, config.size + layer.size, Some("unknown")))
}

/// Builds an index of images and their attestations.
pub(crate) fn index(
    family: Family,
    images: &[(BuiltManifest, Option<BuiltManifest>)],
) -> BuiltManifest {
    let described = |image: &BuiltManifest| json!({ "mediaType": image.media_type, "digest": image.digest, "size": image.bytes.len() });
    let mut manifests = Vec::new();
    for (image, _) in images {
        let mut entry = described(image);
        entry["platform"] = json!({ "architecture": image.architecture, "os": "linux" });
        manifests.push(entry);
    }
    for (image, attestation) in images {
        let Some(attestation) = attestation else { continue };
        let mut entry = described(attestation);
        entry["annotations"] = json!({
            "vnd.docker.reference.digest": image.digest,
            "vnd.docker.reference.type": "attestation-manifest",
        });
        entry["platform"] = json!({ "architecture": "unknown", "os": "unknown" });
        manifests.push(entry);
    }
    let media_type = if family == Family::Oci { OCI_INDEX } else { DOCKER_LIST };
    let index = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": manifests });
    let size = images.iter().map(|(image, _)| image.content_size).sum();
    built(&index, media_type, size, None)
}
