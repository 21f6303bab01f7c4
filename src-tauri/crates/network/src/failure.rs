//! [`NetworkFailure`]: why a connection failed, if the cause lies between this computer and the server. The
//! error types of the crates `aws`, `registry` and `hub` contain it, so that `api` words it in one place.

use std::error::Error;

use time::OffsetDateTime;

use crate::clock::Clock;
use crate::proxy_address::Hop;
use crate::verifier::{RejectionReason, Untrusted};
use crate::{clock, verifier};

/// The clock skew from which the clock counts as wrong. AWS rejects signatures that are five minutes
/// ahead. Source: AWS General Reference, "Signature Version 4", and the threshold of the AWS SDK.
const CLOCK_TOLERANCE_SECONDS: i64 = 4 * 60;
/// The messages of hyper-util for a proxy that rejects `CONNECT`. It exports no type for them, so the text
/// is compared. A test covers both messages.
const TUNNEL_REFUSED: &str = "tunnel error: unsuccessful";
const TUNNEL_REQUIRES_LOGIN: &str = "tunnel error: proxy authorization required";

/// Why a connection failed, if the cause lies between this computer and the server. No variant contains
/// credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkFailure {
    /// The server's certificate is not trusted.
    #[error("{certificate}")]
    Untrusted {
        certificate: Box<Untrusted>,
        /// Why a configured CA file can't be used. It may be the reason why the certificate is not trusted.
        unusable_file: Option<String>,
    },
    /// The clock of this computer is wrong.
    #[error("the clock of this computer is {}{}, according to {reference}", skew_text(*behind_seconds), if *at_least { " or more" } else { "" })]
    ClockWrong {
        /// Negative if the clock is ahead.
        behind_seconds: i64,
        /// Whether the true skew may be larger.
        at_least: bool,
        /// Whose clock this computer's clock was compared with.
        reference: String,
    },
    #[error("couldn't connect to the proxy {proxy}: {detail}")]
    ProxyUnreachable { proxy: String, detail: String },
    /// The proxy rejected the connection.
    #[error("the proxy {proxy} {}", match (*requires_login, *sent_login) { (true, true) => "rejected the login (407)", (true, false) => "requires a login (407)", (false, _) => "doesn't allow this connection" })]
    ProxyRefused {
        proxy: String,
        requires_login: bool,
        /// Whether a login was sent.
        sent_login: bool,
    },
    /// The system has no certificate authorities.
    #[error("this computer has no certificate authorities: {detail}")]
    NoAuthorities {
        /// The message of the TLS library.
        detail: String,
    },
}
/// The message of tokio-rustls if the server closes the connection during the TLS handshake.
const HANDSHAKE_ENDED: &str = "tls handshake eof";

impl NetworkFailure {
    /// Returns `ClockWrong` if the skew is so large that AWS rejects signatures or TLS rejects certificates.
    pub fn clock(behind_seconds: i64, reference: impl Into<String>) -> Option<Self> {
        let is_off = behind_seconds.abs() >= CLOCK_TOLERANCE_SECONDS;
        is_off.then(|| Self::ClockWrong {
            behind_seconds,
            at_least: false,
            reference: reference.into(),
        })
    }

    /// Returns the failure for a proxy that responded with 407 itself, as it does for plain HTTP requests.
    pub fn proxy_login_required(hop: &Hop) -> Self {
        Self::ProxyRefused {
            proxy: hop.address.clone(),
            requires_login: true,
            sent_login: hop.has_login,
        }
    }
}

