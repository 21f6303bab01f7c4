//! A report as a file: Markdown for reading, CSV for a spreadsheet, JSON for a program, HTML for a
//! colleague.

mod cells;
mod csv;
mod escape;
mod html;
mod markdown;

use transload_contract::{MigrationReport, ReportFormat};
use transload_errors::ApiError;

pub fn report_text(report: &MigrationReport, format: ReportFormat) -> Result<String, ApiError> {
    match format {
        ReportFormat::Markdown => Ok(markdown::markdown(report)),
        ReportFormat::Csv => Ok(csv::csv(report)),
        ReportFormat::Html => Ok(html::html(report)),
        ReportFormat::Json => serde_json::to_string_pretty(report)
            .map_err(|error| ApiError::internal(error.to_string())),
    }
}

#[cfg(test)]
pub(crate) mod tests;
