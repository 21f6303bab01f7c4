//! Limits requests to Amazon ECR to its service quotas, so that ECR doesn't have to throttle them. `client`
//! waits here before each request.
//!
//! Source: Amazon ECR User Guide, "Amazon ECR service quotas", in calls per second for each account and
//! Region: PutImage 10, InitiateLayerUpload 100, CompleteLayerUpload 100. The quotas of the other actions are
//! higher than one client can reach.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use tokio::time::{Instant, sleep_until};

use transload_model::RegistryHost;

/// The ECR action that a request of the distribution protocol invokes, if its quota is low enough to matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ThrottledAction {
    /// Storing a manifest.
    PutImage,
    /// Opening an upload session or mounting a blob.
    InitiateLayerUpload,
    /// Sending the bytes of a blob.
    CompleteLayerUpload,
}

impl ThrottledAction {
    /// Returns the action of a request, except for the PUT of a blob.
    pub(super) fn from_method(method: &Method) -> Option<Self> {
        match *method {
            Method::PUT => Some(Self::PutImage),
            Method::POST => Some(Self::InitiateLayerUpload),
            _ => None,
        }
    }

    fn per_second(self) -> u32 {
        match self {
            Self::PutImage => 10,
            Self::InitiateLayerUpload | Self::CompleteLayerUpload => 100,
        }
    }
}

/// The quotas of one registry. Only those of ECR are known.
#[derive(Default)]
pub(super) struct Quotas {
    are_known: bool,
    /// The earliest time of the next call, by action.
    next_call: Mutex<[Option<Instant>; 3]>,
}

impl Quotas {
    pub(super) fn for_host(host: &RegistryHost) -> Self {
        Self { are_known: host.is_amazon_ecr(), next_call: Mutex::default() }
    }

    /// Waits until another call of an action is within its quota.
    pub(super) async fn wait(&self, action: Option<ThrottledAction>) {
        if let Some(at) = action.and_then(|action| self.reserve(action, Instant::now())) {
            sleep_until(at).await;
        }
    }

    /// Reserves the next call and returns its time. Calls are evenly spaced, so that no second exceeds the
    /// quota. Returns `None` if there is no known quota.
    fn reserve(&self, action: ThrottledAction, now: Instant) -> Option<Instant> {
        if !self.are_known {
            return None;
        }
        let mut all = self.next_call.lock().unwrap_or_else(PoisonError::into_inner);
        let next_call = &mut all[action as usize];
        let at = next_call.map_or(now, |next_call| next_call.max(now));
        *next_call = Some(at + Duration::from_secs(1) / action.per_second());
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotas(host: &str) -> Quotas {
        Quotas::for_host(&RegistryHost::parse(host).unwrap())
    }

    #[test]
    fn ecr_allows_ten_manifests_per_second_independently_of_other_actions() {
        let ecr = quotas("111122223333.dkr.ecr.eu-west-1.amazonaws.com");
        let now = Instant::now();
        let delays: Vec<_> =
            (0..21).map(|_| ecr.reserve(ThrottledAction::PutImage, now).unwrap() - now).collect();
        assert_eq!(delays[0], Duration::ZERO);
        assert_eq!(delays[10], Duration::from_secs(1));
        assert_eq!(delays[20], Duration::from_secs(2));
        assert_eq!(ecr.reserve(ThrottledAction::InitiateLayerUpload, now), Some(now));
        let later = now + Duration::from_secs(60);
        assert_eq!(
            ecr.reserve(ThrottledAction::PutImage, later),
            Some(later),
            "unused calls don't accumulate"
        );
    }

    #[test]
    fn other_registries_have_no_known_quota() {
        let other = quotas("registry.example");
        assert_eq!(other.reserve(ThrottledAction::PutImage, Instant::now()), None);
    }
}
