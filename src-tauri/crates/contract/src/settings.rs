//! Settings of the window, and facts about the program.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
#[serde(default)]
pub struct Settings {
    pub theme: Theme,
    /// The address of the Docker Engine, which takes precedence over all others.
    pub engine_address: Option<String>,
    /// A CA file, which is trusted in addition to the system's certificate authorities.
    pub ca_file: Option<String>,
    /// Whether temporary tags are removed from the engine after a push.
    pub remove_temporary_tags: bool,
    /// Whether the draft of the wizard is kept when the program restarts.
    pub keep_draft: bool,
    /// Whether the practice account belongs to an organization with a large number of repositories
    /// and tags.
    pub practice_large_account: bool,
    /// Whether the desktop shows a notification when a migration finishes in the background.
    pub notify_at_end: bool,
    /// Whether the computer stays awake during a migration.
    pub keep_awake: bool,
    /// Whether the cards of the first start were shown.
    pub welcomed: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            engine_address: None,
            ca_file: None,
            remove_temporary_tags: true,
            keep_draft: true,
            practice_large_account: false,
            notify_at_end: true,
            keep_awake: true,
            welcomed: false,
        }
    }
}

/// The color theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "settings.ts")]
pub enum Theme {
    System,
    Light,
    Dark,
}

/// The wizard's draft. Its shape is the window's own; the program only stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "unknown", export_to = "settings.ts")]
pub struct WizardDraft(pub serde_json::Value);

/// Facts about the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct AppInfo {
    pub version: String,
    pub log_folder: String,
    /// The folder with settings, saved profiles and the data of practice mode.
    pub data_folder: String,
    /// Whether the program was started with `--practice`.
    pub started_in_practice: bool,
}
