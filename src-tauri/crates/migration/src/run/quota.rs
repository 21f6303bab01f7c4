//! Waits until a source whose pull quota is used up allows pulls again. One image checks the quota for
//! all waiting images.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;

use crate::error::MigrationError;
use crate::events::MigrationEvent;
use crate::run::context::Run;
use transload_model::{ImageReference, now_ms};
use transload_registry::{RegistryApi, RegistryError};

/// Longest wait between two checks. Registries report a reset time far in the future although part of
/// the quota renews long before.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// Lets images pass one after another while the pull quota is used up.
#[derive(Default)]
pub(super) struct QuotaGate {
    /// Locked by the image that waits for the renewal of the quota.
    waiting: Mutex<()>,
    /// Number of renewals so far.
    renewals: AtomicU64,
}

impl QuotaGate {
    /// Runs `work`, and repeats it after each wait while the source reports that its quota is used up.
    pub async fn pass<T, F>(
        &self,
        run: &Run<'_>,
        source: &dyn RegistryApi,
        image: &ImageReference,
        work: impl Fn() -> F,
    ) -> Result<T, MigrationError>
    where
        F: Future<Output = Result<T, MigrationError>>,
    {
        loop {
            let renewals = self.renewals.load(Ordering::Acquire);
            let retry_after = match work().await {
                Err(MigrationError::Registry(RegistryError::PullQuotaUsedUp {
                    retry_after,
                    ..
                })) => retry_after,
                outcome => return outcome,
            };
            let _waiting = self.waiting.lock().await;
            // If the quota was renewed while this image waited for the lock, retry immediately.
            if self.renewals.load(Ordering::Acquire) == renewals {
                self.wait(run, source, image, retry_after).await;
                self.renewals.fetch_add(1, Ordering::Release);
            }
        }
    }

    async fn wait(
        &self,
        run: &Run<'_>,
        source: &dyn RegistryApi,
        image: &ImageReference,
        retry_after: Option<Duration>,
    ) {
        let mut pause = retry_after.unwrap_or(run.control.check_interval()).min(LONGEST_WAIT);
        loop {
            let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            let wake_count = run.control.wake_count();
            let check_at_ms = now_ms().saturating_add(pause_ms);
            run.emit(MigrationEvent::QuotaUsedUp { check_at_ms });
            run.control.sleep_until_woken(wake_count, pause).await;
            source.forget_tokens();
            let head = source.manifest_head(image.path(), image.manifest_reference()).await;
            match head {
                // If the registry reports no remaining quota, the image is requested again.
                Ok(head) if head.as_ref().is_none_or(|head| allows_pulls(head.pull_quota)) => break,
                Ok(_) | Err(RegistryError::PullQuotaUsedUp { .. }) => {}
                // The next attempt for the image reports the error.
                Err(_) => break,
            }
            pause = run.control.check_interval();
        }
        run.emit(MigrationEvent::QuotaRenewed);
    }
}

fn allows_pulls(quota: Option<transload_registry::PullQuota>) -> bool {
    quota.is_none_or(|quota| quota.remaining > 0)
}
