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
#[error("they expired on {}", OffsetDateTime::from(*expired_at).replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH))]
pub(crate) struct ExpiredCredentials {
    expired_at: SystemTime,
}

/// Passes credentials on and records when the latest ones expire, so that showing the expiration
/// requires no new credentials and assumes no role again.
#[derive(Clone, Debug)]
pub(crate) struct ExpiryTracker {
    inner: SharedCredentialsProvider,
    expires_at: Arc<Mutex<Option<SystemTime>>>,
}

impl ExpiryTracker {
    pub(crate) fn new(inner: impl ProvideCredentials + 'static) -> Self {
        Self { inner: SharedCredentialsProvider::new(inner), expires_at: Arc::default() }
    }

    /// When the latest credentials expire. `None` if they don't, or if none were used yet.
    pub(crate) fn expires_at(&self) -> Option<SystemTime> {
        *self.expires_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn track(&self) -> ProviderResult {
        let credentials = self.inner.provide_credentials().await?;
        // Source: `RefreshableCredentials` of botocore ("the refreshed credentials are still expired").
        if let Some(expired_at) =
            credentials.expiry().filter(|expires_at| *expires_at <= SystemTime::now())
        {
            return Err(CredentialsError::provider_error(ExpiredCredentials { expired_at }));
        }
        *self.expires_at.lock().unwrap_or_else(PoisonError::into_inner) = credentials.expiry();
        Ok(credentials)
    }
}

impl ProvideCredentials for ExpiryTracker {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.track())
    }
}
