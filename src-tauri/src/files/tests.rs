//! Files that are replaced and moved aside.

use super::*;

#[test]
fn a_write_leaves_only_the_new_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    write_whole(&path, b"one, and longer").unwrap();
    write_whole(&path, b"two").unwrap();
    assert_eq!(read(&path).unwrap().unwrap(), b"two");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn damaged_files_are_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    for content in ["first", "second"] {
        fs::write(&path, content).unwrap();
        move_aside(&path).unwrap();
    }
    assert_eq!(fs::read(folder.path().join("a.json.broken-1")).unwrap(), b"first");
    assert_eq!(fs::read(folder.path().join("a.json.broken-2")).unwrap(), b"second");
    assert_eq!(read(&path).unwrap(), None);
}
