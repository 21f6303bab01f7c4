//! The journal of one running migration: intents before each write, outcomes, and the progress of its
//! images.

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
use crate::journal::json_columns;
use crate::journal::writer::{Change, ChangeKind, ImageChange, Writer};
use crate::recorded_error::RecordedError;
use crate::report::{ImageResult, Report};
use crate::run::record::ImageRecord;
use transload_model::{Digest, RepositoryName, Tag, now_ms};

/// Converts an error to its recorded form. The codes and messages of errors belong to the API crate, so
/// the caller provides the conversion.
pub type RecordError = Arc<dyn Fn(&MigrationError) -> RecordedError + Send + Sync>;

/// The journaled state of earlier attempts of a migration. Empty in the first attempt.
#[derive(Default)]
pub(super) struct EarlierAttempts {
    /// In the order of the plan.
    pub images: Vec<JournalImage>,
    pub intents: Vec<Intent>,
    /// Duration of all earlier attempts.
    pub elapsed_ms: u64,
}

/// Journals the changes of a running migration. No other process can run the migration as long as this
/// value exists.
pub struct JournalLog {
    migration: Arc<str>,
    writer: Writer,
    record_error: RecordError,
    earlier: EarlierAttempts,
    intents: Mutex<Intents>,
    started: Instant,
    _claim: Claim,
}

/// The intents of this migration so far.
struct Intents {
    /// Number of the next intent.
    next: u32,
    tags: BTreeMap<(RepositoryName, Tag), TagHistory>,
}

/// A write whose intent is on disk and whose outcome is not journaled yet.
#[must_use = "the outcome of a write must be journaled"]
#[derive(Debug)]
pub(crate) struct PendingWrite {
    number: u32,
    tag: Option<(RepositoryName, Tag)>,
}

impl JournalLog {
    pub(super) fn new(
        migration: &str,
        writer: Writer,
        claim: Claim,
        record_error: RecordError,
        earlier: EarlierAttempts,
    ) -> Self {
        let (migration, started) = (Arc::from(migration), Instant::now());
        let next = earlier.intents.last().map_or(0, |last| last.number.saturating_add(1));
        let intents = Mutex::new(Intents { next, tags: tag_histories(&earlier.intents) });
        Self { migration, writer, record_error, earlier, intents, started, _claim: claim }
    }

    /// Returns the images as earlier attempts left them, in the order of the plan. Empty in the first
    /// attempt.
    pub(crate) fn earlier(&self) -> &[JournalImage] {
        &self.earlier.images
    }

    /// Returns the writes of a tag in all attempts so far.
    pub(crate) fn tag_history(&self, repository: &RepositoryName, tag: &Tag) -> TagHistory {
        let key = (repository.clone(), tag.clone());
        self.intents().tags.get(&key).cloned().unwrap_or_default()
    }

    /// Returns the time at which an earlier attempt intended to create a repository, if that attempt did
    /// not receive the outcome.
    pub(crate) fn unanswered_creation(&self, name: &RepositoryName) -> Option<u64> {
        unanswered_creation(&self.earlier.intents, name)
    }

    /// Whether an earlier attempt completed this write on a repository.
    pub(crate) fn has_done(&self, name: &RepositoryName, write: &Write) -> bool {
        let is_done = |intent: &Intent| {
            intent.repository == *name
                && intent.write == *write
                && intent.outcome == Some(WriteOutcome::Done)
        };
        self.earlier.intents.iter().any(is_done)
    }

