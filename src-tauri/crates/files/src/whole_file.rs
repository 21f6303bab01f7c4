//! Writes files as a whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::path::Path;

/// Replaces a file as a whole: a reader finds the old content or the new, never a part of it, also
/// after a kill or a full disk. What is not a regular file, such as `/dev/stdout`, is written to.
///
/// # Errors
/// A folder or file that cannot be written; the old content is still there.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    write_pieces(path, [Ok(content)])
}

/// Replaces a file by the pieces of its new content, as [`write_whole`].
///
/// # Errors
/// As [`write_whole`], or the first one of the pieces.
pub fn write_pieces(
    path: &Path,
    pieces: impl IntoIterator<Item = io::Result<impl AsRef<[u8]>>>,
) -> io::Result<()> {
    // A link stays one: the file that it names is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let existing = fs::metadata(path).ok();
    if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
        let mut file = File::options().write(true).open(path)?;
        return pieces.into_iter().try_for_each(|piece| file.write_all(piece?.as_ref()));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = new_file_beside(folder, existing.map(|existing| existing.permissions()))?;
    pieces.into_iter().try_for_each(|piece| file.write_all(piece?.as_ref()))?;
    // The rename must not reach the disk before the content does.
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

#[cfg(unix)]
fn new_file_beside(
    folder: &Path,
    existing: Option<Permissions>,
) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    // The umask is applied to those of a new file.
    let usual = || Permissions::from_mode(0o666);
    let file = tempfile::Builder::new()
        .permissions(existing.clone().unwrap_or_else(usual))
        .tempfile_in(folder)?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing)?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn new_file_beside(folder: &Path, _: Option<Permissions>) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Only Unix opens a folder as a file.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.md");
        write_whole(&path, b"one, and longer").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_replaced_keeps_its_content() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_whole(&folder.path().join("missing/report.md"), b"new").is_err());
        // A folder of that name is no file.
        fs::create_dir(folder.path().join("taken")).unwrap();
        assert!(write_whole(&folder.path().join("taken"), b"new").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_keeps_its_content_if_a_piece_of_the_new_one_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sbom.json");
        write_whole(&path, b"old").unwrap();
        let missing = || Err(io::ErrorKind::ConnectionReset.into());
        assert!(write_pieces(&path, [Ok("new"), missing()]).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write_pieces(&path, [Ok("one, "), Ok("two")]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one, two");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report.md"), folder.path().join("latest"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to() {
        write_whole(Path::new("/dev/null"), b"text").unwrap();
    }
}
