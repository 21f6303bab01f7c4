//! A file that several processes append lines to, such as a history. It has a largest size, after which the older half
//! is deleted.

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::file_lock::lock_beside;
use crate::private_folder::make_private_folder;
use crate::whole_file::write_whole;

/// A file of lines.
///
/// Appending reads nothing. Every append is locked, because one of them may replace the file by its newer half.
pub struct AppendedLines {
    path: PathBuf,
    limit_bytes: u64,
}

impl AppendedLines {
    /// From `limit_bytes` on, the older half of the lines is deleted.
    pub fn new(path: PathBuf, limit_bytes: u64) -> Self {
        Self { path, limit_bytes }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line at the end, for this user only. It is on the disk when this returns.
    ///
    /// # Errors
    /// If the file can't be locked or written. A part of the line may be in the file then.
    pub fn append(&self, line: &str) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            make_private_folder(folder)?;
        }
        let _lock = lock_beside(&self.path)?;
        let mut file = File::options();
        file.append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            file.mode(0o600);
        }
        let mut file = file.open(&self.path)?;
        // The line before may be cut, if the program ended while it wrote it.
        file.write_all(format!("\n{line}\n").as_bytes())?;
        file.sync_data()?;
        if file.metadata()?.len() > self.limit_bytes {
            // The line is in the file. If the disk is full, the next append tries again.
            let _ = self.shorten();
        }
        Ok(())
    }

    /// Returns the lines, oldest first, without empty ones. Text that isn't UTF-8 has replacement characters.
    pub fn read(&self) -> io::Result<Vec<String>> {
        match std::fs::read(&self.path) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn shorten(&self) -> io::Result<()> {
        let lines = self.read()?;
        let newer = lines[lines.len() / 2..].join("\n") + "\n";
        write_whole(&self.path, newer.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder(folder: &tempfile::TempDir, limit_bytes: u64) -> AppendedLines {
        AppendedLines::new(folder.path().join("data/lines"), limit_bytes)
    }

    #[test]
    fn lines_are_read_in_their_order_and_a_cut_line_loses_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let lines = in_folder(&folder, 1_000);
        assert_eq!(lines.read().unwrap(), Vec::<String>::new());
        lines.append("one").unwrap();
        let mut file = File::options().append(true).open(lines.path()).unwrap();
        file.write_all(b"cut").unwrap();
        lines.append("two").unwrap();
        assert_eq!(lines.read().unwrap(), ["one", "cut", "two"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let permissions = std::fs::metadata(lines.path()).unwrap().permissions();
            assert_eq!(permissions.mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_is_too_large_keeps_the_newer_half() {
        let folder = tempfile::tempdir().unwrap();
        let lines = in_folder(&folder, 200);
        for number in 0..100 {
            lines.append(&format!("{number:010}")).unwrap();
            assert!(std::fs::metadata(lines.path()).unwrap().len() <= 200);
        }
        let kept = lines.read().unwrap();
        assert!(kept.len() > 5 && kept.is_sorted() && kept.last().unwrap() == "0000000099");
    }

    /// Every process has a file handle and a lock of its own, as every thread here. A shortened file begins later, so what
    /// is kept of each writer is the end of what it wrote.
    #[test]
    fn processes_that_append_at_once_lose_no_line_when_the_file_is_shortened() {
        let folder = tempfile::tempdir().unwrap();
        let (writers, each, limit_bytes) = (4_usize, 100_usize, 1_000);
        std::thread::scope(|scope| {
            for writer in 0..writers {
                let lines = in_folder(&folder, limit_bytes);
                scope.spawn(move || {
                    for number in 0..each {
                        lines.append(&format!("{writer} {number:03}")).unwrap();
                    }
                });
            }
        });
        let kept = in_folder(&folder, limit_bytes).read().unwrap();
        assert!(kept.len() > 40, "{kept:?}");
        for writer in 0..writers {
            let prefix = format!("{writer} ");
            let of = kept.iter().filter_map(|line| line.strip_prefix(&prefix));
            let numbers: Vec<usize> = of.map(|number| number.parse().unwrap()).collect();
            let first = each - numbers.len();
            assert!(numbers.into_iter().eq(first..each), "writer {writer}: {kept:?}");
        }
    }
}
