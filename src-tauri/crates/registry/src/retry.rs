//! Which requests are retried, how often, and after which pause. Uploads of blobs are not retried here, because
//! a stream can't be sent twice; the caller that opened the source retries them.

use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use reqwest::Method;

use crate::error::RegistryError;
use crate::rate_limit::RateLimit;
use crate::remedy::Remedy;
use transload_network::NetworkFailure;

/// The pause before the first retry. It doubles with each retry.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause without a `Retry-After`.
const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// The longest `Retry-After` that is followed. If the registry asks for more, the request fails and the caller
/// decides.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Returns how many times a request is sent in total, by error. All requests that are retried here are
/// idempotent: reads, the PUT of a manifest, the request for a token, and the POST that opens an upload, which
/// leaves at most an unused session.
fn max_attempts(method: &Method, error: &RegistryError) -> u32 {
    match error {
        // Few attempts, because a user is waiting for the result.
        RegistryError::Unreachable { .. }
        | RegistryError::TargetUnreachable { .. }
        | RegistryError::Network { failure: NetworkFailure::ProxyUnreachable { .. }, .. } => 3,
        RegistryError::ConnectionLost { .. } => 4,
        // The caller repeats a HEAD as a GET, whose body distinguishes a used-up quota from throttling.
        RegistryError::Throttled { .. } if *method == Method::HEAD => 1,
        RegistryError::Throttled { .. } => 5,
        // Distribution 2.x truncates a file before it writes it. While another request stores a
        // manifest again, it refuses an index that lists it: "provided digest did not match uploaded
        // content". Source: registry/storage/driver/filesystem/driver.go, PutContent; measured on
        // 2.8.2. What we send was compared with its digest.
        RegistryError::Refused { status: 400, code, .. }
            if *method == Method::PUT && code == "DIGEST_INVALID" =>
        {
            4
        }
        RegistryError::Failed { status: 501 | 505, .. } => 1,
        RegistryError::Failed { .. } | RegistryError::Refused { status: 408 | 425, .. } => 4,
        _ => 1,
    }
}

/// The number of interruptions at which a download fails. The count restarts after [`PROGRESS_BYTES`], so that
/// a large layer can be downloaded over an unreliable connection.
const MAX_INTERRUPTIONS: u32 = 4;
/// The progress after which interruptions are counted from 0 again, in bytes.
const PROGRESS_BYTES: u64 = 8 * 1024 * 1024;

/// Counts the interruptions of one download.
#[derive(Default)]
pub(super) struct Interruptions {
    counted: u32,
    counted_from_bytes: u64,
}

impl Interruptions {
    /// Returns the pause before the download is resumed, or `None` if it fails.
    pub(super) fn pause(&mut self, error: &RegistryError, received_bytes: u64) -> Option<Duration> {
        if !matches!(error, RegistryError::ConnectionLost { .. }) {
            return None;
        }
        if received_bytes >= self.counted_from_bytes + PROGRESS_BYTES {
            *self = Self { counted: 0, counted_from_bytes: received_bytes };
        }
        self.counted += 1;
        (self.counted < MAX_INTERRUPTIONS).then(|| backoff(self.counted, jitter()))
    }
}

/// Returns the pause before the next attempt, or `None` if the request must not be retried.
fn pause(method: &Method, error: &RegistryError, attempt: u32, jitter: f64) -> Option<Duration> {
    if attempt >= max_attempts(method, error) {
        return None;
    }
    let backoff = backoff(attempt, jitter);
    match error {
        RegistryError::Throttled { retry_after: Some(requested), .. } => {
            (*requested <= MAX_RETRY_AFTER).then_some(backoff.max(*requested))
        }
        _ => Some(backoff),
    }
}

/// Returns the exponential backoff. `jitter`, from 0 to 1, reduces it by up to half.
fn backoff(attempt: u32, jitter: f64) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(1 << (attempt - 1).min(16)).min(MAX_BACKOFF);
    pause.mul_f64(0.5 + jitter / 2.0)
}

