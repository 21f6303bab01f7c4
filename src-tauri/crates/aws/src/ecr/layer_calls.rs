//! Implements [`EcrLayers`] with the AWS SDK.

use std::collections::HashSet;

use async_trait::async_trait;
use aws_sdk_ecr::error::SdkError;
use aws_sdk_ecr::operation::upload_layer_part::UploadLayerPartError;
use aws_sdk_ecr::types::LayerAvailability;
use aws_smithy_types::Blob;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::ecr::api::{EcrLayers, LayerUpload};
use crate::ecr::client::{Ecr, is_code};
use crate::error::AwsError;
use transload_model::{Digest, RepositoryName};

/// The minimum and maximum size of every part except the last. Source: Amazon ECR user guide, "Amazon
/// ECR service quotas": 5 and 10 MiB.
const PART_BYTES_RANGE: (usize, usize) = (5 * 1024 * 1024, 10 * 1024 * 1024);

/// Digests per call of BatchCheckLayerAvailability, and concurrent calls. Source: ECR's API reference;
/// the quota is 1,000 calls per second.
const LAYER_BATCH_SIZE: usize = 100;

const MAX_CONCURRENT_LAYER_CALLS: usize = 8;

#[async_trait]
impl EcrLayers for Ecr {
    async fn begin_layer_upload(
        &self,
        repository: &RepositoryName,
    ) -> Result<LayerUpload, AwsError> {
        let call = self.call("ecr:InitiateLayerUpload").for_repository(repository);
        let name = repository.as_str();
        let sent = self.client.initiate_layer_upload().repository_name(name).send().await;
        let response = sent.map_err(|error| call.failed(error))?;
        let part_bytes = response.part_size().and_then(|bytes| usize::try_from(bytes).ok());
        Ok(LayerUpload {
            repository: repository.clone(),
            id: call.required(response.upload_id(), "the upload id")?.to_owned(),
            part_bytes: part_bytes
                .unwrap_or(PART_BYTES_RANGE.1)
                .clamp(PART_BYTES_RANGE.0, PART_BYTES_RANGE.1),
        })
    }

    async fn upload_layer_part(
        &self,
        upload: &LayerUpload,
        first_byte: u64,
        part: Bytes,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:UploadLayerPart").for_repository(&upload.repository);
        let position = |byte: u64| i64::try_from(byte).unwrap_or(i64::MAX);
        let last_byte = position(first_byte + (part.len() as u64).saturating_sub(1));
        let sent = self
            .client
            .upload_layer_part()
            .repository_name(upload.repository.as_str())
            .upload_id(&upload.id)
            .part_first_byte(position(first_byte))
            .part_last_byte(last_byte)
            .layer_part_blob(Blob::new(part))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            // The response to an earlier attempt was lost: ECR already has the part.
            Err(error) if last_valid_byte(&error) == Some(last_byte) => Ok(()),
            Err(error) => Err(call.failed(error)),
        }
    }

    async fn existing_layers(
        &self,
        repository: &RepositoryName,
        layers: &[Digest],
    ) -> Result<HashSet<Digest>, AwsError> {
        let call = self.call("ecr:BatchCheckLayerAvailability").for_repository(repository);
        let batches: Vec<Vec<String>> = layers
            .chunks(LAYER_BATCH_SIZE)
            .map(|batch| batch.iter().map(ToString::to_string).collect())
            .collect();
        let calls: Vec<_> = batches
            .into_iter()
            .map(|digests| {
                let request = self.client.batch_check_layer_availability();
                request.repository_name(repository.as_str()).set_layer_digests(Some(digests)).send()
            })
            .collect();
        let mut responses = stream::iter(calls).buffer_unordered(MAX_CONCURRENT_LAYER_CALLS);
        let mut existing = HashSet::new();
        while let Some(response) = responses.next().await {
            let response = response.map_err(|error| call.failed(error))?;
            // An archived layer would have to be uploaded again.
            let available = response
                .layers()
                .iter()
                .filter(|layer| layer.layer_availability() == Some(&LayerAvailability::Available));
            let digests = available.filter_map(|layer| layer.layer_digest());
            existing.extend(digests.filter_map(|digest| Digest::parse(digest).ok()));
        }
        Ok(existing)
    }

    async fn complete_layer_upload(
        &self,
        upload: &LayerUpload,
        digest: &Digest,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:CompleteLayerUpload").for_repository(&upload.repository);
        let sent = self
            .client
            .complete_layer_upload()
            .repository_name(upload.repository.as_str())
            .upload_id(&upload.id)
            .layer_digests(digest.as_str())
            .send()
            .await;
        match sent.map_err(|error| call.failed(error)) {
            Err(error) if is_code(&error, "LayerAlreadyExistsException") => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

fn last_valid_byte(error: &SdkError<UploadLayerPartError>) -> Option<i64> {
    match error.as_service_error() {
        Some(UploadLayerPartError::InvalidLayerPartException(invalid)) => {
            invalid.last_valid_byte_received()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{CannedResponse, LocalAws, session_at};

    #[tokio::test]
    async fn layers_are_requested_a_hundred_at_a_time() {
        let aws = LocalAws::start(|request| {
            let digests = request.json["layerDigests"].as_array().unwrap().clone();
            let layers: Vec<_> = digests
                .iter()
                .zip(["AVAILABLE", "UNAVAILABLE", "ARCHIVED"].iter().cycle())
                .map(|(digest, state)| json!({"layerDigest": digest, "layerAvailability": state}))
                .collect();
            CannedResponse::json(json!({"layers": layers, "failures": []}))
        })
        .await;
        let digests: Vec<_> =
            (0..250).map(|number: u32| Digest::of(number.to_string().as_bytes())).collect();
        let ecr = session_at(&aws).await.ecr();
        let name = RepositoryName::parse("pgcli").unwrap();
        let existing = ecr.existing_layers(&name, &digests).await.unwrap();
        assert_eq!(aws.requests().len(), 3);
        assert_eq!(existing.len(), 34 + 34 + 17);
        assert!(existing.contains(&digests[0]) && !existing.contains(&digests[1]));
        assert_eq!(ecr.existing_layers(&name, &[]).await.unwrap().len(), 0);
        assert_eq!(aws.requests().len(), 3, "no call for an empty list");
    }
}
