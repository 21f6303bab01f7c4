//! Files that migrations are exported to, and files that are dropped on the window. Only a path that a dialog
//! returned is written, and only a dropped one is read.

use std::path::PathBuf;

use tauri::Runtime;
use transload_api::Api;
use transload_contract::{
    AwsConnection, DroppedFile, GeneratedFileId, NameAnswersRequest, ReportFormat,
};
use transload_errors::ApiError;

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
        self.state::<Api>().migration_report_export(job, format, path).await
    }

    /// Writes a plan to a file.
    pub async fn migration_plan_export(&self, plan: String, path: PathBuf) -> Result<(), ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Save, &path)?;
        self.state::<Api>().migration_plan_export(plan, path).await
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
        self.state::<Api>().name_file_export(request, connection, file, path).await
    }

    /// Reads a dropped plan or list.
    pub async fn dropped_file_read(&self, path: PathBuf) -> Result<DroppedFile, ApiError> {
        self.state::<ChosenPaths>().check(Purpose::Drop, &path)?;
        self.state::<Api>().dropped_file_read(&path).await
    }
}
