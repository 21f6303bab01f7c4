//! The changes of tags and of the storage of images on disk, one in each line of a file, for the history. Several
//! processes can add to it. A line that can't be read loses only itself.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use transload_contract::ImageChange;
use transload_errors::ApiError;
use transload_files::{make_private_folder, write_whole};

const FILE: &str = "image-changes.jsonl";

/// From this size on, the older half of the file is deleted. A change has about 500 bytes.
const LIMIT_BYTES: usize = 1 << 20;

/// The file of the changes.
pub(crate) struct ImageChanges {
    file: PathBuf,
    limit_bytes: usize,
}

impl ImageChanges {
    pub fn new(data_folder: &Path) -> Self {
        Self { file: data_folder.join(FILE), limit_bytes: LIMIT_BYTES }
    }

    /// Adds a change at the end.
    pub fn add(&self, change: &ImageChange) -> Result<(), ApiError> {
        let text =
            serde_json::to_string(change).map_err(|error| ApiError::internal(error.to_string()))?;
        let failed = |error| ApiError::storage(&self.file, &error);
        if let Some(folder) = self.file.parent() {
            make_private_folder(folder).map_err(failed)?;
        }
        let mut file = std::fs::OpenOptions::new();
        file.append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            file.mode(0o600);
        }
        // The line before may be cut, if the program ended while it wrote it.
        let line = format!("\n{text}\n");
        file.open(&self.file)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(failed)?;
        self.shorten()
    }

    /// Returns all changes, newest first.
    pub fn list(&self) -> Result<Vec<ImageChange>, ApiError> {
        let text = self.read()?;
        let changes = text.lines().filter(|line| !line.is_empty()).filter_map(|line| {
            serde_json::from_str(line)
                .inspect_err(|error| tracing::warn!(%error, "a change can't be read"))
                .ok()
        });
        let mut changes: Vec<ImageChange> = changes.collect();
        changes.reverse();
        Ok(changes)
    }

    fn read(&self) -> Result<String, ApiError> {
        match std::fs::read(&self.file) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(ApiError::storage(&self.file, &error)),
        }
    }

    fn shorten(&self) -> Result<(), ApiError> {
        let text = self.read()?;
        if text.len() <= self.limit_bytes {
            return Ok(());
        }
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let newer = lines[lines.len() / 2..].join("\n") + "\n";
        write_whole(&self.file, newer.as_bytes())
            .map_err(|error| ApiError::storage(&self.file, &error))
    }
}

#[cfg(test)]
mod tests {
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
        }
    }

    fn times(changes: &ImageChanges) -> Vec<u64> {
        changes.list().unwrap().iter().map(|change| change.changed_at_ms).collect()
    }

    #[test]
    fn changes_are_listed_newest_first_and_an_unreadable_line_loses_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let changes = ImageChanges::new(&folder.path().join("data"));
        assert_eq!(changes.list().unwrap(), []);
        changes.add(&change(1)).unwrap();
        changes.add(&change(2)).unwrap();
        assert_eq!(changes.list().unwrap(), [change(2), change(1)]);
        // A line that a kill cut, and one that isn't text.
        for damage in [&b"{\"changed_at_ms\":"[..], b"\xff\xfe"] {
            let mut text = std::fs::read(&changes.file).unwrap();
            text.extend_from_slice(damage);
            std::fs::write(&changes.file, text).unwrap();
            changes.add(&change(3)).unwrap();
        }
        assert_eq!(times(&changes), [3, 3, 2, 1]);
    }

    #[test]
    fn a_file_that_is_too_large_keeps_the_newer_half() {
        let folder = tempfile::tempdir().unwrap();
        let changes = ImageChanges { limit_bytes: 2_000, ..ImageChanges::new(folder.path()) };
        (0..100).for_each(|number| changes.add(&change(number)).unwrap());
        let kept = times(&changes);
        assert!(kept.len() < 20 && kept[0] == 99 && kept.is_sorted_by(|one, other| one > other));
    }
}
