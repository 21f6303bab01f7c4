//! The record that is written before a deletion: its images as CSV, and their manifests as JSON if they were read.

use std::fmt::Write as _;
use std::path::Path;

use transload_contract::{CleanupClass, RepositoryDeletionPlan};
use transload_errors::ApiError;
use transload_files::{make_private_folder, write_whole};
use transload_manifest_cache::DocumentCache;
use transload_model::now_ms;

/// The folder of the records in the data folder.
const FOLDER: &str = "deletions";

/// Writes the record. Returns the path of the table, or `None` if no image is deleted.
pub(super) fn write_record(
    data_folder: &Path,
    documents: &DocumentCache,
    repositories: &[RepositoryDeletionPlan],
    class: Option<CleanupClass>,
) -> Result<Option<String>, ApiError> {
    let images: usize = repositories.iter().map(|one| one.images.len()).sum();
    if images == 0 {
        return Ok(None);
    }
    let class = class.and_then(|class| serde_json::to_value(class).ok()).unwrap_or_default();
    let class = class.as_str().unwrap_or_default();
    let mut table = String::from("repository,class,digest,tags,bytes,pushed_at_ms,pulled_at_ms\n");
    let mut manifests = serde_json::Map::new();
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    for (name, image) in
        repositories.iter().flat_map(|one| one.images.iter().map(move |image| (&one.name, image)))
    {
        // Names, digests and tags contain neither commas nor quotes.
        let _ = writeln!(
            table,
            "{name},{class},{},{},{},{},{}",
            image.digest,
            image.tags.join(" "),
            number(image.size_bytes),
            number(image.pushed_at_ms),
            number(image.pulled_at_ms),
        );
        if let Some(document) = documents.document(&image.digest, now_ms()) {
            let text = String::from_utf8_lossy(&document.bytes).into_owned();
            manifests.insert(image.digest.to_string(), text.into());
        }
    }
    let folder = data_folder.join(FOLDER);
    make_private_folder(&folder).map_err(|error| ApiError::storage(&folder, &error))?;
    let about = match repositories {
        [one] => one.name.as_str().replace('/', "-"),
        several => format!("{}-repositories", several.len()),
    };
    let stem = format!("{}-{about}", now_ms());
    let manifests = serde_json::Value::Object(manifests).to_string();
    for (extension, content) in [("json", manifests.as_bytes()), ("csv", table.as_bytes())] {
        let file = folder.join(format!("{stem}.{extension}"));
        write_whole(&file, content).map_err(|error| ApiError::storage(&file, &error))?;
    }
    Ok(Some(folder.join(format!("{stem}.csv")).display().to_string()))
}
