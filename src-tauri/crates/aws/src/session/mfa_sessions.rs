use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;

use crate::config::role_chain::Hop;

/// A session that is about to end is none. Source: the SDK renews credentials as long before.
const TOO_SHORT: Duration = Duration::from_secs(10);

/// The sessions that MFA codes gave, kept in memory for their life. Clones share them, so one code
/// serves every session of the process that assumes the same role in the same way.
#[derive(Clone, Default)]
pub(crate) struct MfaSessions(Arc<Mutex<HashMap<MfaKey, Credentials>>>);

/// Which session it is: everything that STS was told, and who told it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MfaKey {
    /// Where STS was reached, if not at its usual address.
    pub(crate) endpoint: Option<String>,
    /// Who assumed the first role.
    pub(crate) base: String,
    /// The roles up to the session's own.
    pub(crate) hops: Vec<Hop>,
}

impl MfaSessions {
    /// A session that has not ended.
    pub(crate) fn get(&self, key: &MfaKey) -> Option<Credentials> {
        let soon = SystemTime::now() + TOO_SHORT;
        let mut sessions = self.locked();
        sessions.retain(|_, session| session.expiry().is_none_or(|ends| ends > soon));
        sessions.get(key).cloned()
    }

    /// Keeps a session for its life.
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
