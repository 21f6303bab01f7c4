//! The layers of a manifest, with what the configuration says about each. Called by `read_image`.

use serde_json::Value;
use transload_model::{Descriptor, ImageManifest};

use crate::config::value;
use crate::inspection::{ConfigValue, HistoryLine, ImageLayer};
use transload_model::visible;

/// The annotation with the file name of a blob. Source: OCI image specification, "Pre-Defined Annotation Keys".
const TITLE: &str = "org.opencontainers.image.title";

pub(crate) fn image_layers(
    manifest: &ImageManifest,
    config: &Value,
    history: &[HistoryLine],
) -> Vec<ImageLayer> {
    let diff_ids = config.pointer("/rootfs/diff_ids").and_then(Value::as_array);
    let diff_ids = diff_ids.filter(|ids| ids.len() == manifest.layers.len());
    let layers = manifest.layers.iter().zip(1_u32..).map(|(layer, number)| ImageLayer {
        number,
        digest: layer.digest.clone(),
        size_bytes: layer.size_bytes,
        media_type: visible(&layer.media_type),
        diff_id: diff_ids
            .and_then(|ids| ids.get(number as usize - 1))
            .and_then(Value::as_str)
            .map(visible),
        line: history
            .iter()
            .find(|line| line.layer == Some(number))
            .map(|line| line.line.clone())
            .filter(|line| !line.is_empty()),
        title: layer.annotations.get(TITLE).map(|title| visible(title)),
        foreign: layer.is_foreign(),
        annotations: annotations(layer),
    });
    layers.collect()
}

/// Returns the size of the configuration and of the layers that the registry stores.
pub(crate) fn content_bytes(manifest: &ImageManifest) -> u64 {
    let stored = manifest.layers.iter().filter(|layer| !layer.is_foreign());
    stored.fold(manifest.config.size_bytes, |sum, layer| sum.saturating_add(layer.size_bytes))
}

pub(crate) fn annotations(descriptor: &Descriptor) -> Vec<ConfigValue> {
    descriptor.annotations.iter().map(|(name, text)| value(name, text)).collect()
}
