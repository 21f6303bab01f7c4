//! Estimates how long a migration takes from the speed of earlier ones. Pure: the api passes it the
//! transfers of the history.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Maximum number of earlier migrations in the estimate: recent ones show the current connection.
const MAX_MIGRATIONS: usize = 5;
/// Migrations that sent less or took less time than this show latency rather than bandwidth.
const MIN_BYTES: u64 = 1 << 20;
const MIN_TIME: Duration = Duration::from_secs(1);

/// Size and duration of an earlier migration on the same route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlierTransfer {
    pub sent_bytes: u64,
    pub elapsed: Duration,
}

/// The expected duration of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct ExpectedTime {
    pub elapsed_ms: u64,
    /// The average speed of the earlier migrations.
    pub bytes_per_second: u64,
    /// Number of earlier migrations in the estimate.
    pub migrations: u32,
}

/// Estimates the time to send bytes from earlier migrations, newest first. Returns `None` if none
/// of them is large enough.
pub fn expected_time(
    bytes: u64,
    earlier: impl IntoIterator<Item = EarlierTransfer>,
) -> Option<ExpectedTime> {
    let significant = earlier
        .into_iter()
        .filter(|transfer| transfer.sent_bytes >= MIN_BYTES && transfer.elapsed >= MIN_TIME)
        .take(MAX_MIGRATIONS);
    let (mut sent, mut elapsed, mut migrations) = (0u64, Duration::ZERO, 0);
    for transfer in significant {
        sent = sent.saturating_add(transfer.sent_bytes);
        elapsed += transfer.elapsed;
        migrations += 1;
    }
    let milliseconds = elapsed.as_millis();
    let bytes_per_second = u128::from(sent).checked_mul(1000)?.checked_div(milliseconds)?;
    let time = u128::from(bytes).checked_mul(1000)?.checked_div(bytes_per_second)?;
    Some(ExpectedTime {
        elapsed_ms: u64::try_from(time).ok()?,
        bytes_per_second: u64::try_from(bytes_per_second).ok()?,
        migrations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn earlier(sent_bytes: u64, seconds: u64) -> EarlierTransfer {
        EarlierTransfer { sent_bytes, elapsed: Duration::from_secs(seconds) }
    }

    #[test]
    fn the_speed_is_the_average_of_the_newest_migrations() {
        let estimate = expected_time(300_000_000, [earlier(40_000_000, 1), earlier(80_000_000, 3)]);
        assert_eq!(
            estimate,
            Some(ExpectedTime { elapsed_ms: 10_000, bytes_per_second: 30_000_000, migrations: 2 })
        );
        let mut many = vec![earlier(10_000_000, 1); MAX_MIGRATIONS];
        many.push(earlier(10_000_000_000, 1));
        assert_eq!(expected_time(10_000_000, many).unwrap().elapsed_ms, 1000);
    }

    #[test]
    fn there_is_no_estimate_without_data() {
        assert_eq!(expected_time(1, []), None);
        let short = EarlierTransfer { sent_bytes: 50_000_000, elapsed: Duration::from_millis(999) };
        assert_eq!(expected_time(1, [earlier(1000, 60), short]), None);
        assert!(expected_time(u64::MAX, [earlier(u64::MAX, 1)]).is_some());
    }
}
