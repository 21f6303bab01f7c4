//! What Amazon ECR is known to allow of some actions, kept before it has to say so.
//!
//! Source: Amazon ECR user guide, "Amazon ECR service quotas": for each account and region, in
//! calls a second, PutImage 10, InitiateLayerUpload 100, CompleteLayerUpload 100. The other actions
//! allow hundreds and more, which one client does not reach.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use tokio::time::{Instant, sleep_until};

use transload_model::RegistryHost;

/// What a request of the distribution protocol is to ECR, where that has a quota worth keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// A manifest is stored.
    PutImage,
    /// An upload is opened, or a blob mounted.
    InitiateLayerUpload,
    /// A blob is stored.
    CompleteLayerUpload,
}

impl Action {
    /// The action of a request other than a blob's PUT.
    pub(super) fn of(method: &Method) -> Option<Self> {
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

/// The quotas of one registry. One that is not ECR has none that are known.
#[derive(Default)]
pub(super) struct Quotas {
    are_known: bool,
    /// When the next call may go out, by action.
    next: Mutex<[Option<Instant>; 3]>,
}

impl Quotas {
    /// Those of the registry with this name.
    pub(super) fn of(host: &RegistryHost) -> Self {
        Self { are_known: host.is_amazon_ecr(), next: Mutex::default() }
    }

    /// Waits until one more call of an action is within its quota.
    pub(super) async fn wait(&self, action: Option<Action>) {
        if let Some(at) = action.and_then(|action| self.reserve(action, Instant::now())) {
            sleep_until(at).await;
        }
    }

    /// The moment of one more call: evenly apart, so that no second holds more than are allowed.
    fn reserve(&self, action: Action, now: Instant) -> Option<Instant> {
        if !self.are_known {
            return None;
        }
        let mut all = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let next = &mut all[action as usize];
        let at = next.map_or(now, |next| next.max(now));
        *next = Some(at + Duration::from_secs(1) / action.per_second());
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotas(host: &str) -> Quotas {
        Quotas::of(&RegistryHost::parse(host).unwrap())
    }

    #[test]
    fn ecr_takes_ten_manifests_a_second_and_its_other_actions_do_not_count_with_them() {
        let ecr = quotas("111122223333.dkr.ecr.eu-west-1.amazonaws.com");
        let now = Instant::now();
        let moments: Vec<_> =
            (0..21).map(|_| ecr.reserve(Action::PutImage, now).unwrap() - now).collect();
        assert_eq!(moments[0], Duration::ZERO);
        assert_eq!(moments[10], Duration::from_secs(1));
        assert_eq!(moments[20], Duration::from_secs(2));
        assert_eq!(ecr.reserve(Action::InitiateLayerUpload, now), Some(now));
        let later = now + Duration::from_secs(60);
        assert_eq!(ecr.reserve(Action::PutImage, later), Some(later), "what was not used is gone");
    }

    #[test]
    fn another_registry_has_no_known_quota() {
        let other = quotas("registry.example");
        assert_eq!(other.reserve(Action::PutImage, Instant::now()), None);
    }
}
