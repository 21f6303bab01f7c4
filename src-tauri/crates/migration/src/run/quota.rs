//! A source whose pull quota is used up: the images that need it wait for it together.

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

/// The longest wait between two looks: registries tell times that are far away where a part of the
/// quota is free long before.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// Where images wait for a pull quota.
#[derive(Default)]
pub(super) struct QuotaGate {
    /// DestinationState by the one that looks whether the quota is renewed.
    looking: Mutex<()>,
    /// How often it was renewed.
    renewals: AtomicU64,
}

impl QuotaGate {
    /// Does `work`, again and again while the source says that its quota is used up.
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
            let _looking = self.looking.lock().await;
            // Whoever waited for another one's look tries at once.
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
            let seen = run.control.wake_count();
            let look_again_at_ms = now_ms().saturating_add(pause_ms);
            run.emit(MigrationEvent::QuotaUsedUp { look_again_at_ms });
            run.control.sleep_until_woken(seen, pause).await;
            source.forget_tokens();
            let head = source.manifest_head(image.path(), image.manifest_reference()).await;
            match head {
                // A registry that tells no numbers is simply asked for the image again.
                Ok(head) if head.as_ref().is_none_or(|head| has_room(head.pull_quota)) => break,
                Ok(_) | Err(RegistryError::PullQuotaUsedUp { .. }) => {}
                // The image's own next try says what is wrong.
                Err(_) => break,
            }
            pause = run.control.check_interval();
        }
        run.emit(MigrationEvent::QuotaRenewed);
    }
}

fn has_room(quota: Option<transload_registry::PullQuota>) -> bool {
    quota.is_none_or(|quota| quota.remaining > 0)
}
