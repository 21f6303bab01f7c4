//! Files that are named on the command line: patterns are expanded here, because the shells of Windows
//! leave them to the program, and text is read by its byte-order mark.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, glob_with};
use transload_api::contract::{ApiError, ErrorCode};
use transload_api::decode_text;

/// The files that names and patterns (`*`, `?`, `[…]`, `**`) stand for: each once, those of a pattern
/// in the order of their names.
///
/// # Errors
/// If a name stands for no file, or a pattern cannot be read.
pub fn expand(names: &[PathBuf]) -> Result<Vec<PathBuf>, ApiError> {
    let mut files: Vec<PathBuf> = Vec::new();
    for name in names {
        let found = expand_one(name)?;
        // Two patterns may match one file; a name that is given twice is read twice.
        let is_pattern = found.as_slice() != [name.clone()];
        files.extend(
            found
                .into_iter()
                .filter(|file| !is_pattern || !files.contains(file))
                .collect::<Vec<_>>(),
        );
    }
    Ok(files)
}

fn expand_one(name: &Path) -> Result<Vec<PathBuf>, ApiError> {
    // A file may be called `[1].json`.
    let Some(pattern) =
        name.to_str().filter(|text| !name.exists() && text.contains(['*', '?', '[']))
    else {
        return Ok(vec![name.to_owned()]);
    };
    let invalid = |message: String| ApiError::new(ErrorCode::InputInvalid, message).about(pattern);
    let options = MatchOptions {
        // As the file system: names on Windows and macOS differ in more than capitals.
        case_sensitive: !cfg!(any(windows, target_os = "macos")),
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    let found = glob_with(pattern, options)
        .map_err(|error| invalid(format!("{pattern} is not a pattern for files: {error}.")))?;
    let mut files = Vec::new();
    for file in found {
        let file = file.map_err(|error| ApiError::storage(error.path(), error.error()))?;
        if file.is_file() {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(invalid(format!("No file matches {pattern}."))
            .hint("Check the folder and the pattern."));
    }
    files.sort();
    Ok(files)
}

/// The text of a file, in UTF-8 or in UTF-16 with a byte-order mark.
///
/// # Errors
/// If it cannot be read, or is not text.
pub fn read_text(file: &Path) -> Result<String, ApiError> {
    let bytes = std::fs::read(file).map_err(|error| ApiError::storage(file, &error))?;
    decode_text(bytes).map_err(|error| {
        let message = format!("{} cannot be read: {error}.", file.display());
        ApiError::new(ErrorCode::InputInvalid, message)
            .about(file.display().to_string())
            .hint("Save the file as UTF-8.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_files_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in
            ["part-2.json", "part-10.json", "part-1.json", "other.txt", "[x].json", ".part-0.json"]
        {
            std::fs::write(path(name), "{}").unwrap();
        }
        std::fs::create_dir(path("part-3.json")).unwrap();
        for (given, expanded) in [
            (vec!["part-*.json"], vec!["part-1.json", "part-10.json", "part-2.json"]),
            (vec!["part-?.json"], vec!["part-1.json", "part-2.json"]),
            (vec!["part-[12].json"], vec!["part-1.json", "part-2.json"]),
            (vec!["[x].json"], vec!["[x].json"]),
            (vec!["part-2.json", "part-1.json"], vec!["part-2.json", "part-1.json"]),
            (vec!["part-1.json", "part-1.json"], vec!["part-1.json", "part-1.json"]),
            (
                vec!["part-?.json", "part-*.json"],
                vec!["part-1.json", "part-2.json", "part-10.json"],
            ),
            // What is missing is said when it is read.
            (vec!["missing.json"], vec!["missing.json"]),
        ] {
            let names: Vec<_> = given.iter().map(|name| path(name)).collect();
            let wanted: Vec<_> = expanded.iter().map(|name| path(name)).collect();
            assert_eq!(expand(&names).unwrap(), wanted, "{given:?}");
        }
        for wrong in ["none-*.json", "part-[.json", "***.json"] {
            let error = expand(&[path(wrong)]).expect_err(wrong);
            assert_eq!(error.code, ErrorCode::InputInvalid, "{error}");
        }
    }

    #[test]
    fn text_that_powershell_wrote_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let units = "\u{feff}{\"a\": \"ü\"}".encode_utf16().flat_map(u16::to_le_bytes);
        std::fs::write(file.path(), units.collect::<Vec<_>>()).unwrap();
        assert_eq!(read_text(file.path()).unwrap(), "{\"a\": \"ü\"}");
        std::fs::write(file.path(), [0x80]).unwrap();
        assert_eq!(read_text(file.path()).unwrap_err().code, ErrorCode::InputInvalid);
        assert_eq!(read_text(Path::new("/missing")).unwrap_err().code, ErrorCode::StorageFailed);
    }
}
