//! The newest list of images of the repositories that were opened last, so that their rows can be grouped again after
//! manifests were read, without listing again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use transload_aws::EcrImage;
use transload_manifest_cache::PullScope;

use crate::locks::locked;

/// A repository can have 100,000 images of about 500 bytes each.
const MAX_LISTINGS: usize = 4;

/// The newest lists, the last used one at the end.
#[derive(Default)]
pub(crate) struct Listings(Mutex<VecDeque<(PullScope, Arc<Vec<EcrImage>>)>>);

impl Listings {
    /// Replaces the list of a repository.
    pub fn put(&self, scope: PullScope, images: Arc<Vec<EcrImage>>) {
        let mut all = locked(&self.0);
        all.retain(|(known, _)| *known != scope);
        all.push_back((scope, images));
        while all.len() > MAX_LISTINGS {
            all.pop_front();
        }
    }

    /// Forgets the list of a repository, because its images changed.
    pub fn forget(&self, scope: &PullScope) {
        locked(&self.0).retain(|(known, _)| known != scope);
    }

    pub fn get(&self, scope: &PullScope) -> Option<Arc<Vec<EcrImage>>> {
        let all = locked(&self.0);
        all.iter().find(|(known, _)| known == scope).map(|(_, images)| Arc::clone(images))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use transload_model::{AccountId, Region, RepositoryName};

    #[test]
    fn the_newest_lists_are_kept() {
        let scope = |number: usize| {
            let account = AccountId::parse("111122223333").unwrap();
            let region = Region::parse("eu-central-1").unwrap();
            let name = RepositoryName::parse(&format!("app{number}")).unwrap();
            PullScope::new(&account, &region, &name)
        };
        let listings = Listings::default();
        for number in 0..10 {
            listings.put(scope(number), Arc::default());
            listings.put(scope(number), Arc::default());
        }
        let kept: Vec<_> =
            (0..10).filter(|number| listings.get(&scope(*number)).is_some()).collect();
        assert_eq!(kept, [6, 7, 8, 9]);
        listings.forget(&scope(7));
        assert!(listings.get(&scope(7)).is_none() && listings.get(&scope(8)).is_some());
    }
}
