//! What is done about a damaged file before the store reads it.
//!
//! tauri-plugin-store 2.5 saves with `fs::write`, which truncates the file and then fills it, and it
//! takes a file that it cannot parse for an empty one. A kill in between would lose every profile,
//! and the next save would make that final. So each save first writes the same content as a whole
//! to a second file ([`crate::files::write_whole`]), and then lets the store save. Whatever moment
//! a kill chooses, one of the two files is complete:
//!
//! | killed while          | the store's file | the copy | found at the next start |
//! |-----------------------|------------------|----------|-------------------------|
//! | the copy is written   | old              | old      | old                     |
//! | before the store saves| old              | new      | old                     |
//! | the store saves       | torn             | new      | new                     |
//! | afterwards            | new              | new      | new                     |

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use transload_api::contract::{ApiError, ErrorCode, SavedProfile};

use crate::{errors, files};

/// The version of the stored form, and the only one that is read.
pub const VERSION: u32 = 1;

/// The stored form, as the store writes its keys.
#[derive(Deserialize)]
struct Stored {
    version: u32,
    #[serde(rename = "profiles")]
    _profiles: Vec<SavedProfile>,
}

/// The store's file and its copy.
#[derive(Clone)]
pub struct Paths {
    /// What the store reads and writes.
    pub main: PathBuf,
    /// The same content, always complete.
    pub copy: PathBuf,
}

impl Paths {
    /// The two files of a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            main: folder.join("saved-profiles.json"),
            copy: folder.join("saved-profiles.copy.json"),
        }
    }
}

/// Makes sure that the store's file can be read, or is not there. Answers what a person must hear
/// if something was damaged.
///
/// # Errors
/// `storage_failed`: a file that can be neither read nor set aside.
pub fn prepare(paths: &Paths) -> Result<Option<ApiError>, ApiError> {
    let main = read(&paths.main)?;
    if main.as_deref().is_some_and(is_complete) {
        return Ok(None);
    }
    let copy = read(&paths.copy)?.filter(|content| is_complete(content));
    let aside = match main {
        Some(_) => Some(step("set aside", &paths.main, files::set_aside(&paths.main))?),
        None => None,
    };
    if let Some(content) = &copy {
        step("write", &paths.main, files::write_whole(&paths.main, content))?;
    }
    Ok(aside.map(|aside| damaged(&aside, copy.is_some())))
}

fn damaged(aside: &Path, restored: bool) -> ApiError {
    let aside = aside.display().to_string();
    let (now, hint) = if restored {
        ("The profiles of the last good copy are in use.", "Check that your profiles are complete.")
    } else {
        ("There is no good copy, so the list begins empty.", "Import the profiles from an export.")
    };
    tracing::warn!(aside, restored, "the saved profiles are damaged");
    ApiError {
        code: ErrorCode::StoreUnreadable,
        message: format!(
            "The file of the saved profiles was damaged. It was kept as {aside}. {now}"
        ),
        hints: vec![hint.to_owned()],
        causes: Vec::new(),
        retryable: true,
        subject: Some(aside),
        policy: None,
    }
}

fn is_complete(content: &[u8]) -> bool {
    serde_json::from_slice::<Stored>(content).is_ok_and(|stored| stored.version == VERSION)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, ApiError> {
    step("read", path, files::read(path))
}

fn step<T>(doing: &str, path: &Path, outcome: io::Result<T>) -> Result<T, ApiError> {
    outcome.map_err(|error| errors::storage_failed(doing, path, &error))
}
