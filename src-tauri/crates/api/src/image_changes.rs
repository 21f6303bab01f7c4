//! The changes of tags and of the storage of images on disk, for the history. A change has a line before its call to ECR,
//! and another one with its outcome. Several processes can add lines. One that can't be read loses only itself. A change
//! without an outcome runs as long as its mark is set, and is unknown then.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use transload_contract::{ChangeOutcome, ImageChange};
use transload_errors::ApiError;
use transload_files::{AppendedLines, RunningMark};

const FILE: &str = "image-changes.jsonl";

/// The folder of the marks of running changes, each named by the ID of its change.
const RUNNING: &str = "image-changes-running";

/// From this size on, the older half of the file is deleted. A line has about 500 bytes.
const LIMIT_BYTES: u64 = 1 << 20;

/// The file of the changes.
pub(crate) struct ImageChanges {
    lines: AppendedLines,
    running: PathBuf,
}

/// A change of the file.
struct Listed {
    id: Option<String>,
    change: ImageChange,
    state: LineState,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    /// Missing in lines of earlier versions, which have no intents.
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    state: LineState,
    #[serde(flatten)]
    change: ImageChange,
}

/// What a line says of its change.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LineState {
    /// The call to ECR follows.
    Intended,
    #[default]
    Made,
    /// ECR refused all of it.
    NotMade,
}

impl ImageChanges {
    pub fn new(data_folder: &Path) -> Self {
        Self {
            lines: AppendedLines::new(data_folder.join(FILE), LIMIT_BYTES),
            running: data_folder.join(RUNNING),
        }
    }

    /// Records a change that is about to be made. `id` is its own on this computer. It runs until the mark is dropped,
    /// which is `None` if it can't be set: the change is listed as unknown then until it is finished.
    pub fn begin(&self, id: &str, change: &ImageChange) -> Result<Option<RunningMark>, ApiError> {
        let mark = RunningMark::set(self.running.join(id));
        self.add(id, LineState::Intended, change)?;
        Ok(mark.inspect_err(|error| tracing::warn!(%error, "a change has no mark")).ok())
    }

    /// Records a change as it was made, or that it wasn't. Without it, the outcome is unknown.
    pub fn finish(&self, id: &str, change: &ImageChange, is_made: bool) -> Result<(), ApiError> {
        self.add(id, if is_made { LineState::Made } else { LineState::NotMade }, change)
    }

    fn add(&self, id: &str, state: LineState, change: &ImageChange) -> Result<(), ApiError> {
        let line = Line { id: Some(id.to_owned()), state, change: change.clone() };
        let text =
            serde_json::to_string(&line).map_err(|error| ApiError::internal(error.to_string()))?;
        self.lines.append(&text).map_err(|error| ApiError::storage(self.lines.path(), &error))
    }

    /// Returns all changes, newest first, without those that weren't made.
    pub fn list(&self) -> Result<Vec<ImageChange>, ApiError> {
        let mut listed = self.read()?;
        let intended = |one: &&Listed| one.state == LineState::Intended;
        let were_running: HashMap<Option<String>, bool> = listed
            .iter()
            .filter(intended)
            .map(|one| (one.id.clone(), self.is_running(one)))
            .collect();
        // A change whose mark was dropped since the file was read has recorded its outcome before.
        if !were_running.is_empty() {
            listed = self.read()?;
        }
        let shown = listed.into_iter().rev().filter_map(|one| {
            let outcome = match one.state {
                LineState::Made => ChangeOutcome::Made,
                LineState::NotMade => return None,
                // One that wasn't in the file before has begun since.
                LineState::Intended if were_running.get(&one.id).is_none_or(|was| *was) => {
                    ChangeOutcome::Running
                }
                LineState::Intended => ChangeOutcome::Unknown,
            };
            Some(ImageChange { outcome, ..one.change })
        });
        Ok(shown.collect())
    }

    fn is_running(&self, one: &Listed) -> bool {
        // The ID comes from a file and becomes a part of a path.
        let is_id =
            |id: &&String| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let id = one.id.as_ref().filter(is_id);
        id.is_some_and(|id| RunningMark::is_set(&self.running.join(id)))
    }

    /// Returns each change as its last line says, oldest first.
    fn read(&self) -> Result<Vec<Listed>, ApiError> {
        let lines =
            self.lines.read().map_err(|error| ApiError::storage(self.lines.path(), &error))?;
        let mut changes: Vec<Listed> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for line in lines {
            let Line { id, state, change } = match serde_json::from_str(&line) {
                Ok(line) => line,
                Err(error) => {
                    tracing::warn!(%error, "a change can't be read");
                    continue;
                }
            };
            let known = id.as_ref().and_then(|id| places.get(id)).copied();
            let listed = Listed { id, change, state };
            match known {
                Some(place) => changes[place] = listed,
                None => {
                    places.extend(listed.id.clone().map(|id| (id, changes.len())));
                    changes.push(listed);
                }
            }
        }
        Ok(changes)
    }
}

#[cfg(test)]
mod tests;
