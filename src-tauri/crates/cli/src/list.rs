//! The file of pairs.

use std::io::Read;
use std::path::Path;

use transload_api::contract::CopyPair;

/// Reads a list; `-` is standard input.
///
/// # Errors
/// A sentence that names the file and, where a line is wrong, its number.
pub fn read(file: &Path) -> Result<Vec<CopyPair>, String> {
    let bytes = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let unreadable =
        |error: &dyn std::error::Error| format!("{} cannot be read: {error}", file.display());
    let bytes = bytes.map_err(|error| unreadable(&error))?;
    let text = transload_api::decode_text(bytes).map_err(|error| unreadable(&error))?;
    parse(&text).map_err(|problem| format!("{}, {problem}", file.display()))
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
            _ => return Err(format!("line {}: SOURCE and DESTINATION are expected", number + 1)),
        }
    }
    if pairs.is_empty() {
        return Err("which has no pair in it".to_owned());
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_stand_on_lines_with_comments_and_empty_lines_between() {
        let pairs = parse("# images\r\n\r\na/b:1   c/b:1\r\n\td/e:2\tf/e:2\n").unwrap();
        let texts: Vec<_> =
            pairs.iter().map(|pair| (pair.source.as_str(), pair.destination.as_str())).collect();
        assert_eq!(texts, [("a/b:1", "c/b:1"), ("d/e:2", "f/e:2")]);
    }

    #[test]
    fn a_list_is_read_in_the_encodings_that_windows_writes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "# images\r\na/b:1 c/b:1\r\n";
        let marked = || format!("\u{feff}{text}");
        let little = marked().encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big = marked().encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [text.as_bytes().to_vec(), marked().into_bytes(), little, big] {
            std::fs::write(file.path(), bytes).unwrap();
            assert_eq!(read(file.path()).unwrap().len(), 1);
        }
        std::fs::write(file.path(), b"a\0/\0b\0").unwrap();
        assert!(read(file.path()).unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn a_line_that_is_no_pair_is_named() {
        assert!(parse("a b\nc\n").unwrap_err().contains("line 2"));
        assert!(parse("a b c").unwrap_err().contains("line 1"));
        assert!(parse("# nothing\n").is_err());
    }
}
