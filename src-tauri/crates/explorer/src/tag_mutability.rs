//! Which pushes a change of the tag mutability of a repository would refuse, judged by the list of its images.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_aws::EcrImage;
use transload_model::{RepositorySettings, Tag};

/// Names of tags that builds commonly move to their newest image.
const MOVING_NAMES: &[&str] = &[
    "alpha",
    "beta",
    "canary",
    "current",
    "dev",
    "develop",
    "development",
    "edge",
    "head",
    "latest",
    "live",
    "main",
    "master",
    "next",
    "nightly",
    "prod",
    "production",
    "release",
    "snapshot",
    "stable",
    "stage",
    "staging",
    "test",
    "trunk",
];

/// Endings and beginnings of such names, such as `1-latest` and `latest-arm64`.
const MOVING_PARTS: &[&str] = &["latest", "nightly", "snapshot", "stable"];

/// What would change with another tag mutability.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct MutabilityEffect {
    /// Tags that builds probably move, judged by their names. ECR would refuse to move them.
    pub refused_tags: Vec<String>,
    /// Number of tags that can't be moved afterward.
    #[ts(type = "number")]
    pub immutable_tags: u64,
    /// Number of tags that can be moved afterward.
    #[ts(type = "number")]
    pub mutable_tags: u64,
}

/// Returns what settings would change, with images as they were last listed.
pub fn mutability_effect(images: &[EcrImage], wanted: &RepositorySettings) -> MutabilityEffect {
    let mut effect = MutabilityEffect::default();
    for image in images {
        for tag in &image.tags {
            if wanted.allows_overwrite(tag.as_str()) != Some(false) {
                effect.mutable_tags += 1;
                continue;
            }
            effect.immutable_tags += 1;
            if is_moving(tag, &image.tags) {
                effect.refused_tags.push(tag.to_string());
            }
        }
    }
    effect.refused_tags.sort_unstable();
    effect
}

/// Whether a build probably moves a tag: it has the name of a channel, or is the beginning of another version of its image,
/// as `1.4` of `1.4.2`.
fn is_moving(tag: &Tag, tags: &[Tag]) -> bool {
    let name = tag.as_str().to_ascii_lowercase();
    let has_part = |part: &&str| {
        name.strip_suffix(*part).is_some_and(|rest| rest.ends_with(['-', '_', '.']))
            || name.strip_prefix(*part).is_some_and(|rest| rest.starts_with(['-', '_', '.']))
    };
    let is_beginning = |other: &Tag| {
        other.as_str().strip_prefix(tag.as_str()).is_some_and(|rest| rest.starts_with('.'))
    };
    MOVING_NAMES.contains(&name.as_str())
        || MOVING_PARTS.iter().any(has_part)
        || tags.iter().any(is_beginning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRepository;
    use transload_model::{TagExclusionFilter, TagMutability};

    #[test]
    fn tags_that_builds_move_are_known_by_their_names() {
        let mut shop = TestRepository::default();
        shop.image("a", &["1.4.2", "1.4", "1", "latest"], &[]);
        shop.image("b", &["1.4.1", "prod-7", "Stable"], &[]);
        shop.image("c", &["dev", "latest-arm64", "2-nightly", "latestish", "11"], &[]);
        let effect = |mutability: TagMutability, filters: &[&str]| {
            let filters = filters.iter().map(|filter| TagExclusionFilter::parse(filter).unwrap());
            let wanted = RepositorySettings {
                tag_mutability: mutability.into(),
                exclusion_filters: filters.collect(),
                ..RepositorySettings::default()
            };
            let effect = mutability_effect(&shop.images, &wanted);
            (effect.refused_tags.join(" "), effect.immutable_tags, effect.mutable_tags)
        };
        let all = "1 1.4 2-nightly Stable dev latest latest-arm64".to_owned();
        assert_eq!(effect(TagMutability::Immutable, &[]), (all, 12, 0));
        assert_eq!(effect(TagMutability::Mutable, &[]), (String::new(), 0, 12));
        let some = "1 1.4 2-nightly Stable".to_owned();
        let exclusions = ["latest*", "dev"];
        assert_eq!(effect(TagMutability::ImmutableWithExclusion, &exclusions), (some, 8, 4));
        let few = "dev latest latest-arm64".to_owned();
        assert_eq!(effect(TagMutability::MutableWithExclusion, &exclusions), (few, 4, 8));
    }
}
