//! What failed on the way, in one type for all rooms.

use std::error::Error;

use time::OffsetDateTime;

use crate::clock::Clock;
use crate::proxy_address::Hop;
use crate::verifier::{Distrust, Untrusted};
use crate::{clock, verifier};

/// From this difference on a clock is called wrong: AWS refuses signatures that are five minutes
/// ahead. Source: AWS General Reference, "Signature Version 4", and the SDK's own threshold.
const CLOCK_TOLERANCE_SECONDS: i64 = 4 * 60;
/// What the proxy's refusals are called by the library that speaks with it; it has no type for them
/// that others can name. A test holds both.
const TUNNEL_REFUSED: &str = "tunnel error: unsuccessful";
const TUNNEL_WANTS_LOGIN: &str = "tunnel error: proxy authorization required";

/// Why nothing could be asked, where the reason is between here and the server. No variant holds a
/// login.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkFailure {
    /// The server's certificate is not trusted.
    #[error("{certificate}")]
    Untrusted {
        /// Which one, and why.
        certificate: Box<Untrusted>,
        /// A file with authorities that is set and could not be used, and why.
        unusable_file: Option<String>,
    },
    /// The clock of this computer is wrong.
    #[error("the clock of this computer is {}{} by what {told_by} says", offset(*behind_seconds), if *at_least { " or more" } else { "" })]
    ClockWrong {
        /// Seconds that it is behind, negative where it is ahead.
        behind_seconds: i64,
        /// Whether that is only the least that it can be.
        at_least: bool,
        /// Who told.
        told_by: String,
    },
    /// The proxy does not answer.
    #[error("the proxy {proxy} cannot be reached: {detail}")]
    ProxyUnreachable {
        /// Its address.
        proxy: String,
        /// What the connection said.
        detail: String,
    },
    /// The proxy does not let us through.
    #[error("the proxy {proxy} {}", match (*wants_login, *had_login) { (true, true) => "does not accept the login that it got (407)", (true, false) => "wants a login (407)", (false, _) => "does not let this connection through" })]
    ProxyRefused {
        /// Its address.
        proxy: String,
        /// Whether it wants a login (407).
        wants_login: bool,
        /// Whether it got one.
        had_login: bool,
    },
    /// The system has no certificate authorities at all.
    #[error("this computer has no certificate authorities: {detail}")]
    NoAuthorities {
        /// What TLS says.
        detail: String,
    },
}
/// What the library says of a server that ends the connection while TLS is being set up.
const HANDSHAKE_ENDED: &str = "tls handshake eof";

impl NetworkFailure {
    /// A clock that is so much off that AWS or TLS refuses; nothing where the difference is none.
    pub fn clock(behind_seconds: i64, told_by: impl Into<String>) -> Option<Self> {
        let is_off = behind_seconds.abs() >= CLOCK_TOLERANCE_SECONDS;
        is_off.then(|| Self::ClockWrong {
            behind_seconds,
            at_least: false,
            told_by: told_by.into(),
        })
    }

    /// A proxy that answered 407 itself, as it does for addresses without TLS.
    pub fn wants_login(hop: &Hop) -> Self {
        Self::ProxyRefused {
            proxy: hop.address.clone(),
            wants_login: true,
            had_login: hop.has_login,
        }
    }
}

