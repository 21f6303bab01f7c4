//! One set-up of a work tree at a time. Two at once would remove what the other is installing.

use std::fs::{self, File, TryLockError};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// Waits until no other xtask installs programs in this work tree. The lock ends with the returned file,
/// also when xtask is killed.
pub fn wait(workspace: &Workspace) -> Result<File> {
    fs::create_dir_all(&workspace.tools)?;
    let path = workspace.tools.join("setup.lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            println!("Waiting for another set-up of this work tree.");
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    Ok(file)
}
