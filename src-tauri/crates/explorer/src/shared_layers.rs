//! Which other images have the layers of an image, from manifests that were read before. Makes no call. `api` uses it
//! for the layers tab.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use transload_aws::EcrImage;
use transload_model::Digest;
use ts_rs::TS;

use crate::manifest_facts::ManifestFacts;

/// How many names are listed for a layer.
const NAMES_LIMIT: usize = 20;

/// Who else has the layers of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct LayerSharing {
    /// The layers of the image, lowest first, without those that are stored elsewhere.
    pub layers: Vec<SharedLayer>,
    /// The image of this repository whose layers are the beginning of this image's layers, the longest one. A guess at
    /// the base image.
    pub base_guess: Option<BaseGuess>,
    /// Images of this repository whose manifests weren't read, so that they may have the layers too.
    pub unread: u64,
}

/// Who else has a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct SharedLayer {
    pub digest: Digest,
    /// Other images of this repository, by tag or digest. At most 20.
    pub images: Vec<String>,
    /// The number of other images of this repository.
    pub image_count: u64,
    /// Other repositories, of those whose manifests were read. At most 20.
    pub repositories: Vec<String>,
}

/// An image that may be the base of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct BaseGuess {
    /// Its tag or digest.
    pub name: String,
    pub layers: u32,
}

/// A manifest of another repository that was read before.
#[derive(Clone, Debug)]
pub struct OtherRepositoryManifest {
    pub repository: String,
    pub facts: ManifestFacts,
}

/// Returns who else has the layers of `image`, which is an image of `images`.
pub fn layer_sharing(
    image: &Digest,
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
    elsewhere: &[OtherRepositoryManifest],
) -> LayerSharing {
    let Some(own) = facts.get(image) else { return LayerSharing::default() };
    let layers = layers_of(own);
    let names = names(images, facts);
    let mut shared: Vec<(BTreeSet<String>, BTreeSet<String>)> =
        vec![Default::default(); layers.len()];
    let mut base_guess: Option<BaseGuess> = None;
    for (other, of_other) in facts.iter().filter(|(other, _)| *other != image) {
        let blobs = layers_of(of_other);
        // An artifact or an index has no layers to share.
        let Some(name) = names.get(other).filter(|_| !blobs.is_empty()) else { continue };
        for (layer, (found, _)) in layers.iter().zip(&mut shared) {
            if blobs.contains(layer) {
                found.insert(name.clone());
            }
        }
        let is_longer = base_guess.as_ref().is_none_or(|guess| guess.layers < count(blobs.len()));
        if blobs.len() < layers.len() && layers.starts_with(&blobs) && is_longer {
            base_guess = Some(BaseGuess { name: name.clone(), layers: count(blobs.len()) });
        }
    }
    for one in elsewhere {
        let blobs = layers_of(&one.facts);
        for (layer, (_, found)) in layers.iter().zip(&mut shared) {
            if blobs.contains(layer) {
                found.insert(one.repository.clone());
            }
        }
    }
    let own_name = names.get(image);
    let layers = layers.into_iter().zip(shared).map(|(digest, (mut images, repositories))| {
        // A platform of the same index has the name of the same tag.
        if let Some(own) = own_name {
            images.remove(own);
        }
        SharedLayer {
            digest: digest.clone(),
            image_count: images.len() as u64,
            images: images.into_iter().take(NAMES_LIMIT).collect(),
            repositories: repositories.into_iter().take(NAMES_LIMIT).collect(),
        }
    });
    LayerSharing {
        layers: layers.collect(),
        base_guess,
        unread: images.iter().filter(|image| !facts.contains_key(&image.digest)).count() as u64,
    }
}

fn count(layers: usize) -> u32 {
    u32::try_from(layers).unwrap_or(u32::MAX)
}

/// The layers of an image. Its first blob is the configuration.
fn layers_of(facts: &ManifestFacts) -> Vec<&Digest> {
    match facts.is_layer_index || !facts.children.is_empty() {
        true => Vec::new(),
        false => facts.blobs.iter().skip(1).map(|(digest, _)| digest).collect(),
    }
}

/// The name of each image: its first tag, the tag of its index, or its digest.
fn names(images: &[EcrImage], facts: &HashMap<Digest, ManifestFacts>) -> HashMap<Digest, String> {
    let tag = |image: &EcrImage| image.tags.first().map(ToString::to_string);
    let mut names: HashMap<Digest, String> = HashMap::new();
    for image in images {
        names.insert(
            image.digest.clone(),
            tag(image).unwrap_or_else(|| image.digest.as_str().chars().take(19).collect()),
        );
    }
    let untagged: BTreeSet<&str> = images
        .iter()
        .filter(|image| image.tags.is_empty())
        .map(|image| image.digest.as_str())
        .collect();
    for index in images {
        let (Some(tag), Some(facts)) = (tag(index), facts.get(&index.digest)) else { continue };
        for child in facts.children.iter().filter(|child| !child.is_attestation) {
            if untagged.contains(child.digest.as_str()) {
                names.insert(child.digest.clone(), tag.clone());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests;
