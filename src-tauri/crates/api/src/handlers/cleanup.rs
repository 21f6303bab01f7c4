//! Clean-up of a repository: what each class would delete, and the record that is written before a deletion.

use std::collections::HashMap;
use std::fmt::Write as _;

use transload_aws::EcrImage;
use transload_contract::{AwsConnection, CleanupClass, CleanupProposal, CleanupRules};
use transload_errors::ApiError;
use transload_explorer::{cached_facts, cleanup, pull_time};
use transload_files::{make_private_folder, write_whole};
use transload_model::{Digest, now_ms};

use crate::api::Api;

/// The folder of the records in the data folder.
const FOLDER: &str = "cleanups";

impl Api {
    /// Returns what a clean-up of each class would delete. Makes no changes.
    pub async fn repository_cleanup(
        &self,
        connection: AwsConnection,
        name: String,
        rules: CleanupRules,
    ) -> Result<Vec<CleanupProposal>, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        let documents = self.documents();
        let facts = cached_facts(&documents, &images);
        let reads = documents.own_reads(&explored.scope);
        let in_use = self.inner.in_use.of(&explored.scope);
        let pulled = |image: &EcrImage| pull_time(image, &reads);
        Ok(cleanup(&images, &facts, pulled, &in_use, &rules, now_ms()))
    }

    /// Writes a record of images that are about to be deleted: a table as CSV, and their manifests as JSON if
    /// they were read. Returns the path of the table.
    pub async fn repository_cleanup_record(
        &self,
        connection: AwsConnection,
        name: String,
        class: CleanupClass,
        digests: Vec<String>,
    ) -> Result<String, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        let documents = self.documents();
        let reads = documents.own_reads(&explored.scope);
        let by_digest: HashMap<&str, _> =
            images.iter().map(|image| (image.digest.as_str(), image)).collect();
        let class = serde_json::to_value(class).unwrap_or_default();
        let class = class.as_str().unwrap_or_default();
        let mut table =
            String::from("repository,class,digest,tags,bytes,pushed_at_ms,pulled_at_ms\n");
        let mut manifests = serde_json::Map::new();
        for digest in &digests {
            let image = by_digest.get(digest.as_str());
            let tags = image.map(|image| &image.tags).into_iter().flatten();
            let tags = tags.map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let number =
                |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
            // Names, digests and tags contain neither commas nor quotes.
            let _ = writeln!(
                table,
                "{name},{class},{digest},{tags},{},{},{}",
                number(image.and_then(|image| image.size_bytes)),
                number(image.and_then(|image| image.pushed_at_ms)),
                number(image.and_then(|image| pull_time(image, &reads).pulled_at_ms)),
            );
            let document = Digest::parse(digest).ok();
            if let Some(document) =
                document.and_then(|digest| documents.document(&digest, now_ms()))
            {
                let text = String::from_utf8_lossy(&document.bytes).into_owned();
                manifests.insert(digest.clone(), text.into());
            }
        }
        let folder = self.inner.options.data_folder.join(FOLDER);
        let stem = format!("{}-{}", now_ms(), name.replace('/', "-"));
        make_private_folder(&folder).map_err(|error| ApiError::storage(&folder, &error))?;
        let manifests = serde_json::Value::Object(manifests).to_string();
        for (extension, content) in [("json", manifests.as_bytes()), ("csv", table.as_bytes())] {
            let file = folder.join(format!("{stem}.{extension}"));
            write_whole(&file, content).map_err(|error| ApiError::storage(&file, &error))?;
        }
        tracing::info!(repository = name, class, images = digests.len(), "a clean-up was recorded");
        Ok(folder.join(format!("{stem}.csv")).display().to_string())
    }
}