/// A difference of clocks in words, such as `14 minutes behind`.
pub(super) fn offset(behind_seconds: i64) -> String {
    let seconds = behind_seconds.unsigned_abs();
    let (count, unit) = match seconds {
        0..=119 => (seconds, "second"),
        120..=7_199 => (seconds.div_ceil(60).max(1), "minute"),
        7_200..=172_799 => (seconds / 3_600, "hour"),
        172_800..=63_071_999 => (seconds / 86_400, "day"),
        _ => (seconds / 31_536_000, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    let side = if behind_seconds < 0 { "ahead" } else { "behind" };
    format!("{count} {unit}{plural} {side}")
}

/// What a connection that was not made means; nothing where the server simply does not answer.
pub(super) fn of_connection(
    error: &(dyn Error + 'static),
    hop: Option<&Hop>,
    clock: &Clock,
) -> Option<NetworkFailure> {
    if let Some(detail) = verifier::no_authorities(error) {
        return Some(NetworkFailure::NoAuthorities { detail });
    }
    if let Some(untrusted) = verifier::untrusted(error) {
        return Some(of_certificate(untrusted, clock, OffsetDateTime::now_utc()));
    }
    let hop = hop?;
    let said = sentence(error);
    if verifier::tls_error(error).is_some() || said.contains(HANDSHAKE_ENDED) {
        // The proxy let us through to a server that does not speak TLS as it should.
        return None;
    }
    let refused = |wants_login| NetworkFailure::ProxyRefused {
        proxy: hop.address.clone(),
        wants_login,
        had_login: hop.has_login,
    };
    Some(if said.contains(TUNNEL_WANTS_LOGIN) {
        refused(true)
    } else if said.contains(TUNNEL_REFUSED) {
        refused(false)
    } else {
        NetworkFailure::ProxyUnreachable { proxy: hop.address.clone(), detail: said }
    })
}

/// Whether a certificate is at fault, or the clock that it is judged by.
fn of_certificate(untrusted: &Untrusted, clock: &Clock, now: OffsetDateTime) -> NetworkFailure {
    let told = clock.behind_seconds();
    let known_off = told.filter(|seconds| seconds.abs() >= CLOCK_TOLERANCE_SECONDS);
    let told_by = untrusted.host.clone();
    match (&untrusted.reason, told, known_off) {
        (Distrust::Expired { .. } | Distrust::NotYetValid { .. }, _, Some(behind_seconds)) => {
            let told_by = "the other servers".to_owned();
            NetworkFailure::ClockWrong { behind_seconds, at_least: false, told_by }
        }
        // Nobody hands out certificates of tomorrow: without another witness it is the clock.
        (Distrust::NotYetValid { not_before }, None, None) => NetworkFailure::ClockWrong {
            behind_seconds: (*not_before - now).whole_seconds(),
            at_least: true,
            told_by: format!("the certificate of {told_by}"),
        },
        _ => NetworkFailure::Untrusted {
            certificate: Box::new(untrusted.clone()),
            unusable_file: None,
        },
    }
}

/// An error and its causes in one line, each said once.
pub(super) fn sentence(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let part = error.to_string();
        if parts.last().is_none_or(|last| !last.contains(&part)) {
            parts.push(part);
        }
        next = error.source();
    }
    parts.join(": ")
}

/// What the times in AWS's sentence say: `Signature expired: A is now earlier than B (C - 15 min.)`,
/// where A is ours and C is theirs. Source: Amazon ECR and STS, as their issue threads quote them.
pub fn signature_times(message: &str) -> Option<i64> {
    let mut times = message
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter_map(|word| time::PrimitiveDateTime::parse(word, SIGNATURE_TIME).ok());
    let ours = times.next()?;
    let theirs = times.next_back()?;
    Some((theirs - ours).whole_seconds())
}

/// `20260224T101010Z`, as signatures have it.
const SIGNATURE_TIME: &[time::format_description::BorrowedFormatItem<'_>] =
    time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");

/// Seconds that this computer is behind the `Date` of an answer.
pub fn date_header(date: &str) -> Option<i64> {
    clock::behind(date, OffsetDateTime::now_utc())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn offsets_are_said_in_the_largest_fitting_unit() {
        for (seconds, words) in [
            (840, "14 minutes behind"),
            (-840, "14 minutes ahead"),
            (61, "61 seconds behind"),
            (-10_000, "2 hours ahead"),
            (200_000, "2 days behind"),
            (1_700_000_000, "53 years behind"),
        ] {
            assert_eq!(offset(seconds), words);
        }
    }

    #[test]
    fn the_times_in_a_sentence_of_aws_give_the_offset() {
        let expired = "Signature expired: 20260224T101000Z is now earlier than 20260224T100900Z \
                       (20260224T102400Z - 15 min.)";
        assert_eq!(signature_times(expired), Some(840));
        let early = "Signature not yet current: 20260224T102400Z is still later than \
                     20260224T101500Z (20260224T101000Z + 5 min.)";
        assert_eq!(signature_times(early), Some(-840));
        let other =
            "The request signature we calculated does not match the signature you provided.";
        assert_eq!(signature_times(other), None);
        assert_eq!(signature_times("only 20260224T102400Z"), None);
    }

    fn untrusted(reason: Distrust) -> Untrusted {
        let name = || "r.example".to_owned();
        Untrusted { host: name(), subject: name(), issuer: name(), reason }
    }

    #[test]
    fn a_system_without_authorities_is_said_as_the_reason_of_a_failed_handshake() {
        let none = rustls::Error::General("no CA certificates were found".to_owned());
        let handshake = std::io::Error::other(verifier::without_authorities(&none));
        let said = of_connection(&handshake, None, &Clock::default()).unwrap();
        assert!(matches!(&said, NetworkFailure::NoAuthorities { .. }), "{said:?}");
        assert!(said.to_string().contains("no CA certificates were found"), "{said}");
    }

    #[test]
    fn a_certificate_out_of_its_time_is_told_from_a_wrong_clock() {
        use NetworkFailure as F;
        let now = datetime!(2026-11-25 9:00 UTC);
        let (unknown, right, wrong) = (Clock::default(), Clock::default(), Clock::default());
        let date = |minutes| {
            let time = OffsetDateTime::now_utc() + time::Duration::minutes(minutes);
            time.format(&time::format_description::well_known::Rfc2822).unwrap()
        };
        right.told(&date(0));
        wrong.told(&date(-60 * 24 * 400));
        let expired = untrusted(Distrust::Expired { not_after: datetime!(2026-01-01 0:00 UTC) });
        let early = untrusted(Distrust::NotYetValid { not_before: datetime!(2026-11-26 9:00 UTC) });
        assert!(matches!(of_certificate(&expired, &unknown, now), F::Untrusted { .. }));
        assert!(matches!(of_certificate(&expired, &right, now), F::Untrusted { .. }));
        assert!(matches!(
            of_certificate(&expired, &wrong, now),
            F::ClockWrong { at_least: false, .. }
        ));
        assert!(matches!(of_certificate(&early, &right, now), F::Untrusted { .. }));
        let clock = of_certificate(&early, &unknown, now);
        let said = "the clock of this computer is 24 hours behind or more by what the certificate of \
                    r.example says";
        assert_eq!(clock.to_string(), said);
        let issuer = untrusted(Distrust::UnknownIssuer);
        assert!(matches!(of_certificate(&issuer, &wrong, now), F::Untrusted { .. }));
    }
}
