//! Uploads a large layer in parts through the ECR API, after its upload through the registry
//! protocol was interrupted. Uploaded parts are kept, and only a part that fails is sent again.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use crate::copy::image::Copying;
use crate::error::MigrationError;
use transload_aws::{AwsError, EcrLayers, LayerUpload};
use transload_model::{Descriptor, RepositoryName};

/// Minimum size of a layer that is continued in parts after its upload broke. Parts transfer a
/// third more bytes (base64) and cost more CPU (JSON, hashing for the signature): on loopback,
/// where only CPU counts, 100 MiB take 1.00 s in parts and 0.22 s in one PUT (2 cores, medians of
/// 5, practice mode; `cargo run --release -p transload-tests --example layer_upload_in_parts`). So a layer
/// is first sent in one PUT, and in parts only after that broke. Smaller layers are sent again
/// within a second or so; for larger ones another interruption would cost more than the additional
/// third.
pub(super) const PARTS_FROM_BYTES: u64 = 64 * 1024 * 1024;
/// Maximum number of attempts to upload a part. The SDK itself retries each call where that can
/// help.
const MAX_ATTEMPTS: u32 = 4;
/// Pause before a part is sent again; doubled each time.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

impl Copying<'_> {
    /// Returns the API for uploading this blob in parts, if the destination has one and the blob is
    /// large enough.
    pub(super) fn parts_for(&self, blob: &Descriptor) -> Option<(&dyn EcrLayers, RepositoryName)> {
        let layers = self.copier.endpoints.layers.as_deref();
        let layers = layers.filter(|_| blob.size_bytes >= PARTS_FROM_BYTES)?;
        Some((layers, RepositoryName::parse(self.repository).ok()?))
    }

    /// Uploads a blob in parts. One blob at a time, because a part is in memory twice: as bytes and
    /// as base64.
    pub(super) async fn send_in_parts(
        &self,
        blob: &Descriptor,
        (layers, repository): (&dyn EcrLayers, RepositoryName),
    ) -> Result<(), MigrationError> {
        let _one_at_a_time = self.copier.in_parts.lock().await;
        let upload = layers.begin_layer_upload(&repository).await?;
        let content = self.copier.endpoints.source.blob(self.job.source.path(), blob).await?;
        let mut content = self.with_progress(blob, content);
        let mut part = BytesMut::with_capacity(upload.part_bytes);
        let mut first_byte = 0;
        // The stream ends with an error if size or digest is wrong, before the upload is completed.
        while let Some(piece) = content.next().await.transpose()? {
            let mut piece = piece;
            while part.len() + piece.len() > upload.part_bytes {
                let rest = piece.split_off(upload.part_bytes - part.len());
                part.extend_from_slice(&piece);
                piece = rest;
                first_byte = send_part(layers, &upload, first_byte, part.split().freeze()).await?;
            }
            part.extend_from_slice(&piece);
        }
        if !part.is_empty() {
            send_part(layers, &upload, first_byte, part.freeze()).await?;
        }
        layers.complete_layer_upload(&upload, &blob.digest).await?;
        Ok(())
    }
}

fn is_retryable(error: &AwsError) -> bool {
    matches!(error, AwsError::EndpointUnreachable { .. } | AwsError::Throttled { .. })
}

/// Uploads one part, with retries. Returns the offset of the next part.
async fn send_part(
    layers: &dyn EcrLayers,
    upload: &LayerUpload,
    first_byte: u64,
    part: Bytes,
) -> Result<u64, AwsError> {
    let next_byte = first_byte + part.len() as u64;
    let mut pause = RETRY_PAUSE;
    let mut attempt = 1;
    loop {
        match layers.upload_layer_part(upload, first_byte, part.clone()).await {
            Ok(()) => return Ok(next_byte),
            Err(error) if attempt < MAX_ATTEMPTS && is_retryable(&error) => {
                tracing::info!(
                    first_byte, attempt, %error,
                    "retrying the upload of a part of a layer"
                );
                tokio::time::sleep(pause).await;
                pause *= 2;
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
