//! The changes of tags and of the storage of images on disk, for the history. A change has a line before its call to ECR,
//! and another one with its outcome. Several processes can add lines. One that can't be read loses only itself. A change
//! without an outcome runs as long as its mark is set, and is unknown then.

use std::collections::{HashMap, HashSet};
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
        let running: HashSet<String> = listed
            .iter()
            .filter(|one| self.is_running(one))
            .filter_map(|one| one.id.clone())
            .collect();
        // A change whose mark was dropped since the file was read has recorded its outcome before.
        if listed.iter().any(|one| one.state == LineState::Intended) {
            listed = self.read()?;
        }
        let shown = listed.into_iter().rev().filter_map(|one| {
            let was_running = || one.id.as_ref().is_some_and(|id| running.contains(id));
            let outcome = match one.state {
                LineState::Made => ChangeOutcome::Made,
                LineState::NotMade => return None,
                LineState::Intended if was_running() || self.is_running(&one) => {
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
        one.state == LineState::Intended
            && one
                .id
                .as_ref()
                .filter(is_id)
                .is_some_and(|id| RunningMark::is_set(&self.running.join(id)))
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
mod tests {
    use std::io::Write as _;

    use super::*;
    use transload_contract::{DestinationIdentity, ImageChangeKind};
    use transload_model::{Digest, Tag};

    fn change(number: u64) -> ImageChange {
        let destination = serde_json::json!({
            "account_id": "111122223333", "partition": "aws", "region": "eu-central-1", "registry": "h",
        });
        let destination: DestinationIdentity = serde_json::from_value(destination).unwrap();
        let tag = Tag::parse("prod").unwrap();
        let change = match number % 2 {
            0 => ImageChangeKind::TagAdded { tag, digest: Digest::of(b"image") },
            _ => ImageChangeKind::Archived { images: 3, refused: 1 },
        };
        ImageChange {
            changed_at_ms: number,
            destination,
            repository: "shop/api".to_owned(),
            change,
            outcome: ChangeOutcome::Made,
        }
    }

    fn unknown(number: u64) -> ImageChange {
        ImageChange { outcome: ChangeOutcome::Unknown, ..change(number) }
    }

    fn running(number: u64) -> ImageChange {
        ImageChange { outcome: ChangeOutcome::Running, ..change(number) }
    }

    #[test]
    fn a_change_without_its_outcome_is_running_or_unknown_and_one_that_was_not_made_is_not_listed()
    {
        let folder = tempfile::tempdir().unwrap();
        let changes = ImageChanges::new(&folder.path().join("data"));
        assert_eq!(changes.list().unwrap(), []);
        let mut marks = Vec::new();
        for (id, number) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
            marks.push(changes.begin(id, &change(number)).unwrap());
        }
        assert_eq!(changes.list().unwrap(), [running(4), running(3), running(2), running(1)]);
        // As if the program ended, or ECR didn't answer.
        drop(marks.drain(..2));
        assert_eq!(changes.list().unwrap(), [running(4), running(3), unknown(2), unknown(1)]);
        drop(marks);
        assert_eq!(changes.list().unwrap(), [unknown(4), unknown(3), unknown(2), unknown(1)]);
        changes.finish("c", &change(3), true).unwrap();
        changes.finish("b", &change(2), false).unwrap();
        // The outcome can differ from what was intended.
        let fewer = ImageChangeKind::Archived { images: 1, refused: 3 };
        let fewer = ImageChange { change: fewer, ..change(1) };
        changes.finish("a", &fewer, true).unwrap();
        assert_eq!(changes.list().unwrap(), [unknown(4), change(3), fewer]);
        // The intents of these are in the older half of the file, which was deleted.
        changes.finish("e", &change(5), true).unwrap();
        changes.finish("f", &change(6), false).unwrap();
        assert_eq!(changes.list().unwrap()[0], change(5));
    }

    #[test]
    fn lines_of_earlier_versions_are_listed_and_an_unreadable_one_loses_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let changes = ImageChanges::new(folder.path());
        let earlier = r#"{"changed_at_ms":1,"destination":{"account_id":"111122223333","partition":"aws",
            "region":"eu-central-1","registry":"h"},"repository":"shop/api","change":{"kind":"archived",
            "images":3,"refused":1}}"#;
        std::fs::write(folder.path().join(FILE), earlier.replace(['\n', ' '], "")).unwrap();
        changes.finish("a", &change(2), true).unwrap();
        // A line that a kill cut, and one that isn't text.
        for damage in [&b"{\"changed_at_ms\":"[..], b"\xff\xfe"] {
            let mut file = std::fs::File::options();
            let mut file = file.append(true).open(folder.path().join(FILE)).unwrap();
            file.write_all(damage).unwrap();
            changes.finish("b", &change(3), true).unwrap();
        }
        assert_eq!(changes.list().unwrap(), [change(3), change(2), change(1)]);
    }
}
