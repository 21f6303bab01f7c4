//! The differences between two images: platforms, configuration and layers. A pure function of two inspections.
//! Called by `api` for the Compare page and for `transload-cli diff`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use transload_model::Digest;
use ts_rs::TS;

use crate::inspection::{ConfigValue, ImageConfig, ImageInspection, ImageLayer, InspectedImage};
use crate::packages::PackageComparison;

/// The differences between two images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct ImageComparison {
    pub left: ComparedImage,
    pub right: ComparedImage,
    /// Whether both have the same digest, and so are equal in everything.
    pub identical: bool,
    /// The platforms of both indexes.
    pub platforms: Vec<PlatformDifference>,
    /// The fields of the configuration that differ.
    pub configuration: Vec<ConfigDifference>,
    pub layers: LayerComparison,
    pub packages: PackageComparison,
}

/// One of two compared images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct ComparedImage {
    /// The digest of what the reference names.
    pub digest: Digest,
    /// The digest of the compared platform.
    pub image_digest: Option<Digest>,
    pub platform: Option<String>,
    pub created_at_ms: Option<u64>,
    pub content_bytes: u64,
    pub layers: u32,
}

/// A platform of one or both images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct PlatformDifference {
    pub platform: String,
    /// `null` if this image doesn't have the platform.
    pub left: Option<Digest>,
    pub right: Option<Digest>,
}

/// A part of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "images.ts")]
pub enum ConfigSection {
    General,
    Environment,
    Label,
    Annotation,
}

/// A field of the configuration that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct ConfigDifference {
    pub section: ConfigSection,
    pub name: String,
    /// `null` if the image doesn't have the field, or if its value is hidden.
    pub left: Option<String>,
    pub right: Option<String>,
    /// Whether a value looks like a secret and is hidden.
    pub hidden: bool,
}

/// The layers of both images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct LayerComparison {
    /// Layers from the lowest up that are the same, and so are on a common base.
    pub common: u32,
    pub common_bytes: u64,
    /// Layers above that only one image has.
    pub removed: Vec<ImageLayer>,
    pub added: Vec<ImageLayer>,
    /// Bytes to download for a computer that has the other image.
    pub left_only_bytes: u64,
    pub right_only_bytes: u64,
}

/// Compares two images except for their packages, which are in their SBOMs. With `reveal`, values that look like secrets are shown.
pub fn compare(left: &ImageInspection, right: &ImageInspection, reveal: bool) -> ImageComparison {
    let mut comparison = ImageComparison {
        left: summary(left),
        right: summary(right),
        identical: left.digest == right.digest,
        platforms: platforms(left, right),
        configuration: Vec::new(),
        layers: LayerComparison::default(),
        packages: PackageComparison::default(),
    };
    if let (Some(one), Some(other)) = (&left.image, &right.image) {
        comparison.layers = layers(one, other);
        let hidden = [one, other].map(|image| {
            let mut hidden = image.clone();
            hidden.hide_secrets();
            hidden
        });
        comparison.configuration = configuration([one, other], &hidden, reveal);
        if !reveal {
            comparison.hide_lines(&hidden);
        }
    }
    comparison
}

impl ImageComparison {
    /// Whether the images differ in content. The same content can have two digests, for example in an index with a
    /// provenance of another build.
    pub fn differs(&self) -> bool {
        !self.identical
            && (!self.configuration.is_empty()
                || !self.layers.removed.is_empty()
                || !self.layers.added.is_empty()
                || self.left.image_digest != self.right.image_digest
                || self.platforms.iter().any(|platform| platform.left != platform.right))
    }

    /// Replaces the lines of layers by those without secrets.
    fn hide_lines(&mut self, [left, right]: &[InspectedImage; 2]) {
        for (hidden, shown) in [(left, &mut self.layers.removed), (right, &mut self.layers.added)] {
            for layer in shown {
                let same = hidden.layers.iter().find(|other| other.number == layer.number);
                if let Some(same) = same {
                    *layer = same.clone();
                }
            }
        }
    }
}

fn summary(inspection: &ImageInspection) -> ComparedImage {
    let image = inspection.image.as_ref();
    ComparedImage {
        digest: inspection.digest.clone(),
        image_digest: image.map(|image| image.digest.clone()),
        platform: image.and_then(|image| image.platform.clone()),
        created_at_ms: image
            .and_then(|image| image.config.as_ref())
            .and_then(|config| config.created_at_ms),
        content_bytes: image.map_or(0, |image| image.content_bytes),
        layers: image.map_or(0, |image| image.layers.len() as u32),
    }
}

fn platforms(left: &ImageInspection, right: &ImageInspection) -> Vec<PlatformDifference> {
    let of = |inspection: &ImageInspection| -> BTreeMap<String, Digest> {
        let named = inspection.platforms.iter().filter_map(|entry| {
            let version = entry.os_version.as_ref().map(|version| format!(" {version}"));
            let platform = format!("{}{}", entry.platform.as_ref()?, version.unwrap_or_default());
            Some((platform, entry.digest.clone()))
        });
        named.collect()
    };
    let (left, right) = (of(left), of(right));
    let names: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let difference = |name: &String| PlatformDifference {
        platform: name.clone(),
        left: left.get(name).cloned(),
        right: right.get(name).cloned(),
    };
    names.into_iter().map(difference).collect()
}

