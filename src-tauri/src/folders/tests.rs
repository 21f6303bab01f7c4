//! Unusable folders, and bus names.

use super::*;

#[test]
fn an_unusable_folder_is_reported_with_a_next_step() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    std::fs::write(&file, "").unwrap();
    for data in [file.clone(), file.join("below")] {
        let folders = Folders { logs: data.join("logs"), data: data.clone() };
        let error = folders.create().expect_err("it is created").to_string();
        assert!(error.contains(&data.display().to_string()), "{error}");
        assert!(error.contains("TRANSLOAD_DATA_DIR"), "{error}");
    }
    let data = parent.path().join("new");
    Folders { logs: data.join("logs"), data: data.clone() }.create().unwrap();
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1, "the check leaves no file");
}

#[test]
fn each_folder_has_its_own_bus_name() {
    assert_eq!(bus_id(Path::new("/a")), bus_id(Path::new("/a")));
    assert_ne!(bus_id(Path::new("/a")), bus_id(Path::new("/b")));
}
