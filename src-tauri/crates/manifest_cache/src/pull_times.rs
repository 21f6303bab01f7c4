//! Tells pulls by others from reads by Transload.

use transload_model::{AccountId, Region, RepositoryName};

/// The difference between this computer's clock and ECR's that is tolerated. AWS rejects requests that are signed with
/// a clock that is more than five minutes off.
const CLOCK_TOLERANCE_MS: u64 = 5 * 60 * 1000;

/// A repository in one account and region. Pull times belong to an image of a repository, not to a digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PullScope(String);

impl PullScope {
    pub fn new(account: &AccountId, region: &Region, repository: &RepositoryName) -> Self {
        Self(format!("{account}/{region}/{repository}"))
    }

    /// The part that all repositories of the registry have.
    pub(crate) fn registry(&self) -> &str {
        let end = self.0.match_indices('/').nth(1).map_or(self.0.len(), |(place, _)| place + 1);
        &self.0[..end]
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A read of an image by Transload. Times are in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnRead {
    pub read_at_ms: u64,
    /// The last pull by someone else before that. `None` if nobody pulled it.
    pub pulled_before_ms: Option<u64>,
}

/// The last pull of an image by someone else. Times are in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullTime {
    /// `None` if it was never pulled.
    pub pulled_at_ms: Option<u64>,
    /// When Transload read the image, if that read is what ECR reports as the last pull.
    pub own_read_at_ms: Option<u64>,
}

impl PullTime {
    /// Returns the last pull by someone else, based on the pull time that ECR reports and on the reads by Transload.
    pub fn of(reported_ms: Option<u64>, reads: &[OwnRead]) -> Self {
        let own = reported_ms.and_then(|reported| {
            reads
                .iter()
                .filter(|read| read.read_at_ms.abs_diff(reported) <= CLOCK_TOLERANCE_MS)
                .min_by_key(|read| read.read_at_ms.abs_diff(reported))
        });
        match own {
            Some(read) => {
                Self { pulled_at_ms: read.pulled_before_ms, own_read_at_ms: Some(read.read_at_ms) }
            }
            None => Self { pulled_at_ms: reported_ms, own_read_at_ms: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 24 * 60 * 60 * 1000;

    /// A name, the pull time that ECR reports, own reads, the pull time that is shown, and whether the last
    /// pull was an own read.
    type Case<'a> = (&'a str, Option<u64>, &'a [OwnRead], Option<u64>, bool);

    #[test]
    fn a_read_by_transload_is_not_a_pull() {
        let read = |day: u64, before: Option<u64>| OwnRead {
            read_at_ms: day * DAY_MS,
            pulled_before_ms: before.map(|day| day * DAY_MS),
        };
        let never = read(50, None);
        let earlier = read(50, Some(10));
        let cases: [Case; 8] = [
            ("never pulled, never read", None, &[], None, false),
            ("pulled, never read", Some(40 * DAY_MS), &[], Some(40 * DAY_MS), false),
            ("the read is the only pull", Some(50 * DAY_MS), &[never], None, true),
            ("the clocks differ", Some(50 * DAY_MS + 60_000), &[never], None, true),
            ("pulled before the read", Some(50 * DAY_MS), &[earlier], Some(10 * DAY_MS), true),
            ("pulled after the read", Some(51 * DAY_MS), &[earlier], Some(51 * DAY_MS), false),
            ("ECR didn't record the read", Some(10 * DAY_MS), &[earlier], Some(10 * DAY_MS), false),
            (
                "read twice",
                Some(50 * DAY_MS),
                &[earlier, read(60, Some(10))],
                Some(10 * DAY_MS),
                true,
            ),
        ];
        for (name, reported, reads, pulled, is_own) in cases {
            let time = PullTime::of(reported, reads);
            assert_eq!(time.pulled_at_ms, pulled, "{name}");
            assert_eq!(time.own_read_at_ms.is_some(), is_own, "{name}");
        }
    }
}
