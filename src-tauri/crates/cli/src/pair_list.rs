//! The file of `copy --list`: a source and a destination on each line.

use std::io::Read;
use std::path::Path;

use transload_contract::CopyPair;
use transload_files::{decode_text, read_whole};

/// Reads a list. `-` is standard input.
///
/// # Errors
/// A sentence that names the file and the number of the invalid line.
pub fn read(file: &Path) -> Result<Vec<CopyPair>, String> {
    let bytes = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        read_whole(file)
    };
    let unreadable =
        |error: &dyn std::error::Error| format!("couldn't read {}: {error}", file.display());
    let bytes = bytes.map_err(|error| unreadable(&error))?;
    let text = decode_text(bytes).map_err(|error| unreadable(&error))?;
    parse(&text).map_err(|problem| format!("{}: {problem}", file.display()))
}

fn parse(text: &str) -> Result<Vec<CopyPair>, String> {
    let mut pairs = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut names = line.split_whitespace();
        match (names.next(), names.next(), names.next()) {
            (Some(source), Some(destination), None) => pairs
                .push(CopyPair { source: source.to_owned(), destination: destination.to_owned() }),
            _ => return Err(format!("line {}: expected SOURCE and DESTINATION", number + 1)),
        }
    }
    if pairs.is_empty() {
        return Err("the list is empty".to_owned());
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests;
