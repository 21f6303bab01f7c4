//! Lists the files of layers, each once: lists are kept by the digest of the layer. `handlers::layer_files` and the
//! command line use it.

use std::sync::Arc;

use transload_contract::{
    CopyRequest, ImageLocation, InspectOptions, LayerListing, ListProgress, ListedLayer,
    StackChanges,
};
use transload_errors::{ApiError, ErrorCode};
use transload_inspect::{ImageContent, selected_layers};
use transload_layer_files::{LayerFiles, has_table, list_layer, mark_changes, stack_changes};
use transload_manifest_cache::DocumentCache;
use transload_model::{Descriptor, Digest, now_ms};

use crate::api::Api;
use crate::images::platform_of;

/// Which layer of an image.
pub(crate) enum LayerChoice {
    Digest(Digest),
    /// Its number, starting at 1 with the lowest layer.
    Number(usize),
}

pub(crate) struct WantedLayer<'a> {
    pub choice: LayerChoice,
    /// The platform of the image.
    pub options: &'a InspectOptions,
    /// The largest layer that is downloaded. `None` for any.
    pub max_download_bytes: Option<u64>,
}

impl<'a> WantedLayer<'a> {
    fn number(number: usize, options: &'a InspectOptions) -> Self {
        Self { choice: LayerChoice::Number(number), options, max_download_bytes: None }
    }
}

/// Where lists report to.
type Report<'a> = &'a (dyn Fn(ListProgress) + Send + Sync);

impl Api {
    /// Lists the files of a layer of an image by its reference, with the logins of this computer. `number` starts at 1
    /// with the lowest layer.
    pub async fn layer_files_of_reference(
        &self,
        reference: &str,
        number: usize,
        options: &InspectOptions,
        request: &CopyRequest,
        report: impl Fn(ListProgress) + Send + Sync,
    ) -> Result<ListedLayer, ApiError> {
        let (content, reference) = self.open_reference(reference, request).await?;
        let wanted = WantedLayer::number(number, options);
        listed(Box::pin(self.layer_of(&content, &reference, wanted, &report)).await?)
    }

    /// Lists the files of a layer of an image of an open source. `number` starts at 1 with the lowest layer.
    pub async fn layer_files_of_location(
        &self,
        image: ImageLocation,
        number: usize,
        options: &InspectOptions,
    ) -> Result<ListedLayer, ApiError> {
        let content = self.open_location(&image).await?;
        let wanted = WantedLayer::number(number, options);
        listed(Box::pin(self.layer_of(&content, &image.reference, wanted, &|_| {})).await?)
    }

    /// Lists the files of a layer, and says what they do to the layers below if those were listed before.
    pub(crate) async fn layer_of(
        &self,
        content: &dyn ImageContent,
        reference: &str,
        wanted: WantedLayer<'_>,
        report: Report<'_>,
    ) -> Result<LayerListing, ApiError> {
        let platform = platform_of(wanted.options)?;
        let layers = selected_layers(content, reference, platform.as_ref()).await?;
        let place = match wanted.choice {
            LayerChoice::Digest(digest) => layers.iter().position(|one| one.digest == digest),
            LayerChoice::Number(number) => number.checked_sub(1).filter(|it| *it < layers.len()),
        };
        let place = place.ok_or_else(|| no_such_layer(&content.subject(reference), &layers))?;
        let documents = self.documents();
        let stored = stored_list(&documents, &layers[place].digest).await?;
        let from_cache = stored.is_some();
        let layer = &layers[place];
        let is_too_large = wanted.max_download_bytes.is_some_and(|limit| layer.size_bytes > limit);
        if !from_cache && is_too_large && !has_table(layer) {
            return Ok(LayerListing::NeedsDownload { download_bytes: layer.size_bytes });
        }
        let mut files = match stored {
            Some(files) => files,
            None => self.list(content, &layers, place, report).await?,
        };
        let below = layers[..place].to_vec();
        files = blocking(move || {
            let known = below.iter().map(|layer| read_list(&documents, &layer.digest));
            if let Some(known) = known.collect::<Option<Vec<_>>>() {
                mark_changes(&known, &mut files);
            }
            files
        })
        .await?;
        let entry_count = files.entries.len() as u64;
        Ok(LayerListing::Listed(ListedLayer { files, entry_count, from_cache }))
    }

    pub(crate) async fn changes_of(
        &self,
        content: &dyn ImageContent,
        reference: &str,
        report: Report<'_>,
    ) -> Result<StackChanges, ApiError> {
        let layers = selected_layers(content, reference, None).await?;
        let documents = self.documents();
        let mut lists = Vec::with_capacity(layers.len());
        for (place, layer) in layers.iter().enumerate() {
            lists.push(match stored_list(&documents, &layer.digest).await? {
                Some(files) => files,
                None => self.list(content, &layers, place, report).await?,
            });
        }
        blocking(move || stack_changes(&lists)).await
    }

    /// Downloads the list of a layer and keeps it.
    async fn list(
        &self,
        content: &dyn ImageContent,
        layers: &[Descriptor],
        place: usize,
        report: Report<'_>,
    ) -> Result<LayerFiles, ApiError> {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let progress = |read_bytes| {
            report(ListProgress {
                layer: number(place + 1),
                layers: number(layers.len()),
                read_bytes,
                total_bytes: layers[place].size_bytes,
            });
        };
        let files = list_layer(content, &layers[place], &progress).await?;
        let documents = self.documents();
        blocking(move || {
            match files.to_stored() {
                Ok(bytes) => documents.insert_layer_list(&files.digest, &bytes, now_ms()),
                Err(error) => tracing::warn!(%error, "a list of files can't be kept"),
            }
            files
        })
        .await
    }
}

fn listed(listing: LayerListing) -> Result<ListedLayer, ApiError> {
    match listing {
        LayerListing::Listed(listed) => Ok(listed),
        LayerListing::NeedsDownload { .. } => Err(ApiError::internal("no limit was given")),
    }
}

async fn stored_list(
    documents: &Arc<DocumentCache>,
    layer: &Digest,
) -> Result<Option<LayerFiles>, ApiError> {
    let (documents, layer) = (Arc::clone(documents), layer.clone());
    blocking(move || read_list(&documents, &layer)).await
}

fn read_list(documents: &DocumentCache, layer: &Digest) -> Option<LayerFiles> {
    LayerFiles::from_stored(&documents.layer_list(layer, now_ms())?)
}

fn no_such_layer(subject: &str, layers: &[Descriptor]) -> ApiError {
    let message = match layers.len() {
        0 => format!("{subject} has no layers."),
        count => format!("{subject} has layers 1 to {count}, and not this one."),
    };
    ApiError::new(ErrorCode::InputInvalid, message).about(subject)
}

/// Runs work that computes for long on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ApiError::internal(error.to_string()))
}
