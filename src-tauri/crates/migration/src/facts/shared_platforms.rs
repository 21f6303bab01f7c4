//! The lists of platforms of a plan, each once. `image_lookup` creates them: most of thousands of images are built for
//! the same platforms.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use transload_model::Platform;

/// Each distinct list of platforms.
#[derive(Default)]
pub(super) struct SharedPlatforms(Mutex<HashSet<Arc<[Platform]>>>);

impl SharedPlatforms {
    /// Returns the list, shared with the other images that have the same one.
    pub fn share(&self, platforms: Vec<Platform>) -> Arc<[Platform]> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = known.get(platforms.as_slice()) {
            return Arc::clone(shared);
        }
        let shared: Arc<[Platform]> = platforms.into();
        known.insert(Arc::clone(&shared));
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_are_one() {
        let platforms = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let shared = SharedPlatforms::default();
        let first = shared.share(platforms(&["linux/amd64", "linux/arm64/v8"]));
        let same = shared.share(platforms(&["linux/amd64", "linux/arm64/v8"]));
        let other = shared.share(platforms(&["linux/arm64/v8", "linux/amd64"]));
        assert!(Arc::ptr_eq(&first, &same) && !Arc::ptr_eq(&first, &other));
        assert_eq!(other[0].to_string(), "linux/arm64/v8");
    }
}
