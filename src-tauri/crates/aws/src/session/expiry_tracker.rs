//! Tracks when the credentials of a session expire, and rejects credentials that already have.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{
    ProvideCredentials, Result as ProviderResult, SharedCredentialsProvider, future,
};
use time::OffsetDateTime;

/// The credentials expired before they were used, according to their provider.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("they ended on {}", OffsetDateTime::from(*ended).replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH))]
pub(crate) struct Ended {
    ended: SystemTime,
}

/// Passes credentials on and records when the latest ones expire, so that showing the expiration
/// requires no new credentials and assumes no role again.
#[derive(Clone, Debug)]
pub(crate) struct WatchedCredentials {
    inner: SharedCredentialsProvider,
    ends: Arc<Mutex<Option<SystemTime>>>,
}

impl WatchedCredentials {
    pub(crate) fn new(inner: impl ProvideCredentials + 'static) -> Self {
        Self { inner: SharedCredentialsProvider::new(inner), ends: Arc::default() }
    }

    /// When the latest credentials expire. `None` if they don't, or if none were used yet.
    pub(crate) fn ends(&self) -> Option<SystemTime> {
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn watch(&self) -> ProviderResult {
        let credentials = self.inner.provide_credentials().await?;
        // Source: `RefreshableCredentials` of botocore ("the refreshed credentials are still expired").
        if let Some(ended) = credentials.expiry().filter(|ends| *ends <= SystemTime::now()) {
            return Err(CredentialsError::provider_error(Ended { ended }));
        }
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner) = credentials.expiry();
        Ok(credentials)
    }
}

impl ProvideCredentials for WatchedCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.watch())
    }
}
