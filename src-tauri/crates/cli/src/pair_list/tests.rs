//! Lists with comments, with encodings of Windows, and with invalid lines.

use super::*;

#[test]
fn comments_and_empty_lines_are_ignored() {
    let pairs = parse("# images\r\n\r\na/b:1   c/b:1\r\n\td/e:2\tf/e:2\n").unwrap();
    let texts: Vec<_> =
        pairs.iter().map(|pair| (pair.source.as_str(), pair.destination.as_str())).collect();
    assert_eq!(texts, [("a/b:1", "c/b:1"), ("d/e:2", "f/e:2")]);
}

#[test]
fn encodings_that_windows_writes_are_read() {
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
fn an_invalid_line_is_reported_by_number() {
    assert!(parse("a b\nc\n").unwrap_err().contains("line 2"));
    assert!(parse("a b c").unwrap_err().contains("line 1"));
    assert!(parse("# nothing\n").is_err());
}
