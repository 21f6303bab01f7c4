use std::sync::Arc;
use std::time::Instant;

use super::claim::Claim;
use super::rows;
use super::writer::{Change, ChangeKind, ImageChange, Writer};
use super::{JournalError, JournalImage, Stage};
use crate::migration::record::Record;
use crate::migration::{ImageResult, ImageState, MigrationError, Report};
use crate::model::{RepositoryName, now_ms};

/// Puts an error into the words of whoever shows the journal.
pub type TellError = Arc<dyn Fn(&MigrationError) -> String + Send + Sync>;

/// What a running migration writes into the journal. While it lives, no other process may run the
/// migration.
pub struct JournalLog {
    migration: Arc<str>,
    writer: Writer,
    tell: TellError,
    earlier: Vec<JournalImage>,
    earlier_ms: u64,
    since: Instant,
    _claim: Claim,
}

impl JournalLog {
    pub(super) fn new(
        migration: &str,
        writer: Writer,
        claim: Claim,
        tell: TellError,
        earlier: Vec<JournalImage>,
        earlier_ms: u64,
    ) -> Self {
        let (migration, since) = (Arc::from(migration), Instant::now());
        Self { migration, writer, tell, earlier, earlier_ms, since, _claim: claim }
    }

    /// What earlier tries of the same migration left, in the order of the plan; nothing at the first.
    pub(in crate::migration) fn earlier(&self) -> &[JournalImage] {
        &self.earlier
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
    pub(in crate::migration) fn image(&self, record: &Record<'_>, state: &ImageState) {
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
            Some(ImageResult::Failed { error }) => Some((self.tell)(error)),
            _ => None,
        };
        let left = known.left_behind.iter();
        let left: Vec<_> = left.map(|left| (left.name.clone(), (self.tell)(&left.error))).collect();
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
        })));
    }

    /// A repository was created.
    pub(in crate::migration) fn repository_created(&self, name: &RepositoryName) {
        let (name, at_ms) = (name.to_string(), now_ms());
        self.write(ChangeKind::RepositoryCreated { name, at_ms });
    }

    /// The migration came to its end, or was stopped.
    pub(in crate::migration) fn end(&self, report: &Report) {
        let left: Vec<_> = report.temporary_tags_left.iter().map(ToString::to_string).collect();
        let not_set = report.policies_not_set.iter().map(|policy| {
            let error = policy.error.as_deref().map(|error| (self.tell)(error));
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
        let elapsed_ms = self.earlier_ms.saturating_add(tried);
        let migration = Arc::clone(&self.migration);
        self.writer.write(Change { migration, elapsed_ms, kind });
    }
}
