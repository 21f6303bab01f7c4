//! Prevents two processes from using the folder of practice mode, and names the one that does. `practice` calls it.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::error::{Holder, PracticeError};
use crate::store::atomic_file::write_atomically;

/// Names the process that uses the folder. Windows does not allow reading a locked lock file.
const HOLDER_FILE: &str = "holder.json";

/// Locks the folder until the file is closed.
pub(crate) fn lock_folder(folder: &Path) -> Result<File, PracticeError> {
    let failed = |source| PracticeError::Folder { folder: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = File::create(folder.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {
            record_holder(folder);
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let holder = std::fs::read(folder.join(HOLDER_FILE)).ok();
            let holder = holder.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            Err(PracticeError::FolderInUse { folder: folder.to_owned(), holder })
        }
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Records this process, so that another one can name it if it finds the folder locked.
fn record_holder(folder: &Path) {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(Path::file_stem).unwrap_or("transload".as_ref());
    let holder =
        Holder { program: program.to_string_lossy().into_owned(), process: std::process::id() };
    let written = write_atomically(
        &folder.join(HOLDER_FILE),
        serde_json::json!(holder).to_string().as_bytes(),
    );
    if let Err(error) = written {
        // The lock works without it.
        tracing::warn!(%error, "practice mode couldn't record which process uses its folder");
    }
}
