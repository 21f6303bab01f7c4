//! Indexes with known bytes.

use anyhow::Result;
use serde_json::{Value, json};

use crate::images::Manifest;
use crate::images::image::{Format, Image, Recipe};

/// A multi-platform image.
#[derive(Clone, Debug)]
pub struct Index {
    pub manifest: Manifest,
    /// The listed images: the platforms, and the attestation if there is one.
    pub images: Vec<Image>,
}

impl Index {
    /// An index with one small image per platform.
    pub fn of_platforms(seed: u64, format: Format, platforms: &[&str]) -> Result<Self> {
        Self::build(seed, format, platforms, false)
    }

    /// The same, with a BuildKit attestation for the first platform.
    pub fn with_attestation(seed: u64, platforms: &[&str]) -> Result<Self> {
        Self::build(seed, Format::Oci, platforms, true)
    }

    /// An index of these images, in this order.
    pub fn of_images(images: Vec<Image>, format: Format) -> Result<Self> {
        let entries = images.iter().map(entry_of).collect();
        Self::listing(images, entries, format)
    }

    fn build(seed: u64, format: Format, platforms: &[&str], attested: bool) -> Result<Self> {
        let mut images = Vec::new();
        let mut entries = Vec::new();
        for (number, platform) in platforms.iter().enumerate() {
            let recipe = Recipe::small(seed.wrapping_mul(100).wrapping_add(number as u64));
            let image = recipe.format(format).platform(platform).build()?;
            entries.push(entry_of(&image));
            images.push(image);
        }
        if let (true, Some(first)) = (attested, images.first()) {
            let attestation = Image::attestation(&first.manifest.digest)?;
            let mut entry = attestation.manifest.descriptor();
            entry["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
            entry["annotations"] = json!({
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": first.manifest.digest,
            });
            entries.push(entry);
            images.push(attestation);
        }
        Self::listing(images, entries, format)
    }

    fn listing(images: Vec<Image>, entries: Vec<Value>, format: Format) -> Result<Self> {
        // With spaces and a final line break, so that the digest changes if a program parses and rewrites the
        // document.
        let mut bytes = serde_json::to_vec_pretty(&json!({
            "schemaVersion": 2,
            "mediaType": format.index(),
            "manifests": entries,
        }))?;
        bytes.push(b'\n');
        Ok(Self { manifest: Manifest::new(bytes, format.index()), images })
    }
}

fn entry_of(image: &Image) -> Value {
    let mut parts = image.platform.split('/');
    let mut entry = image.manifest.descriptor();
    entry["platform"] = json!({ "os": parts.next(), "architecture": parts.next() });
    if let Some(variant) = parts.next() {
        entry["platform"]["variant"] = json!(variant);
    }
    entry
}
