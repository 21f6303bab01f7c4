//! Commands of the image pages.

use std::path::PathBuf;

use transload_contract::{
    AttestationDocument, ImageComparison, ImageInspection, ImageLocation, InspectOptions,
    SupplyChain,
};
use transload_errors::ApiError;
use transload_inspect::{image_digests, open_document, read_attestation, supply_chain};
use transload_model::Digest;

use crate::api::Api;
use crate::exported_file::write_downloaded;
use crate::images::compare_contents;

impl Api {
    /// Reads an image: its manifest, one platform, its configuration. Downloads no layer.
    pub async fn image_inspect(
        &self,
        image: ImageLocation,
        options: InspectOptions,
    ) -> Result<ImageInspection, ApiError> {
        let mut found = self.inspect_location(&image, &options).await?;
        if !options.reveal {
            found.hide_secrets();
        }
        Ok(found)
    }

    /// Returns the differences between two images, which may be in different registries.
    pub async fn image_compare(
        &self,
        left: ImageLocation,
        right: ImageLocation,
        options: InspectOptions,
    ) -> Result<ImageComparison, ApiError> {
        let one = self.open_location(&left).await?;
        let other = self.open_location(&right).await?;
        Box::pin(compare_contents(
            (&one, left.reference.as_str()),
            (&other, right.reference.as_str()),
            &options,
        ))
        .await
    }

    /// Lists the attestations, SBOMs and signatures that are attached to an image.
    pub async fn image_supply_chain(&self, image: ImageLocation) -> Result<SupplyChain, ApiError> {
        let content = self.open_location(&image).await?;
        Ok(Box::pin(supply_chain(&content, &image.reference)).await?)
    }

    /// Reads one attestation, SBOM or signature.
    pub async fn image_attestation(
        &self,
        image: ImageLocation,
        manifest: String,
        blob: String,
    ) -> Result<AttestationDocument, ApiError> {
        let (manifest, blob) = (digest(&manifest)?, digest(&blob)?);
        let content = self.open_location(&image).await?;
        let images = Box::pin(image_digests(&content, &image.reference)).await?;
        Ok(Box::pin(read_attestation(&content, &manifest, &blob, &images)).await?)
    }

    /// Writes one of them to a file as it is, whatever its size.
    pub async fn image_attestation_export(
        &self,
        image: ImageLocation,
        manifest: String,
        blob: String,
        path: PathBuf,
    ) -> Result<(), ApiError> {
        let (manifest, blob) = (digest(&manifest)?, digest(&blob)?);
        let content = self.open_location(&image).await?;
        let document = Box::pin(open_document(&content, &manifest, &blob)).await?;
        write_downloaded(path, document).await
    }
}

fn digest(text: &str) -> Result<Digest, ApiError> {
    Digest::parse(text).map_err(|error| ApiError::invalid_input(&error))
}
