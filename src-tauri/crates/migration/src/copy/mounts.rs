//! Decides which repository a layer is mounted from if blob mounting is enabled in ECR.
//!
//! ECR mounts a layer only from a repository with the same encryption, and only once a manifest
//! there refers to it. So one of the images that share a layer sends it, and the images of other
//! repositories wait until that image is written. This keeps the bytes that a plan shows: without
//! waiting, images that are copied concurrently would send the layer once each.
//!
//! An image never waits for one that starts later: of all images with a layer, the first one to start
//! sends it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::plan::{PlannedImage, PlannedRepository};
use transload_model::{Digest, Encryption, PackedDigest, Reported, RepositoryName};

/// The planned mounts of a migration.
pub(crate) struct Mounts {
    /// The encryption of each repository, as a number.
    groups: HashMap<String, usize>,
    /// Repositories that had a layer before the migration, by digest and encryption.
    holders: HashMap<(PackedDigest, usize), Arc<str>>,
    /// The image that sends a layer.
    senders: HashMap<(PackedDigest, usize), LayerSender>,
    /// Results of the images that send a layer; `None` while unknown.
    outcomes: HashMap<u32, watch::Sender<Option<bool>>>,
}

/// The image that sends a layer, and the repository that it is sent to.
#[derive(Clone)]
struct LayerSender {
    image: u32,
    repository: Arc<str>,
}

impl Mounts {
    /// Creates the mounts. `images` are in the order in which they start.
    pub fn new<'a>(
        repositories: &[PlannedRepository],
        holders: &[(PackedDigest, RepositoryName)],
        images: impl Iterator<Item = &'a PlannedImage>,
    ) -> Self {
        let mut numbers: HashMap<&Reported<Encryption>, usize> = HashMap::new();
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
                    LayerSender { image: image.index, repository: Arc::clone(&repository) }
                });
            }
        }
        Self { groups, holders, senders, outcomes }
    }

    /// Returns the repository that a layer is mounted from, after waiting until another image has
    /// sent it. Returns `None` if no other image has it.
    pub async fn repository_with(&self, repository: &str, digest: &Digest) -> Option<Arc<str>> {
        let group = *self.groups.get(repository)?;
        let key = (PackedDigest::from(digest), group);
        if let Some(holder) = self.holders.get(&key) {
            return Some(Arc::clone(holder)).filter(|holder| holder.as_ref() != repository);
        }
        let sender = self.senders.get(&key)?;
        if sender.repository.as_ref() == repository {
            return None;
        }
        let mut outcome = self.outcomes.get(&sender.image)?.subscribe();
        // The sender of the result is in `self`, so it can't be dropped.
        let is_written = outcome.wait_for(Option::is_some).await.is_ok_and(|is| *is == Some(true));
        is_written.then(|| Arc::clone(&sender.repository))
    }

    /// Ends the waits for an image: it is written, or an attempt failed.
    pub fn settle(&self, image: u32, is_written: bool) {
        if let Some(outcome) = self.outcomes.get(&image) {
            outcome.send_replace(Some(is_written));
        }
    }
}
