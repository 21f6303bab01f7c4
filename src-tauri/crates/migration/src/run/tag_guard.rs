//! The one check before a tag is written: a tag is overwritten only if it is as the plan showed it.
//!
//! Every route consults a [`TagGuard`] immediately before it writes a tag. The guard reads the tag at
//! the destination, compares it with the plan, and journals what is about to be overwritten, so
//! that an undo can restore it. A short window remains between this read and the write, because
//! neither the registry protocol nor the ECR API has a conditional write of a tag.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::MigrationError;
use crate::journal::intent::{TagHistory, TagKind, TagWrite, Write, WriteOutcome};
use crate::journal::log::{JournalLog, PendingWrite};
use transload_model::{Digest, ImageReference, RepositoryName, Tag};
use transload_registry::{RegistryApi, RegistryError};

/// What may be overwritten under a tag.
#[derive(Clone, Debug)]
pub(crate) enum Expected<'a> {
    /// The tag of a planned image: its digest in the plan, or nothing if the tag didn't exist.
    Planned {
        /// The tag, for the error message.
        destination: &'a ImageReference,
        /// The digest in the plan.
        digest: Option<&'a Digest>,
    },
    /// The tag of a referrer: nothing. An existing one was not written by this migration.
    Nothing,
    /// A list of referrers that was just read and extended.
    Read(Option<Digest>),
}

/// What may be overwritten under a tag, and the journal that records it.
pub(crate) struct TagGuard<'a> {
    /// The number of the image in the plan.
    pub image: u32,
    /// The repository at the destination.
    pub repository: &'a str,
    /// The tag at the destination.
    pub tag: &'a str,
    pub expected: Expected<'a>,
    /// The journal, if the migration has one.
    pub journal: Option<&'a JournalLog>,
    /// Set once the write may have started: from then on a cancel can't know the result.
    pub write_begun: Option<&'a AtomicBool>,
}

#[derive(Debug)]
pub(crate) enum TagDecision {
    /// The tag may be written now. The intent is recorded on disk.
    Write(Option<PendingWrite>),
    /// The tag points to the wanted image already.
    AlreadyThere {
        /// Whether an earlier write of this migration did it.
        is_own: bool,
    },
}

/// Result of comparing a tag with the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    AsPlanned,
    AlreadyThere { is_own: bool },
    Moved,
}

/// Compares the digest of a tag with what may be overwritten. `wanted` is `None` while only the
/// Docker Engine knows it.
fn compare(
    found: Option<&Digest>,
    wanted: Option<&Digest>,
    planned: Option<&Digest>,
    history: &TagHistory,
) -> Comparison {
    match found {
        Some(found) if wanted == Some(found) => {
            let is_own = history.wrote(found) || history.is_uncertain;
            Comparison::AlreadyThere { is_own }
        }
        // A tag that this migration wrote may be written again.
        Some(found) if history.wrote(found) => Comparison::AsPlanned,
        found if found == planned => Comparison::AsPlanned,
        _ => Comparison::Moved,
    }
}

