//! The wizard's draft, as the window left it. The shell only keeps it.

use std::path::{Path, PathBuf};

use serde_json::Value;
use transload_api::contract::ApiError;

use crate::{errors, files};

/// The largest draft that is kept, in bytes: many thousands of chosen images.
const LIMIT: usize = 5 * 1024 * 1024;

/// The draft's file.
pub struct Draft {
    path: PathBuf,
}

impl Draft {
    /// The draft of a folder.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("draft.json") }
    }

    /// The draft; nothing where there is none. A damaged one is set aside and counts as none: it
    /// holds choices that a person can make again, and an error would stand in the wizard's way.
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
                let aside = files::set_aside(&self.path)
                    .map_err(|error| errors::storage_failed("set aside", &self.path, &error))?;
                tracing::warn!(%error, aside = %aside.display(), "the draft is damaged");
                Ok(None)
            }
        }
    }

    /// Keeps a draft, or removes it.
    ///
    /// # Errors
    /// `storage_failed`; `input_invalid` for a draft over the limit.
    pub fn set(&self, draft: Option<&Value>) -> Result<(), ApiError> {
        let Some(draft) = draft.filter(|draft| !draft.is_null()) else {
            return files::remove(&self.path)
                .map_err(|error| errors::storage_failed("remove", &self.path, &error));
        };
        let content = serde_json::to_vec(draft)
            .map_err(|error| errors::internal("The draft has no JSON form.", &error))?;
        if content.len() > LIMIT {
            return Err(errors::input_invalid(
                format!(
                    "The draft has {} bytes, and at most {LIMIT} are kept. The choices stay in \
                     this window, and are gone when it closes.",
                    content.len()
                ),
                None,
            ));
        }
        files::write_whole(&self.path, &content)
            .map_err(|error| errors::storage_failed("write", &self.path, &error))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use transload_api::contract::ErrorCode;

    use super::*;

    #[test]
    fn a_draft_comes_back_as_it_was_left_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let left = json!({"step": 2, "images": ["pgcli"]});
        Draft::new(folder.path()).set(Some(&left)).unwrap();
        assert_eq!(Draft::new(folder.path()).get().unwrap(), Some(left));
        Draft::new(folder.path()).set(Some(&Value::Null)).unwrap();
        assert_eq!(Draft::new(folder.path()).get().unwrap(), None);
        Draft::new(folder.path()).set(None).unwrap();
    }

    #[test]
    fn a_draft_over_the_limit_is_refused_and_the_old_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let draft = Draft::new(folder.path());
        draft.set(Some(&json!(1))).unwrap();
        let error = draft.set(Some(&json!("x".repeat(LIMIT)))).unwrap_err();
        assert_eq!(error.code, ErrorCode::InputInvalid);
        assert_eq!(draft.get().unwrap(), Some(json!(1)));
    }

    #[test]
    fn a_torn_draft_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("draft.json"), "{\"step\":").unwrap();
        assert_eq!(Draft::new(folder.path()).get().unwrap(), None);
        assert!(folder.path().join("draft.json.broken-1").exists());
    }
}
