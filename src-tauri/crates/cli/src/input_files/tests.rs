//! Patterns on a real folder, and encodings of text.

use super::*;

#[test]
fn patterns_expand_to_files_sorted_by_name() {
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
        (vec!["part-?.json", "part-*.json"], vec!["part-1.json", "part-2.json", "part-10.json"]),
        // A missing file is reported when it is read.
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
fn utf_16_as_powershell_writes_it_is_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let units = "\u{feff}{\"a\": \"ü\"}".encode_utf16().flat_map(u16::to_le_bytes);
    std::fs::write(file.path(), units.collect::<Vec<_>>()).unwrap();
    assert_eq!(read_text(file.path()).unwrap(), "{\"a\": \"ü\"}");
    std::fs::write(file.path(), [0x80]).unwrap();
    assert_eq!(read_text(file.path()).unwrap_err().code, ErrorCode::InputInvalid);
    assert_eq!(read_text(Path::new("/missing")).unwrap_err().code, ErrorCode::StorageFailed);
}
