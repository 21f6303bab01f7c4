//! Which repository a layer is mounted from, where blob mounting of ECR is on.
//!
//! ECR mounts a layer only from a repository with the same encryption, and only once a manifest there
//! names it. So one image of all that share a layer sends it, and the images of other repositories wait
//! until that image is written. This keeps the bytes that a plan shows: without waiting, images that
//! are copied concurrently would send the layer once each.
//!
//! An image never waits for one that starts later: the image that sends a layer is the first to start
//! of all that have it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::{PlannedImage, PlannedRepository};
use transload_model::{Digest, Encryption, RepositoryName};

/// The mounts of a migration.
pub(crate) struct Mounts {
    /// The encryption of each repository, as a number.
    groups: HashMap<String, usize>,
    /// Repositories that had a layer before the migration.
    holders: HashMap<(Digest, usize), Arc<str>>,
    /// The image that sends a layer.
    senders: HashMap<(Digest, usize), Sender>,
    /// What became of the images that send a layer; nothing as long as that is open.
    outcomes: HashMap<u32, watch::Sender<Option<bool>>>,
}

#[derive(Clone)]
struct Sender {
    image: u32,
    repository: Arc<str>,
}

impl Mounts {
    /// `images` are in the order in which they start.
    pub fn new<'a>(
        repositories: &[PlannedRepository],
        holders: &[(Digest, RepositoryName)],
        images: impl Iterator<Item = &'a PlannedImage>,
    ) -> Self {
        let mut numbers: HashMap<&Encryption, usize> = HashMap::new();
        let mut groups = HashMap::new();
        for repository in repositories {
            let next = numbers.len();
            let number = *numbers.entry(&repository.settings.encryption).or_insert(next);
            groups.insert(repository.name.to_string(), number);
        }
        let group = |name: &RepositoryName| groups.get(name.as_str()).copied();
        let holders = holders.iter().filter_map(|(digest, name)| {
            Some(((digest.clone(), group(name)?), Arc::from(name.as_str())))
        });
        let holders = holders.collect();
        let (mut senders, mut outcomes) = (HashMap::new(), HashMap::new());
        for image in images {
            let (Some(content), Some(group)) = (&image.content, group(&image.repository)) else {
                continue;
            };
            let repository: Arc<str> = Arc::from(image.repository.as_str());
            for (digest, _) in &content.blobs {
                senders.entry((digest.clone(), group)).or_insert_with(|| {
                    outcomes.entry(image.index).or_insert_with(watch::Sender::default);
                    Sender { image: image.index, repository: Arc::clone(&repository) }
                });
            }
        }
        Self { groups, holders, senders, outcomes }
    }

    /// The repository that a layer is mounted from. Waits until another image has sent it. `None` if
    /// nobody else has it.
    pub async fn repository_with(&self, repository: &str, digest: &Digest) -> Option<Arc<str>> {
        let group = *self.groups.get(repository)?;
        let place = (digest.clone(), group);
        if let Some(holder) = self.holders.get(&place) {
            return Some(Arc::clone(holder)).filter(|holder| holder.as_ref() != repository);
        }
        let sender = self.senders.get(&place)?;
        if sender.repository.as_ref() == repository {
            return None;
        }
        let mut outcome = self.outcomes.get(&sender.image)?.subscribe();
        // The sender of the outcome lives in `self`.
        let is_written = outcome.wait_for(Option::is_some).await.is_ok_and(|is| *is == Some(true));
        is_written.then(|| Arc::clone(&sender.repository))
    }

    /// An image is written, or an attempt failed: nobody waits for it any longer.
    pub fn settle(&self, image: u32, is_written: bool) {
        if let Some(outcome) = self.outcomes.get(&image) {
            outcome.send_replace(Some(is_written));
        }
    }
}
