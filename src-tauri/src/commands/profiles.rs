//! The saved profiles of this computer.

use std::path::PathBuf;

use tauri::Runtime;
use transload_contract::SavedProfile;
use transload_errors::ApiError;

use super::shell::Shell;
use crate::chosen_paths::{ChosenPaths, Purpose};
use crate::saved_profiles::store::SavedProfiles;

impl<R: Runtime> Shell<R> {
    pub async fn saved_profiles_list(&self) -> Result<Vec<SavedProfile>, ApiError> {
        self.state::<SavedProfiles<R>>().list()
    }

    pub async fn saved_profile_save(
        &self,
        profile: SavedProfile,
    ) -> Result<SavedProfile, ApiError> {
        self.state::<SavedProfiles<R>>().save(profile)
    }

    pub async fn saved_profile_delete(&self, id: String) -> Result<(), ApiError> {
        self.state::<SavedProfiles<R>>().delete(&id)
    }

    /// Writes profiles to a file.
    pub async fn saved_profiles_export(
        &self,
        ids: Vec<String>,
        path: PathBuf,
    ) -> Result<(), ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Save, &path)?;
        self.state::<SavedProfiles<R>>().export(&ids, &path)?;
        self.written(&path);
        Ok(())
    }

    pub async fn saved_profiles_import(
        &self,
        path: PathBuf,
        allow_endpoints: bool,
    ) -> Result<Vec<SavedProfile>, ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Open, &path)?;
        self.state::<SavedProfiles<R>>().import(&path, allow_endpoints)
    }
}
