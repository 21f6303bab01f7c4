//! Repairs a damaged file before the store reads it.
//!
//! tauri-plugin-store 2.5 saves with `fs::write`, which truncates the file before it writes, and it treats a file
//! that it can't parse as empty. If the process were killed in between, all profiles would be lost with the next
//! save. So each save first writes the same content atomically to a second file
//! ([`transload_files::write_whole`]), and then lets the store save. One of the two files is always complete:
//!
//! | killed                 | file of the store | copy | used at the next start |
//! |------------------------|-------------------|------|------------------------|
//! | while writing the copy | old               | old  | old                    |
//! | before the store saves | old               | new  | old                    |
//! | while the store saves  | damaged           | new  | new                    |
//! | afterward              | new               | new  | new                    |

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use transload_errors::{ApiError, ErrorCode};
use transload_files::{move_aside, write_whole};

use crate::{errors, files};

/// The version of the stored format, and the only one that is read.
pub const VERSION: u32 = 1;

/// The stored format: the keys of the store.
#[derive(Deserialize)]
struct Stored {
    version: u32,
    /// Each is read on its own: one that can't be read doesn't damage the file.
    #[serde(rename = "profiles")]
    _profiles: Vec<Value>,
}

#[derive(Clone)]
pub struct Paths {
    /// The file of the store.
    pub main: PathBuf,
    /// The same content, always complete.
    pub copy: PathBuf,
}

impl Paths {
    pub fn new(folder: &Path) -> Self {
        Self {
            main: folder.join("saved-profiles.json"),
            copy: folder.join("saved-profiles.copy.json"),
        }
    }
}

/// Ensures that the file of the store is valid or does not exist. Returns an error to show if the file was damaged.
///
/// # Errors
/// `storage_failed` if a file can be neither read nor moved.
pub fn prepare(paths: &Paths) -> Result<Option<ApiError>, ApiError> {
    let main = read(&paths.main)?;
    if main.as_deref().is_some_and(is_complete) {
        return Ok(None);
    }
    let copy = read(&paths.copy)?.filter(|content| is_complete(content));
    let aside = match main {
        Some(_) => Some(step("move", &paths.main, move_aside(&paths.main))?),
        None => None,
    };
    if let Some(content) = &copy {
        step("write", &paths.main, write_whole(&paths.main, content))?;
    }
    Ok(aside.map(|aside| damaged(&aside, copy.is_some())))
}

fn damaged(aside: &Path, restored: bool) -> ApiError {
    let aside = aside.display().to_string();
    let (now, hint) = if restored {
        ("The profiles were restored from the last copy.", "Check that your profiles are complete.")
    } else {
        ("There is no copy, so the list is empty.", "Import the profiles from an export.")
    };
    tracing::warn!(aside, restored, "the saved profiles were damaged");
    ApiError {
        code: ErrorCode::StoreUnreadable,
        message: format!(
            "The file of the saved profiles was damaged. It was renamed to {aside}. {now}"
        ),
        hints: vec![hint.to_owned()],
        causes: Vec::new(),
        retryable: true,
        subject: Some(aside),
        policy: None,
    }
}

/// Reports profiles that can't be read. They stay in the file.
pub fn unreadable(paths: &Paths, profiles: &[Value]) -> Option<ApiError> {
    let (file, count) = (paths.main.display().to_string(), profiles.len());
    let names: Vec<_> = profiles.iter().filter_map(|profile| profile["name"].as_str()).collect();
    let what = match (count, &names[..]) {
        (0, _) => return None,
        (1, [name]) => format!("The saved profile {name}"),
        (1, _) => "A saved profile".to_owned(),
        _ => format!("{count} saved profiles"),
    };
    tracing::warn!(file, count, "saved profiles can't be read");
    Some(ApiError {
        code: ErrorCode::StoreUnreadable,
        message: format!("{what} in {file} can't be read. A newer version of Transload may have saved it."),
        hints: vec![
            "Use the newer version, or create the profile again. The file keeps what can't be read.".to_owned(),
            "The other profiles aren't affected.".to_owned(),
        ],
        causes: Vec::new(),
        retryable: true,
        subject: Some(file),
        policy: None,
    })
}

fn is_complete(content: &[u8]) -> bool {
    serde_json::from_slice::<Stored>(content).is_ok_and(|stored| stored.version == VERSION)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, ApiError> {
    step("read", path, files::read(path))
}

fn step<T>(action: &str, path: &Path, outcome: io::Result<T>) -> Result<T, ApiError> {
    outcome.map_err(|error| errors::storage_failed(action, path, &error))
}
