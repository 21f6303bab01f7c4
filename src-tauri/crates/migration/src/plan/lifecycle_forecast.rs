//! Predicts what the lifecycle policy of each repository will do with the images of a plan, and
//! with existing images because of them. Pure: `make_plan` evaluates it from the facts.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use crate::facts::{PolicyFacts, RepositoryState};
use crate::plan::{ExpiringImage, LifecycleForecast, PlannedImage};
use transload_aws::EcrImage;
use transload_lifecycle::{Due, LifecyclePolicy, PolicyImage, evaluate};
use transload_model::{Digest, Tag};

impl LifecycleForecast {
    /// Returns whether a user has to confirm the forecast before the migration starts.
    pub fn needs_confirmation(&self) -> bool {
        matches!(self, Self::Expires { .. } | Self::Unreadable { .. })
    }

    /// Returns the forecast for the policy of a new repository.
    pub(crate) fn of_new(policy: Option<&str>, images: &[&PlannedImage]) -> Self {
        match policy {
            Some(text) => Self::of_policy(text, &[], &HashSet::new(), images),
            None => Self::NothingExpires,
        }
    }

    /// Returns the forecast for an existing repository. Without facts it is `Unknown`.
    pub(crate) fn of_existing(state: Option<&RepositoryState>, images: &[&PlannedImage]) -> Self {
        if images.is_empty() {
            return Self::NothingExpires;
        }
        match state.map(|state| &state.lifecycle_facts) {
            None | Some(PolicyFacts::Unknown) => Self::Unknown,
            Some(PolicyFacts::NoPolicy) => Self::NothingExpires,
            Some(PolicyFacts::ImagesUnknown { reason }) => {
                Self::Unreadable { reason: reason.clone() }
            }
            Some(PolicyFacts::Known { text, images: existing, parts }) => {
                Self::of_policy(text, existing, parts, images)
            }
        }
    }

    fn of_policy(
        text: &str,
        existing: &[EcrImage],
        parts: &HashSet<Digest>,
        images: &[&PlannedImage],
    ) -> Self {
        let policy = match LifecyclePolicy::parse(text) {
            Ok(policy) => policy,
            Err(error) => return Self::Unreadable { reason: error.to_string() },
        };
        let before: Vec<_> = existing.iter().map(|image| as_policy_image(image, parts)).collect();
        let after = Migrated::new(existing, before.clone(), images);
        let (without, with) = (evaluate(&policy, &before), evaluate(&policy, &after.images));
        let expiring = |index: usize| with.get(index).copied().flatten();
        let mut planned: Vec<_> = after
            .planned
            .iter()
            .filter_map(|PushedTag { image, tag, digest, index }| {
                Some(ExpiringImage {
                    planned: Some(image.index),
                    tags: vec![tag.to_string()],
                    digest: digest.cloned(),
                    verdict: expiring(*index)?,
                })
            })
            .collect();
        planned.sort_by_key(|image| image.planned);
        let is_planned: HashSet<usize> = after.planned.iter().map(|one| one.index).collect();
        let existing = existing.iter().enumerate().filter_map(|(index, image)| {
            let verdict = expiring(index).filter(|_| !is_planned.contains(&index))?;
            let is_sooner = without[index].is_none_or(|before| is_sooner(verdict.due, before.due));
            is_sooner.then(|| ExpiringImage {
                planned: None,
                tags: image.tags.iter().map(Tag::to_string).collect(),
                digest: Some(image.digest.clone()),
                verdict,
            })
        });
        let existing: Vec<_> = existing.collect();
        if planned.is_empty() && existing.is_empty() {
            return Self::NothingExpires;
        }
        Self::Expires { planned, existing }
    }
}

fn is_sooner(due: Due, before: Due) -> bool {
    match (due, before) {
        (_, Due::Now) => false,
        (Due::Now, Due::After { .. }) => true,
        (Due::After { days, since_ms }, Due::After { days: before, since_ms: before_ms }) => {
            (days, since_ms) != (before, before_ms) && days < before
        }
    }
}

/// The images of a repository after the migration.
struct Migrated<'a> {
    images: Vec<PolicyImage>,
    /// The images of the plan, and the signatures and attestations that are stored under tags.
    planned: Vec<PushedTag<'a>>,
}

/// A tag that the migration writes.
struct PushedTag<'a> {
    /// The image that it belongs to.
    image: &'a PlannedImage,
    tag: &'a Tag,
    digest: Option<&'a Digest>,
    /// Its index in [`Migrated::images`].
    index: usize,
}

impl<'a> Migrated<'a> {
    fn new(
        existing: &'a [EcrImage],
        mut all: Vec<PolicyImage>,
        images: &[&'a PlannedImage],
    ) -> Self {
        let mut in_order: Vec<&PlannedImage> = images.to_vec();
        in_order.sort_by_key(|image| (image.push_order, image.index));
        let newest_ms =
            all.iter().map(|image| image.pushed_at_ms.max(image.restored_at_ms.unwrap_or(0)));
        let mut pushed_at_ms = newest_ms.max().unwrap_or(0);
        let mut indexes: HashMap<&Digest, usize> =
            existing.iter().zip(0..).map(|(image, index)| (&image.digest, index)).collect();
        let tags = |(index, image): (usize, &PolicyImage)| {
            image.tags.iter().map(|tag| (tag.clone(), index)).collect::<Vec<_>>()
        };
        let mut tagged: HashMap<String, usize> = all.iter().enumerate().flat_map(tags).collect();
        let mut planned = Vec::new();
        let pushed = in_order.iter().flat_map(|&image| {
            let referrers = image.referrer_tags.iter().flatten().filter(|tag| tag.is_written());
            let referrers = referrers.map(move |tag| (image, &tag.tag, Some(&tag.source_digest)));
            std::iter::once((image, &image.tag, image.source_digest.as_ref())).chain(referrers)
        });
        for (image, tag, digest) in pushed {
            let name = tag.to_string();
            let index = match digest.and_then(|digest| indexes.get(digest)) {
                // ECR doesn't store an image that it has again: a new tag keeps its age.
                Some(index) => *index,
                None => {
                    pushed_at_ms += 1;
                    all.push(PolicyImage { pushed_at_ms, ..PolicyImage::default() });
                    all.len() - 1
                }
            };
            if let Some(digest) = digest {
                indexes.insert(digest, index);
            }
            // A tag that moves is removed from its previous image.
            if let Some(before) = tagged.insert(name.clone(), index) {
                all[before].tags.retain(|tag| *tag != name);
            }
            all[index].tags.push(name);
            // A tagged manifest counts as an image of its own, even if an index contains it.
            all[index].is_part = false;
            planned.push(PushedTag { image, tag, digest, index });
        }
        Self { images: all, planned }
    }
}

fn as_policy_image(image: &EcrImage, parts: &HashSet<Digest>) -> PolicyImage {
    let tags = image.tags.iter().map(Tag::to_string);
    // Tags that are not valid references still count as tags.
    let unreadable = (0..image.unreadable_tags).map(|_| String::new());
    PolicyImage {
        tags: tags.chain(unreadable).collect(),
        pushed_at_ms: image.pushed_at_ms.unwrap_or(0),
        pulled_at_ms: image.pulled_at_ms,
        restored_at_ms: image.restored_at_ms,
        archived_at_ms: None,
        is_part: image.subject.is_some()
            || (image.tags.is_empty() && parts.contains(&image.digest)),
    }
}
