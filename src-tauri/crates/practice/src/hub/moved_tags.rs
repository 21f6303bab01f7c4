//! Tags that were moved to the image of another tag, so that tests see a tag change at its source.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::clock::now_millis;
use crate::lock::lock;
use crate::store::atomic_file::write_atomically;
use crate::store::error::StoreError;

/// For each moved tag: the tag whose original image it has now, and since when.
pub(super) type Moved = HashMap<String, (String, i64)>;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct MovedTag {
    repository: String,
    tag: String,
    to: String,
    /// Milliseconds since 1970.
    at: i64,
}

/// The moved tags. They are stored, so that a restart does not move them back.
pub(super) struct MovedTags {
    file: PathBuf,
    all: Mutex<Vec<MovedTag>>,
}

impl MovedTags {
    /// Reads the moved tags of `folder`. A damaged file counts as empty.
    pub(super) fn open(folder: &Path) -> Self {
        let file = folder.join("moved.json");
        let stored = std::fs::read(&file).ok();
        let stored = stored.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { file, all: Mutex::new(stored.unwrap_or_default()) }
    }

    pub(super) fn of_repository(&self, repository: &str) -> Moved {
        let all = lock(&self.all);
        let moved = all.iter().filter(|one| one.repository == repository);
        moved.map(|one| (one.tag.clone(), (one.to.clone(), one.at))).collect()
    }

    pub(super) fn insert(&self, repository: &str, tag: &str, to: &str) -> Result<(), StoreError> {
        let mut all = lock(&self.all);
        let others = all.iter().filter(|one| one.repository != repository || one.tag != tag);
        let mut after: Vec<_> = others.cloned().collect();
        after.push(MovedTag {
            repository: repository.to_owned(),
            tag: tag.to_owned(),
            to: to.to_owned(),
            at: now_millis(),
        });
        self.write(&after)?;
        *all = after;
        Ok(())
    }

    /// Moves every tag back to its original image.
    pub(super) fn clear(&self) -> Result<(), StoreError> {
        let mut all = lock(&self.all);
        if !all.is_empty() {
            self.write(&[])?;
            all.clear();
        }
        Ok(())
    }

    fn write(&self, all: &[MovedTag]) -> Result<(), StoreError> {
        write_atomically(&self.file, serde_json::json!(all).to_string().as_bytes())
    }
}
