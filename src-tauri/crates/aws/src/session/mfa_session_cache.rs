//! Caches the sessions that were opened with MFA codes, so that the user enters one code per session.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;

use crate::config::role_chain::ChainedRole;

/// A session with less time left counts as expired. Source: the SDK renews credentials this long before
/// they expire.
const MIN_REMAINING: Duration = Duration::from_secs(10);

/// The sessions that were opened with MFA codes, in memory until they expire. Clones share them, so one
/// code serves every session of the process that assumes the same role in the same way.
#[derive(Clone, Default)]
pub(crate) struct MfaSessionCache(Arc<Mutex<HashMap<MfaSessionKey, Credentials>>>);

/// Identifies a session: everything that was sent to STS, and the caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MfaSessionKey {
    /// The endpoint of STS, if overridden.
    pub(crate) endpoint: Option<String>,
    /// The first credentials.
    pub(crate) base: String,
    /// The roles up to and including the one of the session.
    pub(crate) roles: Vec<ChainedRole>,
}

impl MfaSessionCache {
    /// Returns a session that has not expired.
    pub(crate) fn get(&self, key: &MfaSessionKey) -> Option<Credentials> {
        let soon = SystemTime::now() + MIN_REMAINING;
        let mut sessions = self.locked();
        sessions.retain(|_, session| session.expiry().is_none_or(|expires_at| expires_at > soon));
        sessions.get(key).cloned()
    }

    pub(crate) fn insert(&self, key: MfaSessionKey, session: Credentials) {
        self.locked().insert(key, session);
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<MfaSessionKey, Credentials>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MfaSessionCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MfaSessionCache").finish_non_exhaustive()
    }
}
