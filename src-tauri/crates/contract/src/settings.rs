//! Settings of the window, and facts about the program.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a person set for the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
#[serde(default)]
pub struct Settings {
    /// Light, dark, or as the system is.
    pub theme: Theme,
    /// An engine address that goes before every other.
    pub engine_address: Option<String>,
    /// A file with certificate authorities that are trusted beside those of the system.
    pub ca_file: Option<String>,
    /// Whether temporary tags are removed from the engine after a push.
    pub remove_temporary_tags: bool,
    /// Whether the wizard keeps its draft over a restart.
    pub keep_draft: bool,
    /// Whether the practice account belongs to an organisation with very many repositories and tags.
    pub practice_large_account: bool,
    /// Whether the desktop says so when a migration is over that nobody looks at.
    pub notify_at_end: bool,
    /// Whether the computer is kept awake while images move.
    pub keep_awake: bool,
    /// Whether the first-start cards were seen.
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

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "settings.ts")]
pub enum Theme {
    /// As the system is.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The wizard's draft. Its shape is the window's own; the program only stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "unknown", export_to = "settings.ts")]
pub struct WizardDraft(pub serde_json::Value);

/// What the program says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct AppInfo {
    /// The version.
    pub version: String,
    /// Where the log files are.
    pub log_folder: String,
    /// Where settings, saved profiles and practice data are.
    pub data_folder: String,
    /// Whether the program was started for practice (`--practice`).
    pub started_in_practice: bool,
}
