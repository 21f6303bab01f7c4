//! Files that the user exports or saves, and files that are dropped on the window. Only a path that a dialog
//! returned is written, only a dropped one is read, and only a file that was written is opened.

use std::path::{Path, PathBuf};

use tauri::Runtime;
use tauri_plugin_opener::OpenerExt as _;
use transload_api::Api;
use transload_contract::{
    AwsConnection, DroppedFile, GeneratedFileId, ImageLocation, NameAnswersRequest, ReportFormat,
};
use transload_errors::{ApiError, ErrorCode};

use super::shell::Shell;
use crate::chosen_paths::{ChosenPaths, Purpose};

impl<R: Runtime> Shell<R> {
    /// Writes a report to a file.
    pub async fn migration_report_export(
        &self,
        job: String,
        format: ReportFormat,
        path: PathBuf,
    ) -> Result<(), ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Save, &path)?;
        self.state::<Api>().migration_report_export(job, format, path.clone()).await?;
        self.written(&path);
        Ok(())
    }

    /// Writes a plan to a file.
    pub async fn migration_plan_export(&self, plan: String, path: PathBuf) -> Result<(), ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Save, &path)?;
        self.state::<Api>().migration_plan_export(plan, path.clone()).await?;
        self.written(&path);
        Ok(())
    }

    /// Writes a generated file for a friendly name.
    pub async fn name_file_export(
        &self,
        request: NameAnswersRequest,
        connection: Option<AwsConnection>,
        file: GeneratedFileId,
        path: PathBuf,
    ) -> Result<(), ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Save, &path)?;
        self.state::<Api>().name_file_export(request, connection, file, path.clone()).await?;
        self.written(&path);
        Ok(())
    }

    /// Writes an attestation, SBOM or signature to a file.
    pub async fn image_attestation_export(
        &self,
        image: ImageLocation,
        manifest: String,
        blob: String,
        path: PathBuf,
    ) -> Result<(), ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Save, &path)?;
        self.state::<Api>().image_attestation_export(image, manifest, blob, path.clone()).await?;
        self.written(&path);
        Ok(())
    }

    /// Opens a file that was exported, in the program that the system has for it.
    pub async fn exported_file_open(&self, path: PathBuf) -> Result<(), ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Written, &path)?;
        let shown = path.display().to_string();
        self.window.opener().open_path(&shown, None::<&str>).map_err(|error| ApiError {
            code: ErrorCode::StorageFailed,
            message: format!("No program could be started to open {shown}."),
            hints: vec!["Open this file in a program of your own.".to_owned()],
            causes: vec![error.to_string()],
            retryable: true,
            subject: Some(shown),
            policy: None,
        })
    }

    /// Notes that a file was written, so that it may be opened.
    pub(super) fn written(&self, path: &Path) {
        self.state::<ChosenPaths>().remember(Purpose::Written, path);
    }

    /// Reads a dropped plan or list.
    pub async fn dropped_file_read(&self, path: PathBuf) -> Result<DroppedFile, ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Drop, &path)?;
        self.state::<Api>().dropped_file_read(&path).await
    }
}
