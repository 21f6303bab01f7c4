//! Timestamps and random values.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::hash::{hex, sha256};

/// Returns the microseconds since 1970.
pub(crate) fn now_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Returns the milliseconds since 1970, the unit of all times in the state file.
pub(crate) fn now_millis() -> i64 {
    now_micros() / 1000
}

/// Formats a time as AWS JSON does: seconds with a fraction.
pub(crate) fn epoch_seconds(millis: i64) -> serde_json::Value {
    // A millisecond count of this century fits a double's 53 bits exactly.
    serde_json::Value::from(millis as f64 / 1000.0)
}

/// Formats a time as Docker Hub does: RFC 3339 with microseconds.
pub(crate) fn rfc3339(millis: i64) -> String {
    use time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// Returns 64 random hexadecimal digits. The seed is the random state of the standard library's hash maps,
/// which is sufficient for a server that only this computer can reach.
pub(crate) fn random_hex() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut seed = Vec::new();
    for part in 0_u64..4 {
        let value = RandomState::new().hash_one((count, part, now_micros()));
        seed.extend_from_slice(&value.to_le_bytes());
    }
    hex(&sha256(&seed))
}

/// Returns a random UUID, for IDs of uploads and requests.
pub(crate) fn uuid() -> String {
    let digits = random_hex();
    format!(
        "{}-{}-4{}-a{}-{}",
        &digits[0..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..32]
    )
}
