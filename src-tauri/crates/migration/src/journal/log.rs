use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::error::MigrationError;
use crate::events::ImageState;
use crate::journal::claim::Claim;
use crate::journal::entry::{JournalImage, Stage};
use crate::journal::error::JournalError;
use crate::journal::intent::{
    Intent, TagHistory, Write, WriteOutcome, tag_histories, unanswered_creation,
};
use crate::journal::rows;
use crate::journal::writer::{Change, ChangeKind, ImageChange, Writer};
use crate::recorded_error::RecordedError;
use crate::report::{ImageResult, Report};
use crate::run::record::Record;
use transload_model::{Digest, RepositoryName, Tag, now_ms};

/// Makes the record of an error: code and words are the error table's, which is above the engine.
pub type RecordError = Arc<dyn Fn(&MigrationError) -> RecordedError + Send + Sync>;

/// What earlier tries of a migration left. Empty at the first.
#[derive(Default)]
pub(super) struct EarlierTries {
    /// The images, in the order of the plan.
    pub images: Vec<JournalImage>,
    /// What was written, or was about to be.
    pub intents: Vec<Intent>,
    /// How long they took.
    pub elapsed_ms: u64,
}

/// What a running migration writes into the journal. While it lives, no other process may run the
/// migration.
pub struct JournalLog {
    migration: Arc<str>,
    writer: Writer,
    record_error: RecordError,
    earlier: EarlierTries,
    intents: Mutex<Intents>,
    since: Instant,
    _claim: Claim,
}

/// What is known of this migration's writes while it runs.
struct Intents {
    /// The number of the next one.
    next: u32,
    tags: BTreeMap<(RepositoryName, Tag), TagHistory>,
}

/// A write that is on the disk as an intent, and not settled yet.
#[must_use = "the outcome of a write is journaled too"]
#[derive(Debug)]
pub(crate) struct PendingWrite {
    number: u32,
    /// The tag that it writes, where it writes one.
    tag: Option<(RepositoryName, Tag)>,
}

impl JournalLog {
    pub(super) fn new(
        migration: &str,
        writer: Writer,
        claim: Claim,
        record_error: RecordError,
        earlier: EarlierTries,
    ) -> Self {
        let (migration, since) = (Arc::from(migration), Instant::now());
        let next = earlier.intents.last().map_or(0, |last| last.number.saturating_add(1));
        let intents = Mutex::new(Intents { next, tags: tag_histories(&earlier.intents) });
        Self { migration, writer, record_error, earlier, intents, since, _claim: claim }
    }

    /// What earlier tries of the same migration left, in the order of the plan; nothing at the first.
    pub(crate) fn earlier(&self) -> &[JournalImage] {
        &self.earlier.images
    }

    /// What all tries wrote under a tag so far.
    pub(crate) fn tag_history(&self, repository: &RepositoryName, tag: &Tag) -> TagHistory {
        let key = (repository.clone(), tag.clone());
        self.intents().tags.get(&key).cloned().unwrap_or_default()
    }

    /// When an earlier try intended to create a repository and did not learn the outcome.
    pub(crate) fn unanswered_creation(&self, name: &RepositoryName) -> Option<u64> {
        unanswered_creation(&self.earlier.intents, name)
    }

    /// Whether an earlier try did this to a repository and learned that it succeeded.
    pub(crate) fn has_done(&self, name: &RepositoryName, write: &Write) -> bool {
        let is_done = |intent: &Intent| {
            intent.repository == *name
                && intent.write == *write
                && intent.outcome == Some(WriteOutcome::Done)
        };
        self.earlier.intents.iter().any(is_done)
    }

    /// Journals a write and returns once the intent is on the disk: the write may begin then.
    ///
    /// # Errors
    /// If the journal cannot be written. Then nothing may be written at the destination either, or a
    /// crash would leave something there that nobody knows of.
    pub(crate) async fn intend(
        &self,
        repository: &RepositoryName,
        write: Write,
    ) -> Result<PendingWrite, MigrationError> {
        let number = {
            let mut intents = self.intents();
            let number = intents.next;
            intents.next += 1;
            number
        };
        let tag = match &write {
            Write::Tag(write) => Some((repository.clone(), write.tag.clone())),
            _ => None,
        };
        let intent = Intent {
            number,
            repository: repository.clone(),
            write,
            intended_at_ms: now_ms(),
            outcome: None,
        };
        self.write(ChangeKind::Intended(Box::new(intent.clone())));
        if let Err(source) = self.flush().await {
            // Should it reach the disk later, it has to say that nothing was written.
            let outcome = WriteOutcome::Refused;
            self.write(ChangeKind::Settled { number, outcome, digest: None });
            return Err(MigrationError::NotJournaled { source });
        }
        if let (Some(tag), Write::Tag(write)) = (&tag, &intent.write) {
            self.intents().tags.entry(tag.clone()).or_default().add(write, None);
        }
        Ok(PendingWrite { number, tag })
    }

