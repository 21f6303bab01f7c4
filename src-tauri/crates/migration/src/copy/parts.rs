//! A big layer that broke on its way through the registry protocol, sent in parts through ECR's own
//! API: what has arrived of it stays, and only the part that broke is sent again.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::image::Copying;
use crate::MigrationError;
use transload_aws::{AwsError, EcrLayers, LayerUpload};
use transload_model::{Descriptor, RepositoryName};

/// From this many bytes on a layer that broke goes on in parts. They cost a third more on the line
/// (base64) and more work (JSON, hashing for the signature): on loopback, where only the work counts,
/// 100 MiB take 1.00 s in parts and 0.22 s in one PUT (2 cores, medians of 5, practice mode;
/// `cargo run --release -p transload-tests --example layer_in_parts`). So a layer goes the cheap way
/// first, and in parts only once it broke. What is smaller than this is sent anew in a second or
/// some; of what is larger, another break would cost more than the third.
pub(super) const PARTS_FROM_BYTES: u64 = 64 * 1024 * 1024;
/// A part is sent so often in all. The SDK repeats each of these calls itself where that can help.
const TRIES: u32 = 4;
/// The pause before a part is sent again; doubled each time.
const PAUSE: Duration = Duration::from_secs(1);

impl Copying<'_> {
    /// The API that takes this blob in parts, where the destination has one and that pays.
    pub(super) fn parts_for(&self, blob: &Descriptor) -> Option<(&dyn EcrLayers, RepositoryName)> {
        let layers = self.copier.ends.layers.as_deref();
        let layers = layers.filter(|_| blob.size_bytes >= PARTS_FROM_BYTES)?;
        Some((layers, RepositoryName::parse(self.repository).ok()?))
    }

    /// Sends a blob in parts. One blob at a time: a part is held in memory, and again as base64.
    pub(super) async fn send_in_parts(
        &self,
        blob: &Descriptor,
        (layers, repository): (&dyn EcrLayers, RepositoryName),
    ) -> Result<(), MigrationError> {
        let _one_at_a_time = self.copier.in_parts.lock().await;
        let upload = layers.begin_layer(&repository).await?;
        let content = self.copier.ends.source.blob(self.job.source.path(), blob).await?;
        let mut content = self.told(blob, content);
        let mut part = BytesMut::with_capacity(upload.part_bytes);
        let mut first_byte = 0;
        // The stream ends with an error where size or digest is wrong, before anything is completed.
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
        layers.complete_layer(&upload, &blob.digest).await?;
        Ok(())
    }
}

fn may_pass(error: &AwsError) -> bool {
    matches!(error, AwsError::EndpointUnreachable { .. } | AwsError::Throttled { .. })
}

/// Sends one part, several times if it must be; gives where the next one begins.
async fn send_part(
    layers: &dyn EcrLayers,
    upload: &LayerUpload,
    first_byte: u64,
    part: Bytes,
) -> Result<u64, AwsError> {
    let next_byte = first_byte + part.len() as u64;
    let mut pause = PAUSE;
    let mut tried = 1;
    loop {
        match layers.send_layer_part(upload, first_byte, part.clone()).await {
            Ok(()) => return Ok(next_byte),
            Err(error) if tried < TRIES && may_pass(&error) => {
                tracing::info!(first_byte, tried, %error, "a part of a layer is sent anew");
                tokio::time::sleep(pause).await;
                pause *= 2;
                tried += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
