//! The plan of an undo: what to delete, what to restore, and what stays unchanged and why. `make_plan` makes it, and
//! `carry_out` follows it.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::destination_identity::DestinationIdentity;
use crate::undo::totals::UndoTotals;
use transload_model::{Digest, RepositoryName, Tag};

/// What an undo would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoPlan {
    /// The destination of the migration.
    pub destination: DestinationIdentity,
    /// Sorted by name.
    pub repositories: Vec<UndoRepository>,
}

impl UndoPlan {
    /// Returns the number of items that the undo would delete, restore and leave unchanged.
    pub fn totals(&self) -> UndoTotals {
        let mut totals = UndoTotals::default();
        for repository in &self.repositories {
            let mut with_tag = HashSet::new();
            for tag in &repository.tags {
                match &tag.action {
                    TagUndo::Remove { image } => {
                        totals.tags_removed += 1;
                        if *image == ImageUndo::Goes {
                            with_tag.insert(&tag.digest);
                        }
                    }
                    TagUndo::Restore { .. } => totals.tags_restored += 1,
                    TagUndo::Left { .. } => totals.left += 1,
                }
            }
            let deleted = with_tag.len() + repository.images.len();
            totals.images_deleted += u32::try_from(deleted).unwrap_or(u32::MAX);
            match repository.repository {
                RepositoryUndo::Delete => totals.repositories_deleted += 1,
                RepositoryUndo::Left { .. } => totals.left += 1,
                RepositoryUndo::WasThere | RepositoryUndo::Gone => {}
            }
        }
        totals
    }
}

/// What an undo would do in one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoRepository {
    pub name: RepositoryName,
    /// The tags that the migration wrote, in the order of its plan.
    pub tags: Vec<UndoTag>,
    /// Images that are deleted by digest, parents before children: images below an index, referrers of
    /// deleted images, and the images that restored tags no longer point to.
    pub images: Vec<UndoImage>,
    /// What happens to the repository itself.
    pub repository: RepositoryUndo,
}

/// A tag that the migration wrote, and what the undo does with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoTag {
    pub tag: Tag,
    /// The digest that the migration pushed.
    pub digest: Digest,
    pub action: TagUndo,
}

/// What an undo does with a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "undo.ts")]
pub enum TagUndo {
    /// Delete the tag.
    Remove {
        /// What happens to the image of the tag.
        image: ImageUndo,
    },
    /// Point the tag to its previous image again.
    Restore {
        /// Digest of the previous image.
        to: Digest,
    },
    /// Leave the tag unchanged.
    Left { reason: TagLeftReason },
}

/// What happens to the image of a deleted tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "undo.ts")]
pub enum ImageUndo {
    /// Deleted with its last tag.
    Goes,
    /// Stays, because it has other tags.
    HasOtherTags,
}

/// Why a tag stays unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "undo.ts")]
pub enum TagLeftReason {
    /// The tag no longer exists.
    Gone,
    /// Another client has moved the tag since.
    PointsElsewhere {
        /// The current digest of the tag.
        to: Digest,
    },
    /// The image would be deleted with the tag, but it was in the repository before the migration.
    ImageWouldGo,
    /// It is the last tag of an image that an index contains which stays. ECR doesn't remove it
    /// (aws/containers-roadmap#1567).
    BelowIndex,
    /// The previous image of the tag no longer exists.
    EarlierImageGone {
        /// Digest of the previous image.
        earlier: Digest,
    },
    /// A push of the Docker Engine was interrupted, so it is unknown whether the migration wrote the
    /// current image of the tag.
    PushInterrupted,
}

/// An image that is deleted by digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoImage {
    pub digest: Digest,
    /// The index or subject that the image belongs to. The image is deleted only if that is deleted too.
    /// The image's own digest if it is independent.
    pub of: Digest,
    /// The image is deleted only if it has no tags other than these.
    pub tags: Vec<Tag>,
}

/// What an undo does with a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "undo.ts")]
pub enum RepositoryUndo {
    /// Deleted: the migration created it, and no image remains in it.
    Delete,
    /// Stays: the migration created it, but it contains other images.
    Left {
        /// Number of remaining images.
        images: u32,
    },
    /// Stays: it existed before the migration.
    WasThere,
    /// The repository no longer exists.
    Gone,
}

impl UndoPlan {
    /// Whether the undo would change nothing.
    pub fn is_empty(&self) -> bool {
        self.repositories.iter().all(|repository| repository.steps() == 0)
    }

    /// Returns the number of steps, for progress.
    pub fn steps(&self) -> u32 {
        self.repositories.iter().map(UndoRepository::steps).sum()
    }
}

impl UndoRepository {
    fn steps(&self) -> u32 {
        let delete_repository = u32::from(self.repository == RepositoryUndo::Delete);
        self.image_steps().saturating_add(delete_repository)
    }

    /// Returns the number of steps for tags and images.
    pub(super) fn image_steps(&self) -> u32 {
        let tags = self.tags.iter().filter(|tag| !matches!(tag.action, TagUndo::Left { .. }));
        u32::try_from(tags.count() + self.images.len()).unwrap_or(u32::MAX)
    }
}
