//! Reads the window's settings for a program beside it.

use std::path::Path;

use transload_contract::Settings;

/// The name of the window's settings file in the data folder.
pub const SETTINGS_FILE: &str = "settings.json";

/// Reads the settings of the window. If the file can't be read, returns the defaults: the window
/// reports the problem.
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
