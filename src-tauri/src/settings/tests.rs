//! Settings that are stored, damaged, or not writable.

use transload_contract::Theme;
use transload_errors::ErrorCode;

use super::*;

#[test]
fn settings_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let dark = Settings { theme: Theme::Dark, ..Settings::default() };
    SettingsFile::open(folder.path()).unwrap().set(dark.clone()).unwrap();
    assert_eq!(SettingsFile::open(folder.path()).unwrap().get(), dark);
}

#[test]
fn damaged_settings_are_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("settings.json"), "{\"theme\": \"da").unwrap();
    assert_eq!(SettingsFile::open(folder.path()).unwrap().get(), Settings::default());
    assert!(folder.path().join("settings.json.broken-1").exists());
}

#[test]
fn settings_that_cannot_be_written_do_not_apply() {
    let folder = tempfile::tempdir().unwrap();
    let file = SettingsFile::open(&folder.path().join("gone")).unwrap();
    let error = file.set(Settings { welcomed: true, ..Settings::default() }).unwrap_err();
    assert_eq!(error.code, ErrorCode::StorageFailed);
    assert!(!file.get().welcomed);
}
