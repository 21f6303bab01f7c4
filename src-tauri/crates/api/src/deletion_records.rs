//! The records of deletions on disk. Each is written before its deletion, as files with the same beginning:
//!
//! - `ID.csv`: its images as a table, for the user
//! - `ID.record.json`: where and what it deletes; `ID.manifests.json`: the manifests, from which images are restored
//! - `ID.outcome.json`: what it did; `ID.restored.json`: its restores, written before each and after it
//! - `ID.deleting`, `ID.restoring`: marks that it, or a restore of it, runs
//! - `ID.head.json`: what the history shows of the record and the outcome, which have a line for each image

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use transload_aws::EcrManifest;
use transload_contract::{
    AwsConnection, CleanupClass, DeletionEntry, DeletionReport, DeletionTotals,
    DestinationIdentity, NoUndo, RepositoryDeletionPlan, RestoreTotals, Restored,
};
use transload_errors::{ApiError, ErrorCode};
use transload_files::RunningMark;
use transload_manifest_cache::DocumentCache;
use transload_model::{Digest, now_ms};

use crate::deletion_records::images_table::images_table;
use crate::deletion_records::record_files::RecordFiles;

mod images_table;
mod record_files;

/// The folder of the records in the data folder.
const FOLDER: &str = "deletions";
const RECORD: &str = ".record.json";
const OUTCOME: &str = ".outcome.json";
const HEAD: &str = ".head.json";
const RESTORED: &str = ".restored.json";
const DELETING: &str = ".deleting";
const RESTORING: &str = ".restoring";

/// How much of the name of a repository an ID has. File systems allow file names of 255 bytes, and ECR names of 256.
const NAME_CHARACTERS: usize = 100;

/// What a deletion was started with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeletionRecord {
    pub started_at_ms: u64,
    pub connection: AwsConnection,
    pub destination: DestinationIdentity,
    pub class: Option<CleanupClass>,
    pub planned: DeletionTotals,
    pub repositories: Vec<RepositoryDeletionPlan>,
    /// Images that can't be restored. Empty in records of earlier versions.
    #[serde(default)]
    pub no_undo: Vec<NoUndo>,
}

