//! Reads the current state of the repositories that a migration wrote to.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::concurrency::{MAX_CONCURRENT_UNDO_REQUESTS, for_each_concurrent};
use crate::destination_identity::DestinationIdentity;
use crate::endpoints::Destination;
use crate::error::MigrationError;
use crate::image_tree::read::read_tree;
use crate::journal::entry::JournalRecord;
use crate::journal::intent::is_intended_creation;
use crate::manifest_cache::ManifestSource;
use crate::undo::written::{Creation, RepositoryWrites, written_by};
use transload_aws::{AwsError, EcrImage};
use transload_model::{Digest, RepositoryName};

/// The current state of the repositories that a migration wrote to.
#[derive(Clone, Debug)]
pub struct UndoFacts {
    pub destination: DestinationIdentity,
    /// `None` for a repository that no longer exists.
    pub repositories: BTreeMap<RepositoryName, Option<RepositoryFacts>>,
}

/// The current state of one repository.
#[derive(Clone, Debug, Default)]
pub struct RepositoryFacts {
    /// All images, tagged and untagged.
    pub images: Vec<EcrImage>,
    /// Whether this migration created it.
    pub is_own: bool,
    /// The manifests below each index that the migration pushed, parents before children.
    pub below: HashMap<Digest, Vec<Digest>>,
}

/// Reads the current state of the repositories that a migration wrote to.
///
/// # Errors
/// If `destination` is not the migration's destination, or a repository can't be read.
pub async fn undo_facts(
    record: &JournalRecord,
    destination: &Destination,
) -> Result<UndoFacts, MigrationError> {
    let planned = record.destination()?;
    planned.ensure_same(&destination.identity)?;
    let writes: Vec<_> = written_by(record).into_iter().collect();
    let writes = &writes;
    let facts =
        for_each_concurrent(writes.len(), MAX_CONCURRENT_UNDO_REQUESTS, |index| async move {
            let (name, writes) = &writes[index];
            let facts = repository_facts(name, writes, destination).await?;
            Ok((name.clone(), facts))
        });
    let repositories = facts.await.into_iter().collect::<Result<_, MigrationError>>()?;
    Ok(UndoFacts { destination: planned.clone(), repositories })
}

async fn repository_facts(
    name: &RepositoryName,
    writes: &RepositoryWrites,
    destination: &Destination,
) -> Result<Option<RepositoryFacts>, MigrationError> {
    let images = match destination.ecr.images(name).await {
        Ok(images) => images,
        Err(AwsError::RepositoryMissing { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut below = HashMap::new();
    // The indexes are needed only if there are untagged images, which may belong to one of them.
    if images.iter().any(|image| image.tags.is_empty()) {
        let existing: HashSet<_> = images.iter().map(|image| &image.digest).collect();
        for tag in &writes.tags {
            for digest in tag.digests() {
                if existing.contains(digest) && !below.contains_key(digest) {
                    let registry = ManifestSource::of(destination.registry.as_ref());
                    let tree = read_tree(registry, &tag.image, digest.as_str()).await?;
                    below.insert(digest.clone(), tree.below());
                }
            }
        }
    }
    let is_own = match writes.created {
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