    /// Journals what came of a write. `digest` is what was written, where the intent could not say.
    pub(crate) fn settle(
        &self,
        pending: PendingWrite,
        outcome: WriteOutcome,
        digest: Option<Digest>,
    ) {
        if let (Some(tag), Some(digest)) = (&pending.tag, &digest)
            && let Some(history) = self.intents().tags.get_mut(tag)
        {
            history.learn(digest);
        }
        self.write(ChangeKind::Settled { number: pending.number, outcome, digest });
    }

    /// Journals what an interrupted push of the Docker Engine wrote, once that is known.
    pub(crate) fn learn_pushed(&self, repository: &RepositoryName, tag: &Tag, digest: &Digest) {
        let of_tag = |intent: &&Intent| {
            intent.repository == *repository
                && matches!(&intent.write, Write::Tag(write) if write.tag == *tag && write.digest.is_none())
        };
        let Some(intent) = self.earlier.intents.iter().rfind(of_tag) else { return };
        let tag = Some((repository.clone(), tag.clone()));
        let pending = PendingWrite { number: intent.number, tag };
        self.settle(pending, WriteOutcome::Done, Some(digest.clone()));
    }

    fn intents(&self) -> MutexGuard<'_, Intents> {
        // Plain data: a panic elsewhere leaves it as it was.
        self.intents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing can be written at the moment. It is kept in memory and tried again.
    pub fn trouble(&self) -> Option<Arc<JournalError>> {
        self.writer.trouble()
    }

    /// Waits until all that happened is on the disk.
    ///
    /// # Errors
    /// Where it cannot be written. It is tried again as long as the program runs.
    pub async fn flush(&self) -> Result<(), Arc<JournalError>> {
        self.writer.flush().await
    }

    #[cfg(test)]
    pub(super) fn writer(&self) -> &Writer {
        &self.writer
    }

    /// An image came to a commit point.
    pub(crate) fn image(&self, record: &Record<'_>, state: &ImageState) {
        let stage = match state {
            ImageState::Pushing => Stage::Begun,
            ImageState::Pushed { .. } => Stage::Pushed,
            ImageState::Done => Stage::Moved,
            ImageState::Unchanged => Stage::Unchanged,
            ImageState::Failed { .. } => Stage::Failed,
            ImageState::Cancelled => Stage::Cancelled,
            ImageState::Tagged | ImageState::Verifying => return,
        };
        let known = record.known();
        let error = match &known.result {
            Some(ImageResult::Failed { error }) => Some((self.record_error)(error).text()),
            _ => None,
        };
        let left = known.left_behind.iter();
        let left: Vec<_> =
            left.map(|left| (left.name.clone(), (self.record_error)(&left.error).text())).collect();
        self.write(ChangeKind::Image(Box::new(ImageChange {
            number: record.planned.index,
            stage,
            at_ms: now_ms(),
            error,
            pushed_digest: known.pushed_digest,
            registry_digest: known.registry_digest,
            ecr_digest: known.ecr_digest,
            proof: known.proof,
            platforms: rows::platform_text(&known.platforms),
            sent_bytes: known.sent_bytes,
            sent_uncounted: known.sent_uncounted,
            skipped_bytes: known.skipped_bytes,
            elapsed_ms: known.elapsed_ms,
            left_behind: serde_json::to_string(&left).unwrap_or_default(),
            source_moved_to: known.source_moved_to,
            source_digest: known.source_digest,
            part_of: known.part_of,
        })));
    }

    /// A repository was created.
    pub(crate) fn repository_created(&self, name: &RepositoryName) {
        let (name, at_ms) = (name.to_string(), now_ms());
        self.write(ChangeKind::RepositoryCreated { name, at_ms });
    }

    /// The migration came to its end, or was stopped.
    pub(crate) fn end(&self, report: &Report) {
        let left: Vec<_> = report.temporary_tags_left.iter().map(ToString::to_string).collect();
        let not_set = report.policies_not_set.iter().map(|policy| {
            let error = policy.error.as_deref().map(|error| (self.record_error)(error).text());
            (policy.repository.as_str(), error)
        });
        let not_set: Vec<_> = not_set.collect();
        let open = report.images.iter().any(|image| matches!(image.result, ImageResult::Cancelled));
        self.write(ChangeKind::Ended {
            at_ms: now_ms(),
            cancelled: report.cancelled && open,
            temporary_tags_left: serde_json::to_string(&left).unwrap_or_default(),
            policies_not_set: serde_json::to_string(&not_set).unwrap_or_default(),
        });
    }

    fn write(&self, kind: ChangeKind) {
        let tried = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let elapsed_ms = self.earlier.elapsed_ms.saturating_add(tried);
        let migration = Arc::clone(&self.migration);
        self.writer.write(Change { migration, elapsed_ms, kind });
    }
}