fn configuration(
    images: [&InspectedImage; 2],
    hidden: &[InspectedImage; 2],
    reveal: bool,
) -> Vec<ConfigDifference> {
    let none = ImageConfig::default();
    let [left, right] = [0, 1].map(|side| {
        let (image, hidden) = (images[side], &hidden[side]);
        let config = image.config.as_ref().unwrap_or(&none);
        let without = hidden.config.as_ref().unwrap_or(&none);
        [
            marked(general(config), &general(without)),
            marked(config.env.clone(), &without.env),
            marked(config.labels.clone(), &without.labels),
            marked(image.annotations.clone(), &hidden.annotations),
        ]
    });
    let sections = [
        ConfigSection::General,
        ConfigSection::Environment,
        ConfigSection::Label,
        ConfigSection::Annotation,
    ];
    let pairs = sections.into_iter().zip(left.iter().zip(&right));
    pairs.flat_map(|(section, (left, right))| differences(section, left, right, reveal)).collect()
}

/// Marks the values that are hidden, in whole or in part.
fn marked(mut values: Vec<ConfigValue>, hidden: &[ConfigValue]) -> Vec<ConfigValue> {
    for (value, without) in values.iter_mut().zip(hidden) {
        value.secret |= value.value != without.value;
    }
    values
}

/// Returns the values that differ, in the order of the left image; then those that only the right one has.
fn differences(
    section: ConfigSection,
    left: &[ConfigValue],
    right: &[ConfigValue],
    reveal: bool,
) -> Vec<ConfigDifference> {
    // If a name occurs twice, the last one applies.
    let by_name = |values| -> HashMap<&str, &ConfigValue> {
        let values: &[ConfigValue] = values;
        values.iter().map(|value| (value.name.as_str(), value)).collect()
    };
    let (of_left, of_right) = (by_name(left), by_name(right));
    let mut seen = HashSet::new();
    let names = left.iter().chain(right).map(|value| value.name.as_str());
    let names = names.filter(|name| seen.insert(*name));
    let difference = |name: &str| {
        let (one, other) = (of_left.get(name), of_right.get(name));
        let secret = [one, other].into_iter().flatten().any(|value| value.secret);
        let text = |value: Option<&&ConfigValue>| value.and_then(|value| value.value.clone());
        let (one, other) = (text(one), text(other));
        let shown = |value: Option<String>| value.filter(|_| reveal || !secret);
        (one != other).then(|| ConfigDifference {
            section,
            name: name.to_owned(),
            hidden: secret && !reveal,
            left: shown(one),
            right: shown(other),
        })
    };
    names.filter_map(difference).collect()
}

/// Returns the fields of a configuration other than variables and labels, as names and texts.
fn general(config: &ImageConfig) -> Vec<ConfigValue> {
    let list = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
    let json = |values: &[String]| {
        (!values.is_empty()).then(|| serde_json::to_string(values).unwrap_or_default())
    };
    let fields = [
        ("User", config.user.clone()),
        ("Working directory", config.working_dir.clone()),
        ("Entrypoint", json(&config.entrypoint)),
        ("Cmd", json(&config.cmd)),
        ("Exposed ports", list(&config.exposed_ports)),
        ("Volumes", list(&config.volumes)),
        ("Stop signal", config.stop_signal.clone()),
        ("Health check", config.healthcheck.clone()),
        ("Shell", json(&config.shell)),
        ("On build", json(&config.on_build)),
        ("OS", config.os.clone()),
        ("OS version", config.os_version.clone()),
        ("Architecture", config.architecture.clone()),
        ("Variant", config.variant.clone()),
        ("Author", config.author.clone()),
    ];
    let known = fields.into_iter().filter_map(|(name, text)| {
        Some(ConfigValue { name: name.to_owned(), secret: false, value: Some(text?) })
    });
    known.chain(config.other.iter().cloned()).collect()
}

fn layers(left: &InspectedImage, right: &InspectedImage) -> LayerComparison {
    let pairs = left.layers.iter().zip(&right.layers);
    let common = pairs.take_while(|(one, other)| one.digest == other.digest).count();
    let sum = |sizes: &mut dyn Iterator<Item = u64>| sizes.fold(0, u64::saturating_add);
    let stored = |layers: &[ImageLayer]| {
        let stored = layers.iter().filter(|layer| !layer.foreign);
        sum(&mut stored.map(|layer| layer.size_bytes))
    };
    let missing = |image: &InspectedImage, other: &InspectedImage| -> u64 {
        let held: BTreeSet<_> = other.layers.iter().map(|layer| &layer.digest).collect();
        let mut counted = BTreeSet::new();
        let layers = image.layers.iter().filter(|layer| {
            !layer.foreign && !held.contains(&layer.digest) && counted.insert(&layer.digest)
        });
        sum(&mut layers.map(|layer| layer.size_bytes))
    };
    LayerComparison {
        common: common as u32,
        common_bytes: stored(&left.layers[..common]),
        removed: left.layers[common..].to_vec(),
        added: right.layers[common..].to_vec(),
        left_only_bytes: missing(left, right),
        right_only_bytes: missing(right, left),
    }
}

#[cfg(test)]
mod tests;
