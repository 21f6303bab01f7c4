//! The temporary folder of a run of tests. Registries, engines and journals flush every file that they write to the
//! disk, and a test of them waits for the disk most of its time. Nothing in these files has to survive a loss of
//! power, so they are in memory where there is enough.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::Process;

/// Where Linux has a file system in memory.
const MEMORY: &str = "/dev/shm";

/// The space that is required there, in kilobytes. The largest flows need less than a gigabyte each.
const REQUIRED_KILOBYTES: u64 = 6_000_000;

/// A folder in memory. Dropping it removes it, with everything that killed tests left there.
pub struct TemporaryFiles {
    folder: PathBuf,
}

impl TemporaryFiles {
    /// Creates a folder in memory, or returns `None` if there is no space for it.
    pub fn in_memory() -> Result<Option<Self>> {
        if available(MEMORY).is_none_or(|kilobytes| kilobytes < REQUIRED_KILOBYTES) {
            return Ok(None);
        }
        // A socket's path has at most 107 bytes.
        let folder = Path::new(MEMORY).join(format!("transload-{}", std::process::id()));
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("couldn't create {}", folder.display()))?;
        Ok(Some(Self { folder }))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for TemporaryFiles {
    fn drop(&mut self) {
        // What remains is in memory only.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Returns the available kilobytes of a file system, or `None` if it doesn't exist.
fn available(folder: &str) -> Option<u64> {
    if !Path::new(folder).is_dir() {
        return None;
    }
    let output = Process::new("df", ["--output=avail", folder], Path::new("/")).output().ok()?;
    output.lines().next_back()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::available;

    #[test]
    fn a_folder_that_does_not_exist_has_no_space() {
        assert_eq!(available("/dev/no-such-folder"), None);
        assert!(!cfg!(target_os = "linux") || available("/").is_some());
    }
}
