//! The draft of the wizard. The shell stores it without interpreting it.

use std::path::{Path, PathBuf};

use serde_json::Value;
use transload_errors::ApiError;
use transload_files::{move_aside, write_whole};

use crate::{errors, files};

/// Maximum size in bytes, enough for many thousands of selected images.
const MAX_BYTES: usize = 5 * 1024 * 1024;

pub struct Draft {
    path: PathBuf,
}

impl Draft {
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("draft.json") }
    }

    /// Returns the draft. A damaged one is moved aside and ignored: its choices are easy to repeat, and an error
    /// would block the wizard.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn get(&self) -> Result<Option<Value>, ApiError> {
        let content = files::read(&self.path)
            .map_err(|error| errors::storage_failed("read", &self.path, &error))?;
        let Some(content) = content else { return Ok(None) };
        match serde_json::from_slice(&content) {
            Ok(draft) => Ok(Some(draft)),
            Err(error) => {
                let aside = move_aside(&self.path)
                    .map_err(|error| errors::storage_failed("move", &self.path, &error))?;
                tracing::warn!(%error, aside = %aside.display(), "the draft was damaged");
                Ok(None)
            }
        }
    }

    /// Stores or deletes the draft.
    ///
    /// # Errors
    /// `storage_failed`, or `input_invalid` for a draft over the limit.
    pub fn set(&self, draft: Option<&Value>) -> Result<(), ApiError> {
        let Some(draft) = draft.filter(|draft| !draft.is_null()) else {
            return files::remove(&self.path)
                .map_err(|error| errors::storage_failed("remove", &self.path, &error));
        };
        let content = serde_json::to_vec(draft)
            .map_err(|error| errors::internal("Couldn't convert the draft to JSON.", &error))?;
        if content.len() > MAX_BYTES {
            return Err(errors::input_invalid(
                format!(
                    "The draft is too large to save: it has {} bytes, and the limit is {MAX_BYTES}. Your \
                     selection is lost when the window closes.",
                    content.len()
                ),
                None,
            ));
        }
        write_whole(&self.path, &content)
            .map_err(|error| errors::storage_failed("write", &self.path, &error))
    }
}

#[cfg(test)]
mod tests;
