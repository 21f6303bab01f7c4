//! Evaluates a lifecycle policy for the images of a repository, as ECR does.

use crate::policy::{CountCondition, LifecyclePolicy, PolicyAction};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The properties of an image that a policy evaluates. Times are in milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyImage {
    pub tags: Vec<String>,
    pub pushed_at_ms: u64,
    /// The last pull, if there was one.
    pub pulled_at_ms: Option<u64>,
    /// When it was restored from the archive, if it was.
    pub restored_at_ms: Option<u64>,
    /// When it was archived, if it is in the archive now.
    pub archived_at_ms: Option<u64>,
    /// Whether it is a child of an index or a referrer. It expires together with its parent, and no
    /// rule selects or counts it.
    pub is_part: bool,
}

/// What a policy does with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyEffect {
    /// The priority of the rule that applies.
    pub rule: u32,
    pub action: PolicyAction,
    pub due: Due,
}

/// When the action of a rule applies. ECR carries it out within 24 hours after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At the next evaluation of the policy.
    Now,
    /// A number of days after a time.
    After {
        days: u32,
        /// In milliseconds since 1970.
        since_ms: u64,
    },
}

impl Due {
    /// Returns whether the action applies at `now_ms`, in milliseconds since 1970.
    pub fn is_reached(self, now_ms: u64) -> bool {
        match self {
            Self::Now => true,
            Self::After { days, since_ms } => {
                now_ms > since_ms.saturating_add(u64::from(days) * DAY_MS)
            }
        }
    }
}

impl PolicyImage {
    /// Returns the time that rules by push time and by count use. A restored image counts as pushed
    /// when it was restored.
    fn counted_as_pushed_at_ms(&self) -> u64 {
        self.restored_at_ms.unwrap_or(self.pushed_at_ms)
    }

    /// Returns the time that rules by pull time use: the last pull or restore, or else the push.
    fn last_used_at_ms(&self) -> u64 {
        match (self.restored_at_ms, self.pulled_at_ms) {
            (Some(restored), Some(pulled)) => pulled.max(restored),
            (Some(restored), None) => restored,
            (None, pulled) => pulled.unwrap_or(self.pushed_at_ms),
        }
    }
}

/// Returns the effect of a policy on each image, in the order of `images`. `None` means that the
/// image is kept.
///
/// Every rule selects among all images. The first rule whose tag condition an image matches decides
/// about that image, even if that rule keeps it. Source: Amazon ECR user guide, "Automate the
/// cleanup of images by using lifecycle policies", with its examples.
pub fn evaluate(policy: &LifecyclePolicy, images: &[PolicyImage]) -> Vec<Option<PolicyEffect>> {
    let mut effects = vec![None; images.len()];
    let mut is_decided = vec![false; images.len()];
    for rule in &policy.rules {
        let is_selected = |image: &PolicyImage| {
            let is_archived = image.archived_at_ms.is_some();
            !image.is_part && is_archived == rule.is_for_archive && rule.tags.matches(&image.tags)
        };
        let mut selected: Vec<usize> =
            (0..images.len()).filter(|index| is_selected(&images[*index])).collect();
        // Of images with the same time, the one later in the list counts as newer.
        selected.sort_by_key(|index| (images[*index].counted_as_pushed_at_ms(), *index));
        let kept = match rule.count {
            CountCondition::ImageCountMoreThan(count) => {
                usize::try_from(count).unwrap_or(usize::MAX)
            }
            _ => 0,
        };
        let affected = selected.len().saturating_sub(kept);
        for (rank, index) in selected.into_iter().enumerate() {
            let due = due(rule.count, &images[index]).filter(|_| rank < affected);
            if !std::mem::replace(&mut is_decided[index], true) {
                effects[index] =
                    due.map(|due| PolicyEffect { rule: rule.priority, action: rule.action, due });
            }
        }
    }
    effects
}

/// Returns when the action applies to an image, or `None` if it is not archived and the rule needs
/// that.
fn due(count: CountCondition, image: &PolicyImage) -> Option<Due> {
    let (days, since_ms) = match count {
        CountCondition::ImageCountMoreThan(_) => return Some(Due::Now),
        CountCondition::SinceImagePushed(days) => (days, image.counted_as_pushed_at_ms()),
        CountCondition::SinceImagePulled(days) => (days, image.last_used_at_ms()),
        CountCondition::SinceImageTransitioned(days) => (days, image.archived_at_ms?),
    };
    Some(Due::After { days, since_ms })
}
