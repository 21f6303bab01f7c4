//! Keeps a damaged file, so that its content is never overwritten.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Renames a damaged file to `NAME.broken-1` or the next free number. Returns the new path.
pub fn move_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = free_name(path)?;
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Copies a file of which a part is damaged to `NAME.broken-1` or the next free number. Returns the new path.
pub fn copy_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = free_name(path)?;
    fs::copy(path, &aside)?;
    Ok(aside)
}

fn free_name(path: &Path) -> io::Result<PathBuf> {
    let mut number = 1_u32;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".broken-{number}"));
        let aside = PathBuf::from(name);
        if !aside.try_exists()? {
            return Ok(aside);
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_files_are_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "first").unwrap();
        copy_aside(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first");
        fs::write(&path, "second").unwrap();
        move_aside(&path).unwrap();
        assert!(!path.exists());
        for (number, content) in [(1, "first"), (2, "second")] {
            let aside = folder.path().join(format!("a.json.broken-{number}"));
            assert_eq!(fs::read_to_string(aside).unwrap(), content);
        }
    }
}