/// Sends a request until it succeeds or must not be retried.
pub(super) async fn with_retries<T, F>(
    method: &Method,
    rate_limit: &RateLimit,
    mut send: impl FnMut() -> F,
) -> Result<T, RegistryError>
where
    F: Future<Output = Result<T, RegistryError>> + Send,
{
    let mut attempt = 0;
    loop {
        attempt += 1;
        let error = match send().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if error.remedy() == Remedy::Wait && !rate_limit.allows_retries() {
            return Err(error);
        }
        let Some(pause) = pause(method, &error, attempt, jitter()) else { return Err(error) };
        tracing::debug!(%method, attempt, ?pause, %error, "retrying a registry request");
        sleep(pause).await;
    }
}

/// Waits, except in fuzz targets, which control both sides.
pub(super) async fn sleep(pause: Duration) {
    if !cfg!(fuzzing) {
        tokio::time::sleep(pause).await;
    }
}

/// Returns a random number from 0 to 1, so that many clients don't retry at the same time. The hash keys of the
/// standard library are random enough for this purpose.
fn jitter() -> f64 {
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
    fn pauses_double_until_the_last_attempt() {
        let pauses: Vec<_> =
            (1..6).map(|attempt| pause(&Method::GET, &throttled(None), attempt, 1.0)).collect();
        let expected = [250, 500, 1000, 2000].map(|ms| Some(Duration::from_millis(ms)));
        assert_eq!(pauses[..4], expected);
        assert_eq!(pauses[4], None);
    }

    #[test]
    fn follows_retry_after_unless_it_is_too_long() {
        let requested = |seconds| pause(&Method::GET, &throttled(Some(seconds)), 1, 0.0);
        assert_eq!(requested(7), Some(Duration::from_secs(7)));
        assert_eq!(requested(0), Some(FIRST_PAUSE / 2));
        assert_eq!(requested(61), None);
    }

    #[test]
    fn does_not_retry_errors_that_persist() {
        let quota = RegistryError::PullQuotaUsedUp { registry: host(), retry_after: None };
        for error in [quota, failed(501), RegistryError::TokenExpired { registry: host() }] {
            assert_eq!(pause(&Method::GET, &error, 1, 0.5), None, "{error}");
        }
        assert_eq!(pause(&Method::HEAD, &throttled(None), 1, 0.5), None);
        assert!(pause(&Method::HEAD, &failed(503), 1, 0.5).is_some());
    }

    #[test]
    fn a_manifest_that_was_refused_while_another_was_written_is_sent_again() {
        let refused = |status, code: &str| RegistryError::Refused {
            registry: host(),
            subject: "a".to_owned(),
            status,
            code: code.to_owned(),
            message: String::new(),
        };
        for (method, error, times) in [
            (Method::PUT, refused(400, "DIGEST_INVALID"), 4),
            (Method::POST, refused(400, "DIGEST_INVALID"), 1),
            (Method::GET, refused(400, "DIGEST_INVALID"), 1),
            (Method::PUT, refused(400, "MANIFEST_INVALID"), 1),
            (Method::PUT, refused(400, "TAG_INVALID"), 1),
            (Method::PUT, refused(409, "DIGEST_INVALID"), 1),
        ] {
            assert_eq!(max_attempts(&method, &error), times, "{method} {error}");
        }
    }

    #[test]
    fn a_download_with_progress_may_be_interrupted_more_often() {
        let lost = || RegistryError::ConnectionLost {
            registry: host(),
            subject: "a".to_owned(),
            received_bytes: 0,
            source: None,
        };
        let mut stuck = Interruptions::default();
        let pauses: Vec<_> = (0..5).map(|_| stuck.pause(&lost(), 7).is_some()).collect();
        assert_eq!(pauses, [true, true, true, false, false]);
        let mut slow = Interruptions::default();
        assert!((0..50).all(|n| slow.pause(&lost(), n * PROGRESS_BYTES).is_some()));
        assert_eq!(Interruptions::default().pause(&failed(500), 0), None);
    }

    #[test]
    fn jitter_varies_within_its_range() {
        let values: Vec<f64> = (0..8).map(|_| jitter()).collect();
        assert!(values.iter().all(|jitter| (0.0..=1.0).contains(jitter)));
        assert!(values.iter().any(|jitter| *jitter != values[0]));
    }
}