    /// Journals an intent and returns once it is on disk. Only then may the write start.
    ///
    /// # Errors
    /// If the journal can't be written. In this case the caller must not write to the destination:
    /// after a crash, nothing would say that this migration wrote it.
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
            // If the intent reaches the disk later, it must say that nothing was written.
            let outcome = WriteOutcome::Refused;
            self.write(ChangeKind::Settled { number, outcome, digest: None });
            return Err(MigrationError::NotJournaled { source });
        }
        if let (Some(tag), Write::Tag(write)) = (&tag, &intent.write) {
            self.intents().tags.entry(tag.clone()).or_default().add(write, None);
        }
        Ok(PendingWrite { number, tag })
    }

    /// Journals the outcome of a write. `digest` is the written digest if the intent did not contain it.
    pub(crate) fn settle(
        &self,
        pending: PendingWrite,
        outcome: WriteOutcome,
        digest: Option<Digest>,
    ) {
        if let (Some(tag), Some(digest)) = (&pending.tag, &digest)
            && let Some(history) = self.intents().tags.get_mut(tag)
        {
            history.add_digest(digest);
        }
        self.write(ChangeKind::Settled { number: pending.number, outcome, digest });
    }

    /// Journals the digest that an interrupted push of the Docker Engine wrote, once it is known.
    pub(crate) fn record_pushed_digest(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        digest: &Digest,
    ) {
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
        // Plain data, so it is valid even if another thread panicked while it held the lock.
        self.intents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns why the journal can't be written at the moment. Unwritten changes are kept in memory, and
    /// the write is retried.
    pub fn write_failure(&self) -> Option<Arc<JournalError>> {
        self.writer.write_failure()
    }

    /// Waits until all changes so far are on disk.
    ///
    /// # Errors
    /// If the journal can't be written. The write is retried as long as the program runs.
    pub async fn flush(&self) -> Result<(), Arc<JournalError>> {
        self.writer.flush().await
    }

    #[cfg(test)]
    pub(super) fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Journals that an image reached a commit point.
    pub(crate) fn image(&self, record: &ImageRecord<'_>, state: &ImageState) {
        let stage = match state {
            ImageState::Pushing => Stage::Begun,
            ImageState::Pushed { .. } => Stage::Pushed,
            ImageState::Done => Stage::Moved,
            ImageState::Unchanged => Stage::Unchanged,
            ImageState::Failed { .. } => Stage::Failed,
            ImageState::Cancelled => Stage::Cancelled,
            ImageState::Tagged | ImageState::Verifying => return,
        };
        let progress = record.known();
        let error = match &progress.result {
            Some(ImageResult::Failed { error }) => Some((self.record_error)(error).text()),
            _ => None,
        };
        let left_behind = progress.left_behind.iter();
        let left_behind: Vec<_> = left_behind
            .map(|left| (left.name.clone(), (self.record_error)(&left.error).text()))
            .collect();
        self.write(ChangeKind::Image(Box::new(ImageChange {
            number: record.planned.index,
            stage,
            at_ms: now_ms(),
            error,
            pushed_digest: progress.pushed_digest,
            registry_digest: progress.registry_digest,
            ecr_digest: progress.ecr_digest,
            proof: progress.proof,
            platforms: json_columns::platform_text(&record.platforms()),
            sent_bytes: progress.sent_bytes,
            sent_uncounted: progress.sent_uncounted,
            skipped_bytes: progress.skipped_bytes,
            elapsed_ms: progress.elapsed_ms,
            left_behind: serde_json::to_string(&left_behind).unwrap_or_default(),
            source_moved_to: progress.source_moved_to,
            source_digest: progress.source_digest,
            part_of: progress.part_of,
        })));
    }

    /// Journals that the migration created a repository.
    pub(crate) fn repository_created(&self, name: &RepositoryName) {
        let (name, at_ms) = (name.to_string(), now_ms());
        self.write(ChangeKind::RepositoryCreated { name, at_ms });
    }

    /// Journals that the migration finished or was cancelled.
    pub(crate) fn end(&self, report: &Report) {
        let tags_left: Vec<_> =
            report.temporary_tags_left.iter().map(ToString::to_string).collect();
        let not_set = report.policies_not_set.iter().map(|policy| {
            let error = policy.error.as_deref().map(|error| (self.record_error)(error).text());
            (policy.repository.as_str(), error)
        });
        let not_set: Vec<_> = not_set.collect();
        let is_unfinished =
            report.images.iter().any(|image| matches!(image.result, ImageResult::Cancelled));
        self.write(ChangeKind::Ended {
            at_ms: now_ms(),
            cancelled: report.cancelled && is_unfinished,
            temporary_tags_left: serde_json::to_string(&tags_left).unwrap_or_default(),
            policies_not_set: serde_json::to_string(&not_set).unwrap_or_default(),
        });
    }

    fn write(&self, kind: ChangeKind) {
        let since_start_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let elapsed_ms = self.earlier.elapsed_ms.saturating_add(since_start_ms);
        let migration = Arc::clone(&self.migration);
        self.writer.write(Change { migration, elapsed_ms, kind });
    }
}
