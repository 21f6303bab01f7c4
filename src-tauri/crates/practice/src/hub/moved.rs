//! Tags that were moved to the image of another tag.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::clock::now_millis;
use crate::store::{StoreError, lock, write_atomically};

/// By the tag that was moved: the tag whose first image it has now, and since when.
pub(super) type Moved = HashMap<String, (String, i64)>;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct MovedTag {
    repository: String,
    tag: String,
    to: String,
    /// Milliseconds since 1970.
    at: i64,
}

/// The tags that were moved, kept beside the catalogue: a restart must not move them back.
pub(super) struct MovedTags {
    file: PathBuf,
    all: Mutex<Vec<MovedTag>>,
}

impl MovedTags {
    /// Reads what was kept in `folder`. Where that is damaged, no tag was moved.
    pub(super) fn open(folder: &Path) -> Self {
        let file = folder.join("moved.json");
        let kept = std::fs::read(&file).ok();
        let kept = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { file, all: Mutex::new(kept.unwrap_or_default()) }
    }

    /// The tags of a repository that were moved.
    pub(super) fn of(&self, repository: &str) -> Moved {
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

    /// Every tag is back at its first image.
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
