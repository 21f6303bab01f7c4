use std::path::PathBuf;

use transload_api::contract::ApiError;
use transload_api::{check_ca_file, kept_settings};

use crate::folders::data_folder;

/// The file with further certificate authorities: the one that was named, which must be one, or the
/// one of the window's settings.
pub async fn ca_file(named: Option<PathBuf>) -> Result<Option<String>, ApiError> {
    let Some(path) = named else {
        // Without a folder for data there are no settings, and a copy needs none.
        return Ok(data_folder().ok().and_then(|folder| kept_settings(&folder).ca_file));
    };
    check_ca_file(&path).await?;
    Ok(Some(path.to_string_lossy().into_owned()))
}
