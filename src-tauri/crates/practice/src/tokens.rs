//! Tokens that the practice servers issue: claims and a signature, so that a
//! token stays valid over a restart without being stored.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::clock::now_micros;
use crate::hmac::{hex, hmac_sha256, same};

/// What a token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Which server accepts it: `ecr`, `hub`, `hub-registry`.
    pub(crate) audience: String,
    /// Who asked for it; empty for anonymous.
    pub(crate) subject: String,
    /// Repositories that may be pulled; for `hub-registry` only.
    pub(crate) repositories: Vec<String>,
    /// Microseconds since 1970.
    pub(crate) issued: i64,
    /// Microseconds since 1970.
    pub(crate) expires: i64,
}

/// What a presented token turned out to be.
pub(crate) enum Verdict {
    Valid(Claims),
    Expired,
    Unknown,
}

/// Signs and checks tokens.
#[derive(Default)]
pub(crate) struct Tokens {
    /// Tokens issued until then count as expired (a fault asked for it).
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
        // Never at or before a revocation of the same microsecond.
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
        if !same(expected.as_bytes(), signature.as_bytes()) {
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

    /// Every token that exists now is expired from now on.
    pub(crate) fn expire_all(&self) {
        self.revoked_until.fetch_max(now_micros(), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_token_is_valid_until_it_is_revoked_and_a_new_one_is_valid_again() {
        let tokens = Tokens::default();
        let (first, _) = tokens.issue("key", "ecr", "AWS", Vec::new(), HOUR);
        assert!(matches!(tokens.check("key", "ecr", &first), Verdict::Valid(_)));
        tokens.expire_all();
        assert!(matches!(tokens.check("key", "ecr", &first), Verdict::Expired));
        let (second, _) = tokens.issue("key", "ecr", "AWS", Vec::new(), HOUR);
        assert!(matches!(tokens.check("key", "ecr", &second), Verdict::Valid(_)));
    }

    #[test]
    fn a_token_of_another_key_or_audience_is_unknown() {
        let tokens = Tokens::default();
        let (token, _) = tokens.issue("key", "ecr", "AWS", Vec::new(), HOUR);
        assert!(matches!(tokens.check("other", "ecr", &token), Verdict::Unknown));
        assert!(matches!(tokens.check("key", "hub", &token), Verdict::Unknown));
    }
}
