//! Tells pulls by others from reads by Transload.

use transload_model::{AccountId, Region, RepositoryName};

/// The difference between this computer's clock and ECR's that is tolerated if it wasn't measured, or if the answer to a
/// read is missing. AWS rejects requests that are signed with a clock that is more than five minutes off (IAM User
/// Guide, "AWS Signature Version 4 for API requests").
const CLOCK_TOLERANCE_MS: u64 = 5 * 60 * 1000;

/// How exactly the clocks are compared: HTTP dates are whole seconds (RFC 9110, section 5.6.7), and the result is rounded to
/// seconds again.
const MEASURED_TOLERANCE_MS: u64 = 2_000;

/// How long after its answer ECR may record a read. ECR documents neither when it takes the time of a pull nor how
/// exact that is, so this is a margin.
const RECORDING_TOLERANCE_MS: u64 = 10_000;

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

/// When ECR can have recorded a read by Transload, by ECR's clock. Times are in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadSpan {
    pub from_ms: u64,
    pub until_ms: u64,
}

impl ReadSpan {
    /// Converts the times of a request and its answer by this computer's clock, which is this much behind ECR's.
    pub fn new(sent_at_ms: u64, answered_at_ms: u64, behind_seconds: i64) -> Self {
        let behind_ms = behind_seconds.saturating_mul(1_000);
        let at_ecr = |at_ms: u64| at_ms.saturating_add_signed(behind_ms);
        Self {
            from_ms: at_ecr(sent_at_ms).saturating_sub(MEASURED_TOLERANCE_MS),
            until_ms: at_ecr(answered_at_ms)
                .saturating_add(MEASURED_TOLERANCE_MS + RECORDING_TOLERANCE_MS),
        }
    }
}

/// A read of an image by Transload. Times are in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnRead {
    pub read_at_ms: u64,
    /// The last pull by someone else before that. `None` if nobody pulled it.
    pub pulled_before_ms: Option<u64>,
    /// `None` if the answer is missing, or if the clocks weren't compared.
    pub span: Option<ReadSpan>,
}

impl OwnRead {
    /// Whether a pull at this time by ECR's clock can be this read.
    fn may_be(&self, pulled_at_ms: u64) -> bool {
        match self.span {
            Some(span) => (span.from_ms..=span.until_ms).contains(&pulled_at_ms),
            None => self.read_at_ms.abs_diff(pulled_at_ms) <= CLOCK_TOLERANCE_MS,
        }
    }
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
                .filter(|read| read.may_be(reported))
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
            span: None,
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

    /// A read that took three seconds. If the clocks weren't compared, a pull by someone else within five minutes counts as
    /// this read.
    #[test]
    fn a_pull_that_the_read_cannot_be_is_by_someone_else() {
        let sent = 50 * DAY_MS;
        let read = |behind_seconds: Option<i64>| OwnRead {
            read_at_ms: sent,
            pulled_before_ms: None,
            span: behind_seconds.map(|behind| ReadSpan::new(sent, sent + 3_000, behind)),
        };
        // Seconds that this clock is behind ECR's, the pull that ECR reports, in seconds after the request by ECR's clock,
        // and whether it is the read.
        let cases = [
            (Some(0), 0, true),
            (Some(0), 3, true),
            (Some(0), -2, true),
            (Some(0), -3, false),
            (Some(0), 15, true),
            (Some(0), 16, false),
            (Some(0), 60, false),
            (Some(240), 240, true),
            (Some(240), 0, false),
            (Some(-240), -240, true),
            (Some(-240), 0, false),
            (None, 60, true),
            (None, -300, true),
            (None, 301, false),
        ];
        for (behind, after, is_own) in cases {
            let reported = sent.checked_add_signed(after * 1_000);
            let time = PullTime::of(reported, &[read(behind)]);
            let context = format!("{behind:?} behind, {after} s after");
            assert_eq!(time.own_read_at_ms, is_own.then_some(sent), "{context}");
            assert_eq!(time.pulled_at_ms, if is_own { None } else { reported }, "{context}");
        }
    }
}
