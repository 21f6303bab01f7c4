//! Reads the window's settings, for the window and for a program beside it.

use std::path::Path;

use serde_json::{Map, Value};
use transload_contract::Settings;

/// The name of the window's settings file in the data folder.
pub const SETTINGS_FILE: &str = "settings.json";

/// Reads the settings of the window. If the file can't be read, returns the defaults: the window
/// reports the problem.
pub fn kept_settings(data_folder: &Path) -> Settings {
    let kept = std::fs::read(data_folder.join(SETTINGS_FILE)).ok();
    kept.and_then(|content| read_settings(&content).ok()).unwrap_or_default().0
}

/// Reads settings, each on its own. Returns the names of those that can't be read beside the settings, which have the
/// defaults for them.
pub fn read_settings(content: &[u8]) -> serde_json::Result<(Settings, Vec<String>)> {
    let stored: Map<String, Value> = serde_json::from_slice(content)?;
    let (mut readable, mut unreadable) = (Map::new(), Vec::new());
    for (name, value) in stored {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        match serde_json::from_value::<Settings>(Value::Object(alone)) {
            Ok(_) => drop(readable.insert(name, value)),
            Err(_) => unreadable.push(name),
        }
    }
    Ok((serde_json::from_value(Value::Object(readable))?, unreadable))
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
        std::fs::write(&file, "{\"theme\": \"sepia\", \"ca_file\": \"/corp.pem\"}").unwrap();
        assert_eq!(kept_settings(folder.path()).ca_file.as_deref(), Some("/corp.pem"));
    }
}
