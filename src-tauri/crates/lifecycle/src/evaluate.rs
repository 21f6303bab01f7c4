use crate::policy::{CountCondition, LifecyclePolicy, PolicyAction};

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// An image as a policy sees it. Times are in milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyImage {
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was pushed.
    pub pushed_at_ms: u64,
    /// When it was pulled last.
    pub pulled_at_ms: Option<u64>,
    /// When it was restored from the archive.
    pub restored_at_ms: Option<u64>,
    /// When it was archived, if it is in the archive now.
    pub archived_at_ms: Option<u64>,
    /// Whether it belongs to another image: a manifest of an index, or a referrer. It goes with that
    /// image, and no rule counts it.
    pub is_part: bool,
}

/// What a policy does with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyEffect {
    /// The priority of the rule that applies.
    pub rule: u32,
    /// What happens.
    pub action: PolicyAction,
    /// When.
    pub due: Due,
}

/// When the action of a rule applies. ECR evaluates policies within 24 hours of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At the next evaluation.
    Now,
    /// So many days after a time in milliseconds since 1970.
    After {
        /// The days.
        days: u32,
        /// The time.
        since_ms: u64,
    },
}

impl Due {
    /// Whether the action applies at a time in milliseconds since 1970.
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
    /// A restored image counts as pushed when it was restored.
    fn ranked_at_ms(&self) -> u64 {
        self.restored_at_ms.unwrap_or(self.pushed_at_ms)
    }

    fn used_at_ms(&self) -> u64 {
        match (self.restored_at_ms, self.pulled_at_ms) {
            (Some(restored), Some(pulled)) => pulled.max(restored),
            (Some(restored), None) => restored,
            (None, pulled) => pulled.unwrap_or(self.pushed_at_ms),
        }
    }
}

/// Says what a policy does with each image of a repository; `None` for an image that stays.
///
/// Every rule selects among all images, and the first rule whose tag condition an image meets decides
/// about it, even if that rule keeps it. Source: Amazon ECR user guide, "Automate the cleanup of images
/// by using lifecycle policies", with its examples.
pub fn evaluate(policy: &LifecyclePolicy, images: &[PolicyImage]) -> Vec<Option<PolicyEffect>> {
    let mut verdicts = vec![None; images.len()];
    let mut is_decided = vec![false; images.len()];
    for rule in &policy.rules {
        let is_selected = |image: &PolicyImage| {
            let is_archived = image.archived_at_ms.is_some();
            !image.is_part && is_archived == rule.is_for_archive && rule.tags.matches(&image.tags)
        };
        let mut selected: Vec<usize> =
            (0..images.len()).filter(|place| is_selected(&images[*place])).collect();
        // Of images with the same time, the later one in the list is the newer one.
        selected.sort_by_key(|place| (images[*place].ranked_at_ms(), *place));
        let kept = match rule.count {
            CountCondition::ImageCountMoreThan(count) => {
                usize::try_from(count).unwrap_or(usize::MAX)
            }
            _ => 0,
        };
        let affected = selected.len().saturating_sub(kept);
        for (rank, place) in selected.into_iter().enumerate() {
            let due = due(rule.count, &images[place]).filter(|_| rank < affected);
            if !std::mem::replace(&mut is_decided[place], true) {
                verdicts[place] =
                    due.map(|due| PolicyEffect { rule: rule.priority, action: rule.action, due });
            }
        }
    }
    verdicts
}

fn due(count: CountCondition, image: &PolicyImage) -> Option<Due> {
    let (days, since_ms) = match count {
        CountCondition::ImageCountMoreThan(_) => return Some(Due::Now),
        CountCondition::SinceImagePushed(days) => (days, image.ranked_at_ms()),
        CountCondition::SinceImagePulled(days) => (days, image.used_at_ms()),
        CountCondition::SinceImageTransitioned(days) => (days, image.archived_at_ms?),
    };
    Some(Due::After { days, since_ms })
}
