//! What is tried again: one table. An upload's bytes are not in it, since a stream cannot be
//! replayed; whoever has the source begins again.

use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use reqwest::Method;

use crate::error::RegistryError;
use crate::rate_limit::RateLimit;
use crate::remedy::Remedy;
use transload_network::NetworkFailure;

/// The pause before the second try; it doubles with each one.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause of our own choice.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A registry that asks for a longer pause gets none: the caller is told and decides.
const LONGEST_ASKED_PAUSE: Duration = Duration::from_secs(60);

/// How many times a request is sent in all, by what went wrong. Every request that comes here may
/// be sent twice without harm: reads, a manifest's PUT, a token, and the POST that begins an
/// upload, of which a lost answer leaves only an empty session behind.
fn tries(method: &Method, error: &RegistryError) -> u32 {
    match error {
        // Nobody is there: a person waits for this answer, so it comes soon.
        RegistryError::Unreachable { .. }
        | RegistryError::TargetUnreachable { .. }
        | RegistryError::Network { failure: NetworkFailure::ProxyUnreachable { .. }, .. } => 3,
        RegistryError::ConnectionLost { .. } => 4,
        // A HEAD has no body to tell a used-up quota from too many requests: it is asked as a GET.
        RegistryError::Throttled { .. } if *method == Method::HEAD => 1,
        RegistryError::Throttled { .. } => 5,
        RegistryError::Failed { status: 501 | 505, .. } => 1,
        RegistryError::Failed { .. } | RegistryError::Refused { status: 408 | 425, .. } => 4,
        _ => 1,
    }
}

/// How often one download goes on after a break before so much of it has come that the count begins
/// anew: a large layer over a bad line breaks often and still arrives.
const BREAKS: u32 = 4;
/// How much that is.
const PROGRESS_BYTES: u64 = 8 * 1024 * 1024;

/// The breaks of one download.
#[derive(Default)]
pub(super) struct Breaks {
    counted: u32,
    counted_from_bytes: u64,
}

impl Breaks {
    /// The pause before the download goes on, or nothing where it is given up.
    pub(super) fn pause(&mut self, error: &RegistryError, received_bytes: u64) -> Option<Duration> {
        if !matches!(error, RegistryError::ConnectionLost { .. }) {
            return None;
        }
        if received_bytes >= self.counted_from_bytes + PROGRESS_BYTES {
            *self = Self { counted: 0, counted_from_bytes: received_bytes };
        }
        self.counted += 1;
        (self.counted < BREAKS).then(|| own_pause(self.counted, chance()))
    }
}

/// The pause before the next try, or nothing where there is none.
fn pause(method: &Method, error: &RegistryError, tried: u32, chance: f64) -> Option<Duration> {
    if tried >= tries(method, error) {
        return None;
    }
    let own = own_pause(tried, chance);
    match error {
        RegistryError::Throttled { retry_after: Some(asked), .. } => {
            (*asked <= LONGEST_ASKED_PAUSE).then_some(own.max(*asked))
        }
        _ => Some(own),
    }
}

/// Doubles with each try; `chance`, from 0 to 1, takes up to half of it away.
fn own_pause(tried: u32, chance: f64) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(1 << (tried - 1).min(16)).min(LONGEST_PAUSE);
    pause.mul_f64(0.5 + chance / 2.0)
}

/// Sends a request until it succeeds or the table says that it is enough.
pub(super) async fn until_done<T, F>(
    method: &Method,
    pace: &RateLimit,
    mut send: impl FnMut() -> F,
) -> Result<T, RegistryError>
where
    F: Future<Output = Result<T, RegistryError>> + Send,
{
    let mut tried = 0;
    loop {
        tried += 1;
        let error = match send().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if error.remedy() == Remedy::Wait && !pace.is_patient() {
            return Err(error);
        }
        let Some(pause) = pause(method, &error, tried, chance()) else { return Err(error) };
        tracing::debug!(%method, tried, ?pause, %error, "registry request is tried again");
        rest(pause).await;
    }
}

/// Waits; a fuzzer, which plays both sides, waits for nobody.
pub(super) async fn rest(pause: Duration) {
    if !cfg!(fuzzing) {
        tokio::time::sleep(pause).await;
    }
}

/// A number from 0 to 1 that differs from call to call, so that many clients do not come back at
/// the same moment. The standard library's hash keys are random enough for this.
fn chance() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    f64::from((random >> 32) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use transload_model::RegistryHost;

    fn host() -> RegistryHost {
        RegistryHost::parse("r.example").unwrap()
    }

    fn throttled(seconds: Option<u64>) -> RegistryError {
        let retry_after = seconds.map(Duration::from_secs);
        RegistryError::Throttled { registry: host(), retry_after, message: None }
    }

    fn failed(status: u16) -> RegistryError {
        RegistryError::Failed { registry: host(), subject: "a".to_owned(), status, message: None }
    }

    #[test]
    fn pauses_grow_to_their_limit_and_end() {
        let pauses: Vec<_> =
            (1..6).map(|tried| pause(&Method::GET, &throttled(None), tried, 1.0)).collect();
        let expected = [250, 500, 1000, 2000].map(|ms| Some(Duration::from_millis(ms)));
        assert_eq!(pauses[..4], expected);
        assert_eq!(pauses[4], None);
    }

    #[test]
    fn the_pause_that_a_registry_asks_for_is_kept_unless_it_is_too_long() {
        let asked = |seconds| pause(&Method::GET, &throttled(Some(seconds)), 1, 0.0);
        assert_eq!(asked(7), Some(Duration::from_secs(7)));
        assert_eq!(asked(0), Some(FIRST_PAUSE / 2));
        assert_eq!(asked(61), None);
    }

    #[test]
    fn what_another_try_cannot_change_is_not_tried_again() {
        let quota = RegistryError::PullQuotaUsedUp { registry: host(), retry_after: None };
        for error in [quota, failed(501), RegistryError::TokenExpired { registry: host() }] {
            assert_eq!(pause(&Method::GET, &error, 1, 0.5), None, "{error}");
        }
        assert_eq!(pause(&Method::HEAD, &throttled(None), 1, 0.5), None);
        assert!(pause(&Method::HEAD, &failed(503), 1, 0.5).is_some());
    }

    #[test]
    fn a_download_that_gets_on_may_break_more_often_than_one_that_does_not() {
        let lost = || RegistryError::ConnectionLost {
            registry: host(),
            subject: "a".to_owned(),
            received_bytes: 0,
            source: None,
        };
        let mut stuck = Breaks::default();
        let pauses: Vec<_> = (0..5).map(|_| stuck.pause(&lost(), 7).is_some()).collect();
        assert_eq!(pauses, [true, true, true, false, false]);
        let mut slow = Breaks::default();
        assert!((0..50).all(|n| slow.pause(&lost(), n * PROGRESS_BYTES).is_some()));
        assert_eq!(Breaks::default().pause(&failed(500), 0), None);
    }

    #[test]
    fn chances_differ_and_stay_in_their_range() {
        let chances: Vec<f64> = (0..8).map(|_| chance()).collect();
        assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
        assert!(chances.iter().any(|chance| *chance != chances[0]));
    }
}