/// What the history shows of a deletion, of the same size for any number of images.
#[derive(Serialize, Deserialize)]
struct RecordHead {
    started_at_ms: u64,
    destination: DestinationIdentity,
    repositories: Vec<String>,
    class: Option<CleanupClass>,
    planned: DeletionTotals,
    #[serde(default)]
    no_undo: Vec<NoUndo>,
    outcome: Option<OutcomeHead>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct OutcomeHead {
    deleted: DeletionTotals,
    stopped: bool,
}

impl From<&DeletionRecord> for RecordHead {
    fn from(record: &DeletionRecord) -> Self {
        Self {
            started_at_ms: record.started_at_ms,
            destination: record.destination.clone(),
            repositories: record.repositories.iter().map(|one| one.name.to_string()).collect(),
            class: record.class,
            planned: record.planned,
            no_undo: record.no_undo.clone(),
            outcome: None,
        }
    }
}

impl From<&DeletionReport> for OutcomeHead {
    fn from(report: &DeletionReport) -> Self {
        Self { deleted: report.deleted, stopped: report.stopped }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredManifest {
    media_type: String,
    text: String,
}

/// A record that was written. Its deletion runs until this is dropped.
pub(crate) struct RunningDeletion {
    pub id: String,
    _mark: Option<RunningMark>,
}

/// The folder of the records.
pub(crate) struct DeletionRecords {
    files: RecordFiles,
}

impl DeletionRecords {
    pub fn new(data_folder: &Path) -> Self {
        Self { files: RecordFiles::new(data_folder.join(FOLDER)) }
    }

    /// Writes a record with the manifests that were read. Returns `None` if no image or tag is deleted.
    pub fn write(
        &self,
        record: &DeletionRecord,
        documents: &DocumentCache,
    ) -> Result<Option<RunningDeletion>, ApiError> {
        let images = record.repositories.iter().flat_map(|one| &one.images);
        let tagged = record.repositories.iter().filter_map(|one| one.tag.as_ref());
        let mut digests =
            images.map(|image| &image.digest).chain(tagged.map(|tag| &tag.digest)).peekable();
        if digests.peek().is_none() {
            return Ok(None);
        }
        self.files.make_folder()?;
        let about = match record.repositories.as_slice() {
            [one] => one.name.as_str().replace('/', "-").chars().take(NAME_CHARACTERS).collect(),
            several => format!("{}-repositories", several.len()),
        };
        let id = format!("{}-{about}", record.started_at_ms);
        let manifests: HashMap<String, StoredManifest> = digests
            .filter_map(|digest| {
                let document = documents.document(digest, now_ms())?;
                let text = String::from_utf8(document.bytes.to_vec()).ok()?;
                let manifest = StoredManifest { media_type: document.media_type, text };
                Some((digest.to_string(), manifest))
            })
            .collect();
        self.files.put(&id, ".manifests.json", &manifests)?;
        // Before the record, so that it is never listed as interrupted.
        let mark = unless_failed(RunningMark::set(self.files.path(&id, DELETING)));
        self.files.put(&id, RECORD, record)?;
        self.files.put_text(&id, ".csv", &images_table(record.class, &record.repositories))?;
        self.files.put(&id, HEAD, &RecordHead::from(record))?;
        Ok(Some(RunningDeletion { id, _mark: mark }))
    }

    pub fn finish(&self, id: &str, report: &DeletionReport) -> Result<(), ApiError> {
        self.files.put(id, OUTCOME, report)?;
        let head = RecordHead { outcome: Some(report.into()), ..self.head(id)? };
        self.files.put(id, HEAD, &head)
    }

    /// Refuses a deletion that runs, or that a restore runs of: what is missing in ECR isn't known yet.
    pub fn check_finished(&self, id: &str) -> Result<(), ApiError> {
        self.check_deleted(id)?;
        match self.is_marked(id, RESTORING) {
            true => Err(unfinished(id, RESTORE)),
            false => Ok(()),
        }
    }

    fn check_deleted(&self, id: &str) -> Result<(), ApiError> {
        match self.is_marked(id, DELETING) {
            true => Err(unfinished(id, "This deletion")),
            false => Ok(()),
        }
    }

    /// Records that a restore begins. It runs until the mark is dropped, which is `None` if it can't be set.
    ///
    /// # Errors
    /// If the deletion or another restore of it runs.
    pub fn begin_restore(
        &self,
        id: &str,
        planned: RestoreTotals,
        at_ms: u64,
    ) -> Result<(Restored, Option<RunningMark>), ApiError> {
        let mark = match RunningMark::set(self.files.path(id, RESTORING)) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                return Err(unfinished(id, RESTORE));
            }
            mark => unless_failed(mark),
        };
        self.check_deleted(id)?;
        let earlier = self.restores(id);
        let mut begun =
            Restored::begin(earlier.as_ref().ok().and_then(Option::as_ref), planned, at_ms);
        // Unreadable numbers of an earlier restore don't keep this one from running.
        begun.at_least |= earlier.is_err();
        self.restored(id, &begun)?;
        Ok((begun, mark))
    }

    /// Returns what the restores of a deletion restored.
    pub fn restores(&self, id: &str) -> Result<Option<Restored>, ApiError> {
        self.files.get(id, RESTORED)
    }

    /// Records the restores: before the last one, without what it restored, and after it.
    pub fn restored(&self, id: &str, restored: &Restored) -> Result<(), ApiError> {
        self.files.put(id, RESTORED, restored)
    }

    fn is_marked(&self, id: &str, extension: &str) -> bool {
        RunningMark::is_set(&self.files.path(id, extension))
    }

    /// Returns the path of the table of a record.
    pub fn table(&self, id: &str) -> String {
        self.files.path(id, ".csv").display().to_string()
    }

    /// Returns all records, newest first. One that can't be read has its error.
    pub fn list(&self) -> Result<Vec<DeletionEntry>, ApiError> {
        let ids = self.files.ids(RECORD)?.into_iter();
        let mut all: Vec<DeletionEntry> = ids.map(|id| self.entry(&id)).collect();
        all.sort_by_key(|entry| std::cmp::Reverse(entry.started_at_ms));
        Ok(all)
    }

    fn entry(&self, id: &str) -> DeletionEntry {
        let mut entry = DeletionEntry {
            deletion: id.to_owned(),
            // The time is the beginning of the ID, too.
            started_at_ms: id.split('-').next().and_then(|time| time.parse().ok()).unwrap_or(0),
            error: None,
            destination: None,
            repositories: Vec::new(),
            class: None,
            planned: DeletionTotals::default(),
            deleted: None,
            running: false,
            stopped: false,
            table: self.table(id),
            no_undo: Vec::new(),
            restored: None,
        };
        if let Err(error) = self.read_into(id, &mut entry) {
            tracing::warn!(deletion = %id, error = %error.message, "a record can't be read");
            entry.error = Some(error);
        }
        entry
    }

