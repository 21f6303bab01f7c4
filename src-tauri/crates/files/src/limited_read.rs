//! Files of the user that are read as a whole. One without end, such as `/dev/zero`, must not fill the memory.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

/// The largest file that is read: a plan of a hundred thousand images.
const LIMIT_BYTES: u64 = 256 << 20;

/// Reads a file as a whole.
///
/// # Errors
/// A file that can't be read, or that has more than 256 MiB.
pub fn read_whole(path: &Path) -> io::Result<Vec<u8>> {
    read_up_to(File::open(path)?, LIMIT_BYTES)
}

fn read_up_to(file: impl io::Read, limit_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit_bytes {
        let why = format!("it is larger than {} MiB", LIMIT_BYTES >> 20);
        return Err(io::Error::new(ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        for (content, expected) in [("", Some(0)), ("1234", Some(4)), ("12345", None)] {
            let read = read_up_to(content.as_bytes(), 4);
            assert_eq!(read.as_ref().ok().map(Vec::len), expected, "{content}");
        }
        let error = read_up_to(io::repeat(0), 4).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_folder_and_a_missing_file_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_whole(folder.path()).is_err());
        assert_eq!(read_whole(&folder.path().join("a")).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
