//! The settings, the wizard's draft and the recent sources.

use tauri::Runtime;
use transload_api::Api;
use transload_contract::{ImageSource, Settings, WizardDraft};
use transload_errors::ApiError;

use super::shell::Shell;
use crate::draft::Draft;
use crate::recent_sources::RecentSources;
use crate::settings::SettingsFile;

impl<R: Runtime> Shell<R> {
    pub async fn settings_get(&self) -> Result<Settings, ApiError> {
        Ok(self.state::<SettingsFile>().get())
    }

    /// Stores the settings and applies them.
    pub async fn settings_set(&self, settings: Settings) -> Result<(), ApiError> {
        let (file, api) = (self.state::<SettingsFile>(), self.state::<Api>());
        let large = settings.practice_large_account;
        let (address, ca_file) = (settings.engine_address.clone(), settings.ca_file.clone());
        let ca_file_before = file.get().ca_file;
        file.set(settings)?;
        api.engine_address_set(address);
        api.practice_large_set(large);
        // Another network closes the open connections, so only where the file changed.
        if ca_file != ca_file_before {
            api.ca_file_set(ca_file.as_deref());
        }
        Ok(())
    }

    pub async fn draft_get(&self) -> Result<Option<WizardDraft>, ApiError> {
        Ok(self.state::<Draft>().get()?.map(WizardDraft))
    }

    /// Stores or deletes the draft.
    pub async fn draft_set(&self, draft: Option<WizardDraft>) -> Result<(), ApiError> {
        self.state::<Draft>().set(draft.as_ref().map(|WizardDraft(draft)| draft))
    }

    /// The sources that were used last.
    pub async fn recent_sources_list(&self) -> Result<Vec<ImageSource>, ApiError> {
        self.state::<RecentSources>().list()
    }

    /// Puts a source first.
    pub async fn recent_source_add(
        &self,
        source: ImageSource,
    ) -> Result<Vec<ImageSource>, ApiError> {
        self.state::<RecentSources>().add(source)
    }

    pub async fn recent_source_remove(
        &self,
        source: ImageSource,
    ) -> Result<Vec<ImageSource>, ApiError> {
        self.state::<RecentSources>().remove(&source)
    }
}
