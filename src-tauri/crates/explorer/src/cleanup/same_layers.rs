//! Images with the same layers as one that was pushed later, such as those of a build that changed nothing but labels or
//! dates. Their manifests differ, so they have digests of their own. Deleting them frees only manifests and
//! configurations, because the layers are stored once.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::image_rows::{ImageRow, RepositoryRows};
use crate::kind::ImageKind;
use crate::manifest_facts::ManifestFacts;
use transload_aws::EcrImage;
use transload_model::Digest;

/// The layers of an image, or of each platform of an index.
type Layers<'a> = Vec<Vec<&'a Digest>>;

/// Returns the tagged images whose layers a newer tagged image of the repository has, too.
pub(super) fn with_the_layers_of_a_newer_one(
    grouped: &RepositoryRows,
    by_digest: &HashMap<&Digest, &EcrImage>,
    facts: &HashMap<Digest, ManifestFacts>,
) -> HashSet<Digest> {
    let mut groups: HashMap<Layers<'_>, Vec<&ImageRow>> = HashMap::new();
    // An untagged image is in a class of its own: it doesn't replace a tagged one. Nor does an archived one, which can't be
    // pulled.
    let is_usable = |row: &&ImageRow| {
        by_digest
            .get(&row.digest)
            .is_some_and(|image| !image.tags.is_empty() && image.may_be_pulled())
    };
    for row in grouped.rows.iter().filter(is_usable) {
        if let Some(layers) = layers_of(row, facts) {
            groups.entry(layers).or_default().push(row);
        }
    }
    let pushed = |row: &ImageRow| by_digest.get(&row.digest).and_then(|image| image.pushed_at_ms);
    let mut older = HashSet::new();
    for mut rows in groups.into_values() {
        rows.sort_by_key(|row| (Reverse(pushed(row)), row.digest.as_str()));
        older.extend(rows.into_iter().skip(1).map(|row| row.digest.clone()));
    }
    older
}

/// Returns the layers of a row, or `None` if it has none or not all of its manifests were read.
fn layers_of<'a>(row: &ImageRow, facts: &'a HashMap<Digest, ManifestFacts>) -> Option<Layers<'a>> {
    let own = facts.get(&row.digest)?;
    let mut layers: Layers<'a> = match row.kind {
        ImageKind::Image => vec![image_layers(own)?],
        ImageKind::Index => own
            .children
            .iter()
            .filter(|child| !child.is_attestation)
            .map(|child| image_layers(facts.get(&child.digest)?))
            .collect::<Option<_>>()?,
        _ => return None,
    };
    // The order of the platforms in an index means nothing.
    layers.sort();
    (!layers.is_empty()).then_some(layers)
}

/// Returns the layers of a single image. Its first blob is the configuration.
fn image_layers(facts: &ManifestFacts) -> Option<Vec<&Digest>> {
    let is_image = !facts.is_layer_index && facts.children.is_empty();
    let layers: Vec<&Digest> = facts.blobs.iter().skip(1).map(|(digest, _)| digest).collect();
    (is_image && !layers.is_empty()).then_some(layers)
}
