//! The limit of concurrent requests, as it shrinks and grows.

use std::sync::Arc;

use futures_util::FutureExt;

use super::*;
use transload_model::RegistryHost;

fn throttled(seconds: u64) -> Result<(), RegistryError> {
    Err(RegistryError::Throttled {
        registry: RegistryHost::parse("r.example").unwrap(),
        retry_after: Some(Duration::from_secs(seconds)),
        message: None,
    })
}

#[tokio::test]
async fn pauses_grow_if_the_registry_throttles_without_retry_after() {
    for retry_after in [None, Some(Duration::ZERO)] {
        let rate_limit = RateLimit::default();
        let began = Instant::now();
        let (mut now, mut requested) = (began, 0);
        while now < began + Duration::from_secs(120) {
            rate_limit.state().throttled(now, retry_after, false);
            requested += 1;
            // A successful HEAD doesn't show that reads are accepted.
            assert!(!rate_limit.state().succeeded(true));
            now = rate_limit.state().paused_until.unwrap();
        }
        assert!(requested < 60, "{requested} requests in two minutes");
        assert!(!rate_limit.allows_retries());
        assert!(rate_limit.state().succeeded(false) && rate_limit.allows_retries());
        rate_limit.state().throttled(now, retry_after, true);
        assert!(
            rate_limit.state().succeeded(true),
            "the success of a HEAD counts if HEAD was throttled"
        );
    }
}

#[tokio::test]
async fn a_burst_of_errors_halves_the_limit_once_and_successes_raise_it() {
    let rate_limit = RateLimit::default();
    for _ in 0..10 {
        rate_limit.record_outcome(&throttled(0), false);
    }
    rate_limit.state().paused_until = None;
    let permits: Vec<_> =
        std::iter::from_fn(|| rate_limit.acquire(RequestPriority::Short).now_or_never()).collect();
    assert_eq!(permits.len(), 32);
    drop(permits);
    for _ in 0..40 {
        rate_limit.record_outcome(&Ok(()), false);
    }
    let permits: Vec<_> =
        std::iter::from_fn(|| rate_limit.acquire(RequestPriority::Short).now_or_never()).collect();
    assert_eq!(permits.len(), 34);
}

#[tokio::test]
async fn short_requests_do_not_wait_for_long_ones() {
    let rate_limit = RateLimit::default();
    let active_long: Vec<_> =
        std::iter::from_fn(|| rate_limit.acquire(RequestPriority::Long).now_or_never()).collect();
    assert_eq!(active_long.len(), 63);
    assert!(rate_limit.acquire(RequestPriority::Short).now_or_never().is_some());
    drop(active_long);
    assert!(rate_limit.acquire(RequestPriority::Long).now_or_never().is_some());
}

#[tokio::test]
async fn all_requests_wait_as_long_as_the_registry_requested() {
    let rate_limit = RateLimit::default();
    rate_limit.record_outcome(&throttled(3600), false);
    assert!(rate_limit.acquire(RequestPriority::Short).now_or_never().is_none());
    let until = rate_limit.state().paused_until.unwrap();
    assert!(until <= Instant::now() + MAX_PAUSE);
    rate_limit.record_outcome(&throttled(1), false);
    assert_eq!(
        rate_limit.state().paused_until,
        Some(until),
        "a shorter pause doesn't replace a longer one"
    );
}

#[tokio::test]
async fn every_request_gets_a_permit_at_the_lowest_limit() {
    let rate_limit = Arc::new(RateLimit::default());
    let now = Instant::now();
    for seconds in 0..20 {
        rate_limit.state().reduce(now + Duration::from_secs(2 * seconds), None);
    }
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let rate_limit = Arc::clone(&rate_limit);
            tokio::spawn(async move {
                let _permit = rate_limit.acquire(RequestPriority::Short).await;
                tokio::task::yield_now().await;
            })
        })
        .collect();
    for task in waiting {
        task.await.unwrap();
    }
}
