//! What ECR holds now of what a migration brought.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::concurrency::{MAX_CONCURRENT_UNDO_REQUESTS, for_each_concurrent};
use crate::destination_identity::DestinationIdentity;
use crate::endpoints::Destination;
use crate::error::MigrationError;
use crate::image_tree::read_tree;
use crate::journal::entry::JournalRecord;
use crate::journal::intent::is_intended_creation;
use crate::manifest_cache::ManifestSource;
use crate::undo::written::{Creation, RepositoryWrites, written_by};
use transload_aws::{AwsError, EcrImage};
use transload_model::{Digest, RepositoryName};

/// What ECR holds now of what a migration brought.
#[derive(Clone, Debug)]
pub struct UndoFacts {
    /// Where the migration wrote.
    pub destination: DestinationIdentity,
    /// By repository; nothing where it does not exist any more.
    pub repositories: BTreeMap<RepositoryName, Option<RepositoryFacts>>,
}

/// One repository.
#[derive(Clone, Debug, Default)]
pub struct RepositoryFacts {
    /// All its images, tagged or not.
    pub images: Vec<EcrImage>,
    /// Whether this migration created it.
    pub is_own: bool,
    /// The manifests below an index that the migration pushed, each after what holds it.
    pub below: HashMap<Digest, Vec<Digest>>,
}

/// Asks ECR what it holds now of what a migration brought.
///
/// # Errors
/// Where `destination` is not the one that the migration wrote to, or a repository cannot be read.
pub async fn undo_facts(
    record: &JournalRecord,
    destination: &Destination,
) -> Result<UndoFacts, MigrationError> {
    let planned = record.destination()?;
    planned.ensure_same(&destination.identity)?;
    let brought: Vec<_> = written_by(record).into_iter().collect();
    let brought = &brought;
    let asked =
        for_each_concurrent(brought.len(), MAX_CONCURRENT_UNDO_REQUESTS, |place| async move {
            let (name, brought) = &brought[place];
            let facts = repository_facts(name, brought, destination).await?;
            Ok((name.clone(), facts))
        });
    let repositories = asked.await.into_iter().collect::<Result<_, MigrationError>>()?;
    Ok(UndoFacts { destination: planned.clone(), repositories })
}

async fn repository_facts(
    name: &RepositoryName,
    brought: &RepositoryWrites,
    destination: &Destination,
) -> Result<Option<RepositoryFacts>, MigrationError> {
    let images = match destination.ecr.images(name).await {
        Ok(images) => images,
        Err(AwsError::RepositoryMissing { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut below = HashMap::new();
    // Only what has no tag can be below an index without being somebody's own image.
    if images.iter().any(|image| image.tags.is_empty()) {
        let there: HashSet<_> = images.iter().map(|image| &image.digest).collect();
        for brought in &brought.tags {
            for digest in brought.digests() {
                if there.contains(digest) && !below.contains_key(digest) {
                    let registry = ManifestSource::of(destination.registry.as_ref());
                    let tree = read_tree(registry, &brought.image, digest.as_str()).await?;
                    below.insert(digest.clone(), tree.below());
                }
            }
        }
    }
    let is_own = match brought.created {
        Creation::No => false,
        Creation::Yes => true,
        Creation::Unanswered { intended_at_ms } => {
            let found = destination.ecr.repository(name).await?;
            let created_at_ms = found.and_then(|found| found.created_at_ms);
            is_intended_creation(intended_at_ms, created_at_ms)
        }
    };
    Ok(Some(RepositoryFacts { images, is_own, below }))
}