    fn read_into(&self, id: &str, entry: &mut DeletionEntry) -> Result<(), ApiError> {
        // Before what they recorded: one that ended since then has recorded its outcome.
        let (is_deleting, is_restoring) =
            (self.is_marked(id, DELETING), self.is_marked(id, RESTORING));
        let head = self.head(id)?;
        entry.started_at_ms = head.started_at_ms;
        entry.destination = Some(head.destination);
        entry.repositories = head.repositories;
        entry.class = head.class;
        entry.planned = head.planned;
        entry.no_undo = head.no_undo;
        let is_open = |restored: &Option<Restored>| {
            restored.as_ref().is_some_and(|restored| restored.restored.is_none())
        };
        let (mut restored, mut running) = (self.restores(id)?, is_restoring);
        // One that ended since it was read has recorded its outcome before its mark was dropped.
        while is_open(&restored) && !running {
            running = self.is_marked(id, RESTORING);
            let before = std::mem::replace(&mut restored, self.restores(id)?);
            if restored == before {
                break;
            }
        }
        running &= is_open(&restored);
        entry.restored = restored.map(|restored| Restored { running, ..restored });
        // The program may have ended between the outcome and its head.
        let outcome = match head.outcome {
            None => self.outcome(id)?.as_ref().map(OutcomeHead::from),
            known => known,
        };
        entry.deleted = outcome.map(|outcome| outcome.deleted);
        entry.running = entry.deleted.is_none() && is_deleting;
        entry.stopped = outcome.is_some_and(|outcome| outcome.stopped);
        Ok(())
    }

    /// Returns the head of a record. Writes it again if it is missing, as in records of earlier versions, or damaged.
    fn head(&self, id: &str) -> Result<RecordHead, ApiError> {
        if let Ok(Some(head)) = self.files.get(id, HEAD) {
            return Ok(head);
        }
        let mut head = RecordHead::from(&self.read(id)?);
        head.outcome = self.outcome(id).ok().flatten().as_ref().map(OutcomeHead::from);
        if let Err(error) = self.files.put(id, HEAD, &head) {
            tracing::warn!(deletion = %id, error = %error.message, "a record has no head");
        }
        Ok(head)
    }

    pub fn read(&self, id: &str) -> Result<DeletionRecord, ApiError> {
        let unknown = || {
            let message = "This deletion has no record on this computer.";
            ApiError::new(ErrorCode::DeletionUnknown, message).about(id)
        };
        // The ID comes from the window and becomes a part of a path.
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !id.bytes().all(is_id) {
            return Err(unknown());
        }
        self.files.get(id, RECORD)?.ok_or_else(unknown)
    }

    /// Returns what a deletion did. `None` if the program ended before it did.
    pub fn outcome(&self, id: &str) -> Result<Option<DeletionReport>, ApiError> {
        self.files.get(id, OUTCOME)
    }

    /// Returns the manifests of a record that match their digests.
    pub fn manifests(&self, id: &str) -> Result<HashMap<Digest, EcrManifest>, ApiError> {
        let stored: HashMap<String, StoredManifest> =
            self.files.get(id, ".manifests.json")?.unwrap_or_default();
        let manifests = stored.into_iter().filter_map(|(digest, stored)| {
            let StoredManifest { media_type, text } = stored;
            let digest = Digest::parse(&digest).ok()?;
            let is_whole = Digest::of(text.as_bytes()) == digest;
            is_whole.then(|| (digest.clone(), EcrManifest { digest, media_type, text }))
        });
        Ok(manifests.collect())
    }
}

/// What a restore is in a sentence.
const RESTORE: &str = "A restore of this deletion";

fn unfinished(id: &str, what: &str) -> ApiError {
    let message = format!("{what} is still running, in this window or another process.");
    ApiError::new(ErrorCode::DeletionUnfinished, message).about(id)
}

fn unless_failed(mark: std::io::Result<RunningMark>) -> Option<RunningMark> {
    mark.inspect_err(|error| tracing::warn!(%error, "a deletion has no mark")).ok()
}

#[cfg(test)]
mod tests;
