//! Reads the window's settings for a program beside it.

use std::path::Path;

use transload_contract::Settings;

/// The file of a data folder in which the window keeps what a person set.
pub const SETTINGS_FILE: &str = "settings.json";

/// What a person set in the window, for a program beside it. What cannot be read counts as not set:
/// the window itself says what is wrong with its file.
pub fn kept_settings(data_folder: &Path) -> Settings {
    let kept = std::fs::read(data_folder.join(SETTINGS_FILE)).ok();
    kept.and_then(|content| serde_json::from_slice(&content).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_counts_as_not_set() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(kept_settings(folder.path()), Settings::default());
        let file = folder.path().join(SETTINGS_FILE);
        std::fs::write(&file, "{\"ca_file\": \"/corp.p").unwrap();
        assert_eq!(kept_settings(folder.path()), Settings::default());
        std::fs::write(&file, "{\"ca_file\": \"/corp.pem\"}").unwrap();
        assert_eq!(kept_settings(folder.path()).ca_file.as_deref(), Some("/corp.pem"));
    }
}
