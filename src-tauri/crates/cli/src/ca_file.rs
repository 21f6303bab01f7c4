//! The file with additional certificate authorities: `--ca-file`, or the one of the window's settings.
//! `main` resolves it before any command runs.

use std::path::PathBuf;

use transload_api::{check_ca_file, kept_settings};
use transload_errors::ApiError;

use crate::data_folder::data_folder;

/// Returns the file to trust in addition to the system's authorities.
///
/// # Errors
/// If the file of `--ca-file` holds no certificates.
pub async fn resolve(argument: Option<PathBuf>) -> Result<Option<String>, ApiError> {
    let Some(path) = argument else {
        // Without a data folder there are no settings. `copy` works without them.
        return Ok(data_folder().ok().and_then(|folder| kept_settings(&folder).ca_file));
    };
    check_ca_file(&path).await?;
    Ok(Some(path.to_string_lossy().into_owned()))
}
