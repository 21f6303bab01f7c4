//! The one thread that writes the journal while migrations run. It combines changes into one
//! transaction, so that thousands of images need hundreds of disk flushes and not thousands.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, named_params};
use tokio::sync::oneshot;

use crate::journal::codes::Coded;
use crate::journal::entry::Stage;
use crate::journal::error::JournalError;
use crate::journal::intent::{Intent, WriteOutcome};
use crate::journal::{columns, rows, schema};
use crate::proof::Proof;
use transload_model::Digest;

/// Pause before a failed write is retried: the user may free space on a full disk.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// Changes in one transaction, at most. More would delay checkpoints for no gain.
const MAX_CHANGES_PER_WRITE: usize = 2048;

/// A change of a migration to journal.
pub(super) struct Change {
    pub migration: Arc<str>,
    /// Duration of all attempts of the migration so far.
    pub elapsed_ms: u64,
    pub kind: ChangeKind,
}

pub(super) enum ChangeKind {
    Image(Box<ImageChange>),
    Intended(Box<Intent>),
    /// `digest` is the written digest if the intent did not contain it.
    Settled {
        number: u32,
        outcome: WriteOutcome,
        digest: Option<Digest>,
    },
    RepositoryCreated {
        name: String,
        at_ms: u64,
    },
    Ended {
        at_ms: u64,
        cancelled: bool,
        temporary_tags_left: String,
        policies_not_set: String,
    },
}

/// The current state of an image.
pub(super) struct ImageChange {
    pub number: u32,
    pub stage: Stage,
    pub at_ms: u64,
    pub error: Option<String>,
    pub pushed_digest: Option<Digest>,
    pub registry_digest: Option<Digest>,
    pub ecr_digest: Option<Digest>,
    pub proof: Proof,
    pub platforms: String,
    pub sent_bytes: u64,
    pub sent_uncounted: bool,
    pub skipped_bytes: u64,
    pub elapsed_ms: u64,
    pub left_behind: String,
    pub source_moved_to: Option<Digest>,
    /// The digest of the source, if it became known only during the transfer.
    pub source_digest: Option<Digest>,
    pub part_of: Option<Digest>,
}

enum Message {
    Change(Change),
    Flush(oneshot::Sender<Result<(), Arc<JournalError>>>),
    /// Limits the size of the file in pages, to simulate a full disk.
    #[cfg(test)]
    PageLimit(u32),
}

/// Sends changes to the writer thread. The thread ends when the last clone is dropped and everything is
/// written.
#[derive(Clone)]
pub(super) struct Writer {
    sender: Sender<Message>,
    failure: WriteFailure,
}

/// Why the journal can't be written at the moment. `None` if the last write succeeded.
type WriteFailure = Arc<Mutex<Option<Arc<JournalError>>>>;

impl Writer {
    /// Opens the file and starts the thread.
    pub fn start(path: &Path) -> Result<Self, JournalError> {
        let connection = schema::open(path)?;
        let (sender, receiver) = channel();
        let failure = WriteFailure::default();
        let mut thread =
            WriterThread { path: path.to_owned(), connection, failure: Arc::clone(&failure) };
        std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || thread.run(&receiver))
            .map_err(|source| JournalError::Unusable { path: path.to_owned(), source })?;
        Ok(Self { sender, failure })
    }

    /// Queues a change, without waiting until it is written.
    pub fn write(&self, change: Change) {
        // The thread lives as long as there is a sender.
        let _ = self.sender.send(Message::Change(change));
    }

    /// Waits until all queued changes are on disk.
    pub async fn flush(&self) -> Result<(), Arc<JournalError>> {
        let (sender, result) = oneshot::channel();
        let _ = self.sender.send(Message::Flush(sender));
        result.await.unwrap_or_else(|_| Err(Arc::new(JournalError::Closed)))
    }

    #[cfg(test)]
    pub fn limit_pages(&self, pages: u32) {
        self.sender.send(Message::PageLimit(pages)).unwrap();
    }

    /// Returns why the journal can't be written at the moment. Queued changes are kept and retried.
    pub fn write_failure(&self) -> Option<Arc<JournalError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct WriterThread {
    path: PathBuf,
    connection: Connection,
    failure: WriteFailure,
}

