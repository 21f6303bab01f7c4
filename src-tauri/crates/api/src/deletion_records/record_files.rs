//! The files of the records of deletions: one for each part of a record, named by its ID and an extension.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use transload_errors::{ApiError, ErrorCode};
use transload_files::{make_private_folder, write_whole};

pub(super) struct RecordFiles {
    folder: PathBuf,
}

impl RecordFiles {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub fn make_folder(&self) -> Result<(), ApiError> {
        make_private_folder(&self.folder).map_err(|error| ApiError::storage(&self.folder, &error))
    }

    /// Returns the IDs of the records that have a file with this extension.
    pub fn ids(&self, extension: &str) -> Result<Vec<String>, ApiError> {
        let files = match std::fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(ApiError::storage(&self.folder, &error)),
        };
        let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        Ok(names.filter_map(|name| name.strip_suffix(extension).map(str::to_owned)).collect())
    }

    pub fn path(&self, id: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{id}{extension}"))
    }

    pub fn put(&self, id: &str, extension: &str, value: &impl Serialize) -> Result<(), ApiError> {
        let text =
            serde_json::to_string(value).map_err(|error| ApiError::internal(error.to_string()))?;
        self.put_text(id, extension, &text)
    }

    pub fn put_text(&self, id: &str, extension: &str, text: &str) -> Result<(), ApiError> {
        let file = self.path(id, extension);
        write_whole(&file, text.as_bytes()).map_err(|error| ApiError::storage(&file, &error))
    }

    /// Returns `None` if there is no such file.
    pub fn get<Value: DeserializeOwned>(
        &self,
        id: &str,
        extension: &str,
    ) -> Result<Option<Value>, ApiError> {
        let file = self.path(id, extension);
        match std::fs::read(&file) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(unreadable(&file, &error)),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ApiError::storage(&file, &error)),
        }
    }
}

fn unreadable(file: &Path, error: &serde_json::Error) -> ApiError {
    let message = format!("The record of a deletion, {}, can't be read.", file.display());
    ApiError::new(ErrorCode::RecordUnreadable, message)
        .about(file.display().to_string())
        .caused_by(error)
}
