//! Reads a document of an attestation that is too large to hold in memory: of an SBOM, its packages are kept while it is
//! downloaded. `attestation` calls it.

use std::io::Read;

use base64::engine::general_purpose::STANDARD;
use base64::read::DecoderReader;
use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use transload_model::Descriptor;
use transload_registry::RegistryError;

use crate::content::ImageContent;
use crate::envelope_payload::EnvelopePayload;
use crate::piece_reader::PieceReader;
use crate::sbom_reader::{Statement, read_statement};

/// Pieces of a download that wait to be parsed.
const PIECES_AHEAD: usize = 16;

/// What is kept of a document.
pub(crate) struct LargeDocument {
    pub(crate) statement: Statement,
    /// The envelope without its payload, if it has one.
    pub(crate) envelope: Option<Vec<u8>>,
}

/// Reads a document while it is downloaded. The outer error is one of the registry, also if the content doesn't match its
/// digest; the inner one says why the document can't be read.
pub(crate) async fn read_large_document(
    content: &dyn ImageContent,
    layer: &Descriptor,
) -> Result<Result<LargeDocument, String>, RegistryError> {
    // Inside the document, only its media type says so early enough.
    let is_envelope =
        ["dsse", "sigstore.bundle"].iter().any(|part| layer.media_type.contains(part));
    let mut stream = content.blob(layer).await?;
    let (sender, receiver) = mpsc::channel::<Bytes>(PIECES_AHEAD);
    let parser =
        tokio::task::spawn_blocking(move || parse(PieceReader::new(receiver), is_envelope));
    while let Some(piece) = stream.next().await {
        // The parser ends early if it can't read the document.
        if sender.send(piece?).await.is_err() {
            break;
        }
    }
    drop(sender);
    Ok(parser.await.unwrap_or_else(|error| Err(error.to_string())))
}

fn parse(document: impl Read, is_envelope: bool) -> Result<LargeDocument, String> {
    if !is_envelope {
        return Ok(LargeDocument { statement: read_statement(document)?, envelope: None });
    }
    let mut payload = EnvelopePayload::new(document);
    let statement = read_statement(DecoderReader::new(&mut payload, &STANDARD))?;
    let envelope = payload.finish().map_err(|error| error.to_string())?;
    Ok(LargeDocument { statement, envelope: Some(envelope) })
}
