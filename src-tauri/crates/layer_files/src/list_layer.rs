//! Lists the files of one layer: by its table of contents, or as a stream that is verified when it was read to its
//! end.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use transload_inspect::{ImageContent, PieceReader};
use transload_model::Descriptor;

use crate::error::LayerFilesError;
use crate::layer_files::{LayerFiles, ListSource, ListStop};
use crate::list_tar::{Limits, list_compressed};
use crate::toc::{
    FOOTER_BYTES, Position, TocLocation, TocProblem, chunked_table, estargz_position,
    estargz_table, table_entries, toc_location,
};

/// Pieces of a download that wait to be decompressed.
const PIECES_AHEAD: usize = 16;

/// How often progress is reported.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

/// Lists the files of a layer. `report` is called with the number of downloaded bytes. Dropping the future cancels it.
///
/// # Errors
/// If the layer can't be read, isn't an archive, or doesn't match its digest.
pub async fn list_layer(
    content: &dyn ImageContent,
    layer: &Descriptor,
    report: &(dyn Fn(u64) + Send + Sync),
) -> Result<LayerFiles, LayerFilesError> {
    if layer.is_foreign() {
        return Err(LayerFilesError::Foreign { digest: layer.digest.clone() });
    }
    // Before anything is downloaded. Source: containers/ocicrypt, `spec`.
    if layer.media_type.ends_with("+encrypted") {
        return Err(unreadable(layer, "it is encrypted".to_owned()));
    }
    let by_toc = match toc_location(layer) {
        Some(location) => list_by_toc(content, layer, location, report).await?,
        None => None,
    };
    match by_toc {
        Some(files) => Ok(files),
        None => list_stream(content, layer, Limits::default(), report).await,
    }
}

/// Returns `None` if the layer has no table where its annotations say, or the registry doesn't support ranges.
async fn list_by_toc(
    content: &dyn ImageContent,
    layer: &Descriptor,
    location: TocLocation,
    report: &(dyn Fn(u64) + Send + Sync),
) -> Result<Option<LayerFiles>, LayerFilesError> {
    let mut read_bytes = 0;
    let mut range = async |position: Position| {
        let Position { start, length } = position;
        let found = content.blob_range(&layer.digest, start, length).await;
        if let Ok(Some(bytes)) = &found {
            read_bytes += bytes.len() as u64;
            report(read_bytes);
        }
        found
    };
    let (position, digest, source) = match location {
        TocLocation::Estargz { digest } => {
            let start = layer.size_bytes - FOOTER_BYTES;
            let Some(footer) = range(Position { start, length: FOOTER_BYTES }).await? else {
                return Ok(None);
            };
            let Some(position) = estargz_position(&footer, layer) else { return Ok(None) };
            (position, digest, ListSource::Estargz)
        }
        TocLocation::ZstdChunked { position, digest } => {
            (position, digest, ListSource::ZstdChunked)
        }
    };
    let Some(compressed) = range(position).await? else { return Ok(None) };
    let parse = move || {
        let table = match source {
            ListSource::Estargz => estargz_table(&compressed, &digest)?,
            _ => chunked_table(&compressed, &digest)?,
        };
        table_entries(&table, Limits::default())
    };
    let (entries, has_more) = blocking(parse).await.map_err(|problem| match problem {
        TocProblem::WrongDigest => LayerFilesError::WrongContents { digest: layer.digest.clone() },
        TocProblem::Unreadable(reason) => unreadable(layer, reason),
    })?;
    let stopped = has_more.then_some(ListStop::Entries);
    Ok(Some(LayerFiles { digest: layer.digest.clone(), source, read_bytes, stopped, entries }))
}

async fn list_stream(
    content: &dyn ImageContent,
    layer: &Descriptor,
    limits: Limits,
    report: &(dyn Fn(u64) + Send + Sync),
) -> Result<LayerFiles, LayerFilesError> {
    let mut stream = content.layer(layer).await?;
    let (sender, receiver) = mpsc::channel::<Bytes>(PIECES_AHEAD);
    let lister =
        tokio::task::spawn_blocking(move || list_compressed(PieceReader::new(receiver), limits));
    let mut read_bytes = 0;
    let mut reported: Option<Instant> = None;
    while let Some(piece) = stream.next().await {
        // The stream ends with an error if the layer doesn't match its digest.
        let piece = piece?;
        read_bytes += piece.len() as u64;
        if reported.is_none_or(|last| last.elapsed() >= REPORT_INTERVAL) {
            reported = Some(Instant::now());
            report(read_bytes);
        }
        // The lister ends early at a limit, or if it can't read the archive.
        if sender.send(piece).await.is_err() {
            break;
        }
    }
    drop(sender);
    report(read_bytes);
    let listed = lister.await.unwrap_or_else(|error| Err(error.to_string()));
    let (entries, stopped) = listed.map_err(|reason| unreadable(layer, reason))?;
    let (digest, source) = (layer.digest.clone(), ListSource::Stream);
    Ok(LayerFiles { digest, source, read_bytes, stopped, entries })
}

fn unreadable(layer: &Descriptor, reason: String) -> LayerFilesError {
    LayerFilesError::Unreadable { digest: layer.digest.clone(), reason }
}

/// Decompresses and parses on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TocProblem> + Send + 'static,
) -> Result<T, TocProblem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(TocProblem::Unreadable(error.to_string())))
}

#[cfg(test)]
mod tests;