/// Formats a clock skew, for example `14 minutes behind`.
pub(super) fn skew_text(behind_seconds: i64) -> String {
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

/// Finds the cause of a failed connection. Returns `None` if the server itself is the cause.
pub(super) fn cause_of(
    error: &(dyn Error + 'static),
    hop: Option<&Hop>,
    clock: &Clock,
) -> Option<NetworkFailure> {
    if let Some(detail) = verifier::no_authorities(error) {
        return Some(NetworkFailure::NoAuthorities { detail });
    }
    if let Some(untrusted) = verifier::untrusted(error) {
        return Some(cause_of_rejection(untrusted, clock, OffsetDateTime::now_utc()));
    }
    let hop = hop?;
    let message = error_chain(error);
    if verifier::tls_error(error).is_some() || message.contains(HANDSHAKE_ENDED) {
        // The proxy opened the tunnel, and the server failed the TLS handshake.
        return None;
    }
    let refused = |requires_login| NetworkFailure::ProxyRefused {
        proxy: hop.address.clone(),
        requires_login,
        sent_login: hop.has_login,
    };
    Some(if message.contains(TUNNEL_REQUIRES_LOGIN) {
        refused(true)
    } else if message.contains(TUNNEL_REFUSED) {
        refused(false)
    } else {
        NetworkFailure::ProxyUnreachable { proxy: hop.address.clone(), detail: message }
    })
}

/// Decides whether the certificate or this computer's clock is the cause of a rejected certificate.
fn cause_of_rejection(untrusted: &Untrusted, clock: &Clock, now: OffsetDateTime) -> NetworkFailure {
    let skew = clock.behind_seconds();
    let large_skew = skew.filter(|seconds| seconds.abs() >= CLOCK_TOLERANCE_SECONDS);
    match (&untrusted.reason, skew, large_skew) {
        (
            RejectionReason::Expired { .. } | RejectionReason::NotYetValid { .. },
            _,
            Some(behind_seconds),
        ) => {
            let reference = "the other servers".to_owned();
            NetworkFailure::ClockWrong { behind_seconds, at_least: false, reference }
        }
        // Servers don't present certificates before their validity begins, so the clock is wrong unless
        // another server's time proves it right.
        (RejectionReason::NotYetValid { not_before }, None, None) => NetworkFailure::ClockWrong {
            behind_seconds: (*not_before - now).whole_seconds(),
            at_least: true,
            reference: format!("the certificate of {}", untrusted.host),
        },
        _ => NetworkFailure::Untrusted {
            certificate: Box::new(untrusted.clone()),
            unusable_file: None,
        },
    }
}

/// Formats an error and its sources in one line, without repeating a source that its error already quotes.
pub(super) fn error_chain(error: &(dyn Error + 'static)) -> String {
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

/// Returns how many seconds this computer is behind AWS according to a message such as
/// `Signature expired: A is now earlier than B (C - 15 min.)`, where A is this computer's time and C the
/// time of AWS. Source: messages of Amazon ECR and STS, as quoted in public issues.
pub fn skew_from_signature_error(message: &str) -> Option<i64> {
    let mut times = message
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter_map(|word| time::PrimitiveDateTime::parse(word, SIGNATURE_TIME).ok());
    let ours = times.next()?;
    let theirs = times.next_back()?;
    Some((theirs - ours).whole_seconds())
}

/// The time format of AWS signatures, for example `20260224T101010Z`.
const SIGNATURE_TIME: &[time::format_description::BorrowedFormatItem<'_>] =
    time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");

/// Returns how many seconds this computer is behind the `Date` header of a response.
pub fn skew_from_date(date: &str) -> Option<i64> {
    clock::seconds_behind(date, OffsetDateTime::now_utc())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn skew_is_formatted_in_the_largest_fitting_unit() {
        for (seconds, words) in [
            (840, "14 minutes behind"),
            (-840, "14 minutes ahead"),
            (61, "61 seconds behind"),
            (-10_000, "2 hours ahead"),
            (200_000, "2 days behind"),
            (1_700_000_000, "53 years behind"),
        ] {
            assert_eq!(skew_text(seconds), words);
        }
    }

    #[test]
    fn signature_errors_of_aws_contain_the_skew() {
        let expired = "Signature expired: 20260224T101000Z is now earlier than 20260224T100900Z \
                       (20260224T102400Z - 15 min.)";
        assert_eq!(skew_from_signature_error(expired), Some(840));
        let early = "Signature not yet current: 20260224T102400Z is still later than \
                     20260224T101500Z (20260224T101000Z + 5 min.)";
        assert_eq!(skew_from_signature_error(early), Some(-840));
        let other =
            "The request signature we calculated does not match the signature you provided.";
        assert_eq!(skew_from_signature_error(other), None);
        assert_eq!(skew_from_signature_error("only 20260224T102400Z"), None);
    }

    fn untrusted(reason: RejectionReason) -> Untrusted {
        let name = || "r.example".to_owned();
        Untrusted { host: name(), subject: name(), issuer: name(), reason }
    }

    #[test]
    fn missing_certificate_authorities_are_the_cause_of_a_failed_handshake() {
        let none = rustls::Error::General("no CA certificates were found".to_owned());
        let handshake = std::io::Error::other(verifier::no_authorities_error(&none));
        let failure = cause_of(&handshake, None, &Clock::default()).unwrap();
        assert!(matches!(&failure, NetworkFailure::NoAuthorities { .. }), "{failure:?}");
        assert!(failure.to_string().contains("no CA certificates were found"), "{failure}");
    }

    #[test]
    fn distinguishes_an_expired_certificate_from_a_wrong_clock() {
        use NetworkFailure as F;
        let now = datetime!(2026-11-25 9:00 UTC);
        let (unknown, right, wrong) = (Clock::default(), Clock::default(), Clock::default());
        let date = |minutes| {
            let time = OffsetDateTime::now_utc() + time::Duration::minutes(minutes);
            time.format(&time::format_description::well_known::Rfc2822).unwrap()
        };
        right.observe(&date(0));
        wrong.observe(&date(-60 * 24 * 400));
        let expired =
            untrusted(RejectionReason::Expired { not_after: datetime!(2026-01-01 0:00 UTC) });
        let early =
            untrusted(RejectionReason::NotYetValid { not_before: datetime!(2026-11-26 9:00 UTC) });
        assert!(matches!(cause_of_rejection(&expired, &unknown, now), F::Untrusted { .. }));
        assert!(matches!(cause_of_rejection(&expired, &right, now), F::Untrusted { .. }));
        assert!(matches!(
            cause_of_rejection(&expired, &wrong, now),
            F::ClockWrong { at_least: false, .. }
        ));
        assert!(matches!(cause_of_rejection(&early, &right, now), F::Untrusted { .. }));
        let clock = cause_of_rejection(&early, &unknown, now);
        let expected = "the clock of this computer is 24 hours behind or more, according to the \
                        certificate of r.example";
        assert_eq!(clock.to_string(), expected);
        let issuer = untrusted(RejectionReason::UnknownIssuer);
        assert!(matches!(cause_of_rejection(&issuer, &wrong, now), F::Untrusted { .. }));
    }
}
