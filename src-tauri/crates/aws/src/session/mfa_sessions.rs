//! Caches the sessions that were opened with MFA codes, so that the user enters one code per session.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;

use crate::config::role_chain::Hop;

/// A session with less time left counts as expired. Source: the SDK renews credentials this long before
/// they expire.
const TOO_SHORT: Duration = Duration::from_secs(10);

/// The sessions that were opened with MFA codes, in memory until they expire. Clones share them, so one
/// code serves every session of the process that assumes the same role in the same way.
#[derive(Clone, Default)]
pub(crate) struct MfaSessions(Arc<Mutex<HashMap<MfaKey, Credentials>>>);

/// Identifies a session: everything that was sent to STS, and the caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MfaKey {
    /// The endpoint of STS, if overridden.
    pub(crate) endpoint: Option<String>,
    /// The first credentials.
    pub(crate) base: String,
    /// The roles up to and including the one of the session.
    pub(crate) hops: Vec<Hop>,
}

impl MfaSessions {
    /// Returns a session that has not expired.
    pub(crate) fn get(&self, key: &MfaKey) -> Option<Credentials> {
        let soon = SystemTime::now() + TOO_SHORT;
        let mut sessions = self.locked();
        sessions.retain(|_, session| session.expiry().is_none_or(|ends| ends > soon));
        sessions.get(key).cloned()
    }

    /// Adds a session.
    pub(crate) fn keep(&self, key: MfaKey, session: Credentials) {
        self.locked().insert(key, session);
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<MfaKey, Credentials>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MfaSessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MfaSessions").finish_non_exhaustive()
    }
}
