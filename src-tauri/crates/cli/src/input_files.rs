//! Files named on the command line. Patterns are expanded here because the shells of Windows leave
//! them to the program, and text is decoded by its byte-order mark. `plan`, `migration` and
//! `pair_list` read their input through it.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, glob_with};
use transload_errors::{ApiError, ErrorCode};
use transload_files::{decode_text, read_whole};

/// Expands names and patterns (`*`, `?`, `[…]`, `**`). The files of a pattern are sorted by name, and
/// a file that several patterns match is returned once.
///
/// # Errors
/// If a pattern is invalid or matches no file.
pub fn expand(names: &[PathBuf]) -> Result<Vec<PathBuf>, ApiError> {
    let mut files: Vec<PathBuf> = Vec::new();
    for name in names {
        let found = expand_one(name)?;
        // Patterns overlap by accident, but a name that is given twice is read twice.
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
    // `[1].json` is also a valid file name.
    let Some(pattern) =
        name.to_str().filter(|text| !name.exists() && text.contains(['*', '?', '[']))
    else {
        return Ok(vec![name.to_owned()]);
    };
    let invalid = |message: String| ApiError::new(ErrorCode::InputInvalid, message).about(pattern);
    let options = MatchOptions {
        // Follows the default file systems of Windows and macOS, which ignore case.
        case_sensitive: !cfg!(any(windows, target_os = "macos")),
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    let found = glob_with(pattern, options)
        .map_err(|error| invalid(format!("{pattern} is not a valid file pattern: {error}.")))?;
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

/// Reads a text file in UTF-8, or in UTF-16 with a byte-order mark.
///
/// # Errors
/// If the file can't be read or isn't text.
pub fn read_text(file: &Path) -> Result<String, ApiError> {
    let bytes = read_whole(file).map_err(|error| ApiError::storage(file, &error))?;
    decode_text(bytes).map_err(|error| {
        let message = format!("Couldn't read {}: {error}.", file.display());
        ApiError::new(ErrorCode::InputInvalid, message)
            .about(file.display().to_string())
            .hint("Save the file as UTF-8.")
    })
}

#[cfg(test)]
mod tests;
