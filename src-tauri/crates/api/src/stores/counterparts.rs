//! What registries have of images of the Docker Engine, for the images that were looked up.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use transload_contract::RegistryCounterpart;

use crate::locks::locked;

/// How long an answer is valid. Failures count as answers.
const VALID_FOR: Duration = Duration::from_secs(10 * 60);

/// The answers, by image reference and the engine's ID of the image.
#[derive(Default)]
pub(crate) struct KnownCounterparts(Mutex<HashMap<String, (Instant, Option<RegistryCounterpart>)>>);

impl KnownCounterparts {
    /// The answer, if it is still valid.
    pub fn get(&self, key: &str) -> Option<Option<RegistryCounterpart>> {
        let known = locked(&self.0).get(key).cloned();
        known.filter(|(at, _)| at.elapsed() < VALID_FOR).map(|(_, known)| known)
    }

    /// Adds an answer and forgets those that are no longer valid.
    pub fn add(&self, key: String, counterpart: Option<RegistryCounterpart>) {
        let mut known = locked(&self.0);
        known.retain(|_, (at, _)| at.elapsed() < VALID_FOR);
        known.insert(key, (Instant::now(), counterpart));
    }
}