impl WriterThread {
    fn run(&mut self, receiver: &Receiver<Message>) {
        let mut pending: Vec<Change> = Vec::new();
        let mut open = true;
        while open || !pending.is_empty() {
            let mut flushes = Vec::new();
            // A failed write is retried even if no further change arrives.
            let first = if pending.is_empty() {
                receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                receiver.recv_timeout(RETRY_PAUSE)
            };
            open = !matches!(first, Err(RecvTimeoutError::Disconnected));
            let first = first.ok();
            for message in first.into_iter().chain(receiver.try_iter()).take(MAX_CHANGES_PER_WRITE)
            {
                match message {
                    Message::Change(change) => pending.push(change),
                    Message::Flush(sender) => flushes.push(sender),
                    #[cfg(test)]
                    Message::PageLimit(pages) => {
                        self.connection.pragma_update(None, "max_page_count", pages).unwrap();
                    }
                }
            }
            let written = self.write(&pending);
            match &written {
                Ok(()) => pending.clear(),
                // No further message can arrive, so a retry could never be reported.
                Err(_) if !open => return,
                Err(_) => {}
            }
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) =
                written.as_ref().err().cloned();
            for sender in flushes {
                // The caller may have been cancelled.
                let _ = sender.send(written.clone());
            }
        }
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), Arc<JournalError>> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut write = || {
            let transaction = self.connection.transaction()?;
            for change in changes {
                apply(&transaction, change)?;
            }
            transaction.commit()
        };
        write().map_err(|source| {
            tracing::warn!(%source, "couldn't write the journal");
            Arc::new(JournalError::Database { path: self.path.clone(), source })
        })
    }
}

fn apply(transaction: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    let migration = change.migration.as_ref();
    transaction
        .prepare_cached("UPDATE migration SET elapsed_ms = ?2 WHERE id = ?1")?
        .execute((migration, columns::signed(change.elapsed_ms)))?;
    match &change.kind {
        ChangeKind::Image(image) => apply_image(transaction, migration, image),
        ChangeKind::Intended(intent) => rows::insert_intent(transaction, migration, intent),
        ChangeKind::Settled { number, outcome, digest } => {
            transaction
                .prepare_cached(
                    "UPDATE intent SET outcome = ?3, digest = coalesce(?4, digest)
                     WHERE migration = ?1 AND number = ?2",
                )?
                .execute((
                    migration,
                    number,
                    outcome.code(),
                    digest.as_ref().map(Digest::as_str),
                ))?;
            Ok(())
        }
        ChangeKind::RepositoryCreated { name, at_ms } => {
            transaction.execute(
                "UPDATE repository SET created_at_ms = ?3 WHERE migration = ?1 AND name = ?2",
                (migration, name, columns::signed(*at_ms)),
            )?;
            Ok(())
        }
        ChangeKind::Ended { at_ms, cancelled, temporary_tags_left, policies_not_set } => {
            transaction.execute(
                "UPDATE migration SET ended_at_ms = ?2, cancelled = ?3, temporary_tags_left = ?4,
                     policies_not_set = ?5
                 WHERE id = ?1",
                (
                    migration,
                    columns::signed(*at_ms),
                    cancelled,
                    temporary_tags_left,
                    policies_not_set,
                ),
            )?;
            Ok(())
        }
    }
}

fn apply_image(
    transaction: &Transaction<'_>,
    migration: &str,
    image: &ImageChange,
) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE image SET stage = :stage, attempts = attempts + :begun, changed_at_ms = :at_ms,
             error = :error, pushed_digest = :pushed_digest, registry_digest = :registry_digest,
             ecr_digest = :ecr_digest, proof = :proof, sent_bytes = :sent_bytes,
             sent_uncounted = :sent_uncounted,
             skipped_bytes = :skipped_bytes, elapsed_ms = :elapsed_ms, left_behind = :left_behind,
             source_moved_to = :source_moved_to, platform_proofs = :platform_proofs,
             source_digest = coalesce(:source_digest, source_digest),
             part_of = coalesce(:part_of, part_of)
         WHERE migration = :migration AND number = :number",
    )?;
    update.execute(named_params! {
        ":migration": migration,
        ":number": image.number,
        ":stage": image.stage.code(),
        ":begun": image.stage == Stage::Begun,
        ":at_ms": columns::signed(image.at_ms),
        ":error": image.error,
        ":pushed_digest": image.pushed_digest.as_ref().map(Digest::as_str),
        ":registry_digest": image.registry_digest.as_ref().map(Digest::as_str),
        ":ecr_digest": image.ecr_digest.as_ref().map(Digest::as_str),
        ":proof": image.proof.code(),
        ":platform_proofs": image.platforms,
        ":sent_bytes": columns::signed(image.sent_bytes),
        ":sent_uncounted": image.sent_uncounted,
        ":skipped_bytes": columns::signed(image.skipped_bytes),
        ":elapsed_ms": columns::signed(image.elapsed_ms),
        ":left_behind": image.left_behind,
        ":source_moved_to": image.source_moved_to.as_ref().map(Digest::as_str),
        ":source_digest": image.source_digest.as_ref().map(Digest::as_str),
        ":part_of": image.part_of.as_ref().map(Digest::as_str),
    })?;
    Ok(())
}
