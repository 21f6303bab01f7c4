//! Tokens of the practice servers: claims and a signature, so that a token remains valid after a restart
//! without being stored.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::clock::now_micros;
use crate::hash::{equals_in_constant_time, hex, hmac_sha256};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The server that accepts the token: `ecr`, `hub` or `hub-registry`.
    pub(crate) audience: String,
    /// The user. Empty if anonymous.
    pub(crate) subject: String,
    /// Repositories that the token allows to pull (`hub-registry` only).
    pub(crate) repositories: Vec<String>,
    /// Microseconds since 1970.
    pub(crate) issued: i64,
    /// Microseconds since 1970.
    pub(crate) expires: i64,
}

/// The result of checking a token.
pub(crate) enum Verdict {
    Valid(Claims),
    Expired,
    Unknown,
}

/// Signs and checks tokens.
#[derive(Default)]
pub(crate) struct Tokens {
    /// Tokens issued until this time count as expired. Only tests set it.
    revoked_until: AtomicI64,
}

impl Tokens {
    pub(crate) fn issue(
        &self,
        key: &str,
        audience: &str,
        subject: &str,
        repositories: Vec<String>,
        lifetime: Duration,
    ) -> (String, Claims) {
        // Strictly after a revocation in the same microsecond.
        let issued = now_micros().max(self.revoked_until.load(Ordering::SeqCst) + 1);
        let lifetime = i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX / 2);
        let claims = Claims {
            audience: audience.to_owned(),
            subject: subject.to_owned(),
            repositories,
            issued,
            expires: issued.saturating_add(lifetime),
        };
        let payload = serde_json::to_vec(&claims).unwrap_or_default();
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let signature = hex(&hmac_sha256(key.as_bytes(), payload.as_bytes()));
        (format!("{payload}.{signature}"), claims)
    }

    pub(crate) fn check(&self, key: &str, audience: &str, token: &str) -> Verdict {
        let Some((payload, signature)) = token.split_once('.') else { return Verdict::Unknown };
        let expected = hex(&hmac_sha256(key.as_bytes(), payload.as_bytes()));
        if !equals_in_constant_time(expected.as_bytes(), signature.as_bytes()) {
            return Verdict::Unknown;
        }
        let claims = URL_SAFE_NO_PAD
            .decode(payload)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Claims>(&bytes).ok());
        match claims {
            Some(claims) if claims.audience == audience => {
                let revoked = claims.issued <= self.revoked_until.load(Ordering::SeqCst);
                if revoked || claims.expires <= now_micros() {
                    Verdict::Expired
                } else {
                    Verdict::Valid(claims)
                }
            }
            _ => Verdict::Unknown,
        }
    }

    /// Expires all tokens issued until now.
    #[cfg(any(test, feature = "faults"))]
    pub(crate) fn expire_all(&self) {
        self.revoked_until.fetch_max(now_micros(), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