impl TagGuard<'_> {
    /// Reads the tag, compares it, and journals the write. Must be called immediately before the
    /// tag is written.
    ///
    /// # Errors
    /// Returns [`MigrationError::DestinationMoved`] or [`MigrationError::ReferrerKept`] if the tag
    /// points to something other than expected, and [`MigrationError::NotJournaled`] if the intent
    /// can't be journaled. The tag must not be written then.
    pub async fn before_write(
        &self,
        destination: &dyn RegistryApi,
        wanted: Option<&Digest>,
    ) -> Result<TagDecision, MigrationError> {
        let found = self.found(destination).await?;
        if let Some(is_own) = self.check(destination, found.as_ref(), wanted)? {
            return Ok(TagDecision::AlreadyThere { is_own });
        }
        let mark_begun = || {
            if let Some(write_begun) = self.write_begun {
                write_begun.store(true, Ordering::Relaxed);
            }
        };
        let (Some(journal), Some((repository, tag))) = (self.journal, self.names()) else {
            mark_begun();
            return Ok(TagDecision::Write(None));
        };
        let kind = match self.expected {
            Expected::Planned { .. } => TagKind::Image,
            Expected::Nothing | Expected::Read(_) => TagKind::Referrer,
        };
        let (image, digest) = (self.image, wanted.cloned());
        let write = Write::Tag(TagWrite { tag, kind, image, earlier: found, digest });
        let pending = journal.intend(&repository, write).await?;
        mark_begun();
        Ok(TagDecision::Write(Some(pending)))
    }

    /// Journals the result of writing this digest; no `error` means that it succeeded. After an
    /// error the result is unknown unless the registry refused the write, because the response to a
    /// successful write may have been lost.
    pub fn after_write(
        &self,
        pending: Option<PendingWrite>,
        digest: Option<&Digest>,
        error: Option<&MigrationError>,
    ) {
        let (Some(journal), Some(pending)) = (self.journal, pending) else { return };
        match error {
            None => journal.settle(pending, WriteOutcome::Done, digest.cloned()),
            Some(MigrationError::Registry(RegistryError::TagImmutable { .. })) => {
                journal.settle(pending, WriteOutcome::Refused, None);
            }
            Some(_) => {}
        }
    }

    pub async fn found(
        &self,
        destination: &dyn RegistryApi,
    ) -> Result<Option<Digest>, MigrationError> {
        let head = destination.manifest_head(self.repository, self.tag).await?;
        Ok(head.map(|head| head.digest))
    }

    /// Returns whether an earlier run of the migration wrote the tag, or was about to.
    pub fn has_history(&self) -> bool {
        self.history() != TagHistory::default()
    }

    /// Compares the digest of a tag with what may be overwritten. If it points to the wanted image
    /// already, returns whether this migration wrote it. Callers that use this to skip work before
    /// the write still have to call [`TagGuard::before_write`].
    pub fn check(
        &self,
        destination: &dyn RegistryApi,
        found: Option<&Digest>,
        wanted: Option<&Digest>,
    ) -> Result<Option<bool>, MigrationError> {
        let planned = match &self.expected {
            Expected::Planned { digest, .. } => *digest,
            Expected::Nothing => None,
            Expected::Read(digest) => digest.as_ref(),
        };
        match compare(found, wanted, planned, &self.history()) {
            Comparison::AlreadyThere { is_own } => Ok(Some(is_own)),
            Comparison::AsPlanned => Ok(None),
            Comparison::Moved => Err(self.moved(destination, found, wanted, planned)),
        }
    }

    fn moved(
        &self,
        destination: &dyn RegistryApi,
        found: Option<&Digest>,
        wanted: Option<&Digest>,
        planned: Option<&Digest>,
    ) -> MigrationError {
        match (&self.expected, found, wanted) {
            (Expected::Planned { destination, .. }, found, _) => MigrationError::DestinationMoved {
                destination: (*destination).clone(),
                planned: planned.cloned(),
                found: found.cloned(),
            },
            (_, Some(found), Some(wanted)) => MigrationError::ReferrerKept {
                registry: destination.host().clone(),
                repository: self.repository.to_owned(),
                tag: self.tag.to_owned(),
                found: found.clone(),
                wanted: wanted.clone(),
            },
            // A list of referrers that was deleted since it was read has to be read again.
            _ => RegistryError::Missing {
                registry: destination.host().clone(),
                subject: format!("{}:{}", self.repository, self.tag),
                repository: false,
                message: None,
            }
            .into(),
        }
    }

    fn history(&self) -> TagHistory {
        let history = || {
            let (repository, tag) = self.names()?;
            Some(self.journal?.tag_history(&repository, &tag))
        };
        history().unwrap_or_default()
    }

    /// Returns repository and tag as ECR and its journal name them. Without a journal, the
    /// destination may be any registry.
    fn names(&self) -> Option<(RepositoryName, Tag)> {
        Some((RepositoryName::parse(self.repository).ok()?, Tag::parse(self.tag).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_overwritten_only_if_it_is_as_planned() {
        use Comparison::{AlreadyThere, AsPlanned, Moved};
        let digest = |text: &str| (!text.is_empty()).then(|| Digest::of(text.as_bytes()));
        // Existing digest, wanted digest, digest in the plan, digest that this migration wrote
        // before.
        let cases = [
            ("", "new", "", "", AsPlanned),
            ("old", "new", "old", "", AsPlanned),
            ("", "new", "old", "", Moved),
            ("theirs", "new", "", "", Moved),
            ("theirs", "new", "old", "", Moved),
            ("new", "new", "", "", AlreadyThere { is_own: false }),
            ("new", "new", "old", "", AlreadyThere { is_own: false }),
            ("new", "new", "", "new", AlreadyThere { is_own: true }),
            ("first", "new", "old", "first", AsPlanned),
            ("theirs", "new", "old", "first", Moved),
            ("old", "new", "old", "first", AsPlanned),
            // The Docker Engine alone knows which digest it will write.
            ("", "", "", "", AsPlanned),
            ("old", "", "old", "", AsPlanned),
            ("theirs", "", "", "", Moved),
            ("first", "", "", "first", AsPlanned),
        ];
        for (found, wanted, planned, written, expected) in cases {
            let history =
                TagHistory { digests: digest(written).into_iter().collect(), ..Default::default() };
            let (found, wanted, planned) = (digest(found), digest(wanted), digest(planned));
            let compared = compare(found.as_ref(), wanted.as_ref(), planned.as_ref(), &history);
            assert_eq!(compared, expected, "{found:?} {wanted:?} {planned:?} {written}");
        }
    }
}
