//! Parses the lines of a push: progress of layers, digest, and errors. Used by `push`.

use serde::Deserialize;

use crate::api::{PushLayerState, PushOutcome, PushProgress};
use crate::error::DockerError;
use crate::push_failure::push_failure_of;
use crate::response;
use transload_model::{Digest, ImageReference};

/// Maximum length of a line. Most lines have about a hundred bytes, but an error can quote a whole
/// response of the registry.
const LINE_LIMIT_BYTES: usize = 1 << 20;
/// The text before the digest in the last line, `TAG: digest: sha256:… size: N`.
const DIGEST_PREFIX: &str = ": digest: ";
/// Parts of messages about a missing image. Docker reports it in the stream.
const IMAGE_MISSING_PARTS: [&str; 4] =
    ["does not exist locally", "tag does not exist", "image not known", "no such image"];

/// Parses the lines that an engine sends during a push. Each line is a JSON object. Chunks of the
/// response can start and end anywhere in a line.
pub(super) struct PushStream {
    reference: ImageReference,
    /// The received part of an incomplete line.
    incomplete_line: Vec<u8>,
    digest: Option<Digest>,
    instead_of_index: Option<Digest>,
}

/// A line of a push. Every field can be missing.
#[derive(Deserialize)]
struct PushLine {
    status: Option<String>,
    id: Option<String>,
    #[serde(rename = "progressDetail")]
    progress: Option<ProgressDetail>,
    aux: Option<AuxDetail>,
    #[serde(rename = "errorDetail")]
    error_detail: Option<ErrorDetail>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct ProgressDetail {
    #[serde(default)]
    current: i64,
    #[serde(default)]
    total: i64,
}

/// The graph-driver store reports the digest here. The containerd store reports here that it pushed
/// a single image of an index, or that content is missing. Source: moby,
/// `api/types/auxprogress/push.go`.
#[derive(Deserialize)]
struct AuxDetail {
    #[serde(rename = "Digest")]
    digest: Option<String>,
    #[serde(rename = "manifestPushedInsteadOfIndex", default)]
    pushed_instead_of_index: bool,
    #[serde(rename = "originalIndex")]
    original_index: Option<AuxDescriptor>,
    #[serde(rename = "contentMissing", default)]
    content_missing: bool,
    desc: Option<AuxDescriptor>,
}

#[derive(Deserialize)]
struct AuxDescriptor {
    digest: String,
}

#[derive(Deserialize)]
struct ErrorDetail {
    message: Option<String>,
}

impl PushStream {
    /// Creates the parser for a push to `reference`.
    pub(super) fn new(reference: ImageReference) -> Self {
        Self { reference, incomplete_line: Vec::new(), digest: None, instead_of_index: None }
    }

    /// Parses the next chunk of the response.
    ///
    /// # Errors
    /// The error that a line reports, or [`DockerError::InvalidResponse`] for a malformed line.
    pub(super) fn read(
        &mut self,
        mut bytes: &[u8],
        progress: &mut (dyn FnMut(PushProgress) + Send),
    ) -> Result<(), DockerError> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.append(&bytes[..end])?;
            let line = std::mem::take(&mut self.incomplete_line);
            self.parse_line(&line, progress)?;
            bytes = &bytes[end + 1..];
        }
        self.append(bytes)
    }

    /// Parses the last line, and returns the result of the push.
    ///
    /// # Errors
    /// [`DockerError::PushUnconfirmed`] if no line contained the digest.
    pub(super) fn finish(
        mut self,
        progress: &mut (dyn FnMut(PushProgress) + Send),
    ) -> Result<PushOutcome, DockerError> {
        let line = std::mem::take(&mut self.incomplete_line);
        self.parse_line(&line, progress)?;
        match self.digest {
            Some(digest) => Ok(PushOutcome { digest, instead_of_index: self.instead_of_index }),
            None => Err(DockerError::PushUnconfirmed { reference: self.reference }),
        }
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), DockerError> {
        if self.incomplete_line.len() + bytes.len() > LINE_LIMIT_BYTES {
            let detail = format!("a line of the push is longer than {LINE_LIMIT_BYTES} bytes");
            return Err(DockerError::InvalidResponse { detail });
        }
        self.incomplete_line.extend_from_slice(bytes);
        Ok(())
    }

    fn parse_line(
        &mut self,
        line: &[u8],
        progress: &mut (dyn FnMut(PushProgress) + Send),
    ) -> Result<(), DockerError> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        let line: PushLine =
            serde_json::from_slice(line).map_err(|error| DockerError::InvalidResponse {
                detail: format!("a line of the push is not valid JSON: {error}"),
            })?;
        if let Some(message) = line.error_detail.and_then(|detail| detail.message).or(line.error) {
            return Err(self.push_error(message));
        }
        let status = line.status.unwrap_or_default();
        if let Some(AuxDetail { content_missing: true, desc, .. }) = &line.aux {
            let which = desc.as_ref().map_or("content", |desc| desc.digest.as_str());
            return Err(self.push_error(format!("missing content: {which}")));
        }
        if let Some(AuxDetail {
            pushed_instead_of_index: true, original_index: Some(index), ..
        }) = &line.aux
        {
            self.instead_of_index = Digest::parse(&index.digest).ok();
        }
        let aux_digest = line.aux.and_then(|aux| aux.digest);
        if let Some(text) = aux_digest.as_deref().or_else(|| digest_in(&status)) {
            let digest = Digest::parse(text)
                .map_err(|error| DockerError::InvalidResponse { detail: error.to_string() })?;
            self.digest = Some(digest);
        }
        if let Some(layer) = line.id.filter(|id| !id.is_empty())
            && let Some(state) = layer_state(&status, line.progress.as_ref())
        {
            progress(PushProgress { layer, state });
        }
        Ok(())
    }

    fn push_error(&self, message: String) -> DockerError {
        let lower = message.to_lowercase();
        if IMAGE_MISSING_PARTS.iter().any(|part| lower.contains(part)) {
            return response::image_missing(&self.reference);
        }
        let cause = push_failure_of(&message);
        DockerError::PushFailed { reference: self.reference.clone(), cause, message }
    }
}

/// Returns the digest in a status such as `v1: digest: sha256:… size: 528`.
fn digest_in(status: &str) -> Option<&str> {
    let (_, rest) = status.split_once(DIGEST_PREFIX)?;
    rest.split_whitespace().next()
}

/// Converts the status of a layer. Returns `None` for a status without a meaning for the upload.
fn layer_state(status: &str, progress: Option<&ProgressDetail>) -> Option<PushLayerState> {
    Some(match status {
        "Preparing" | "Waiting" => PushLayerState::Waiting,
        "Pushing" => {
            let sent_bytes = progress.map_or(0, |progress| bytes(progress.current));
            // The engine's total is an estimate, because layers are compressed again during the
            // upload.
            let total_bytes = progress
                .map(|progress| bytes(progress.total))
                .filter(|total| *total > 0)
                .map(|total| total.max(sent_bytes));
            PushLayerState::Sending { sent_bytes, total_bytes }
        }
        "Pushed" => PushLayerState::Done,
        "Layer already exists" | "Already exists" => PushLayerState::AlreadyExists,
        _ if status.starts_with("Mounted from") => PushLayerState::Mounted,
        _ if status.starts_with("Retrying in") => PushLayerState::Waiting,
        _ => return None,
    })
}

fn bytes(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests;
