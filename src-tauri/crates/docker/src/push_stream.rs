use serde::Deserialize;

use crate::api::{PushLayerState, PushOutcome, PushProgress};
use crate::error::DockerError;
use crate::push_failure::classify;
use crate::response;
use transload_model::{Digest, ImageReference};

/// The longest line that an engine may send, in bytes. A line is some hundred bytes; an error may
/// quote a registry's whole answer.
const LINE_LIMIT_BYTES: usize = 1 << 20;
/// What stands before the digest in the last line, `TAG: digest: sha256:… size: N`.
const DIGEST_MARK: &str = ": digest: ";
/// How the engines say that there is nothing to push. Docker says so inside the stream.
const IMAGE_MISSING: [&str; 4] =
    ["does not exist locally", "tag does not exist", "image not known", "no such image"];

/// Reads the lines that an engine sends during a push: JSON objects, each on its own line, which
/// may come in pieces.
pub(super) struct PushStream {
    reference: ImageReference,
    /// The part of a line that has come so far.
    rest: Vec<u8>,
    digest: Option<Digest>,
    instead_of_index: Option<Digest>,
}

/// One line. Every field may be missing.
#[derive(Deserialize)]
struct Line {
    status: Option<String>,
    id: Option<String>,
    #[serde(rename = "progressDetail")]
    progress: Option<Progress>,
    aux: Option<Aux>,
    #[serde(rename = "errorDetail")]
    error_detail: Option<ErrorDetail>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Progress {
    #[serde(default)]
    current: i64,
    #[serde(default)]
    total: i64,
}

/// The graph-driver store reports the digest here. The containerd store notes here that it pushed
/// one image of an index, or that content is missing. Source: moby, `api/types/auxprogress/push.go`.
#[derive(Deserialize)]
struct Aux {
    #[serde(rename = "Digest")]
    digest: Option<String>,
    #[serde(rename = "manifestPushedInsteadOfIndex", default)]
    pushed_instead_of_index: bool,
    #[serde(rename = "originalIndex")]
    original_index: Option<Noted>,
    #[serde(rename = "contentMissing", default)]
    content_missing: bool,
    desc: Option<Noted>,
}

/// A descriptor of a note.
#[derive(Deserialize)]
struct Noted {
    digest: String,
}

#[derive(Deserialize)]
struct ErrorDetail {
    message: Option<String>,
}

impl PushStream {
    /// The lines of the push of one image.
    pub(super) fn new(reference: ImageReference) -> Self {
        Self { reference, rest: Vec::new(), digest: None, instead_of_index: None }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// The failure that a line reports, and [`DockerError::AnswerUnusable`] for a line that is not
    /// one.
    pub(super) fn read(
        &mut self,
        mut bytes: &[u8],
        progress: &mut (dyn FnMut(PushProgress) + Send),
    ) -> Result<(), DockerError> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.take(&bytes[..end])?;
            let line = std::mem::take(&mut self.rest);
            self.line(&line, progress)?;
            bytes = &bytes[end + 1..];
        }
        self.take(bytes)
    }

    /// The engine has sent everything.
    ///
    /// # Errors
    /// [`DockerError::PushUnconfirmed`] when no line named the digest.
    pub(super) fn finish(
        mut self,
        progress: &mut (dyn FnMut(PushProgress) + Send),
    ) -> Result<PushOutcome, DockerError> {
        let line = std::mem::take(&mut self.rest);
        self.line(&line, progress)?;
        match self.digest {
            Some(digest) => Ok(PushOutcome { digest, instead_of_index: self.instead_of_index }),
            None => Err(DockerError::PushUnconfirmed { reference: self.reference }),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), DockerError> {
        if self.rest.len() + bytes.len() > LINE_LIMIT_BYTES {
            let detail = format!("a line of the push is longer than {LINE_LIMIT_BYTES} bytes");
            return Err(DockerError::AnswerUnusable { detail });
        }
        self.rest.extend_from_slice(bytes);
        Ok(())
    }

    fn line(
        &mut self,
        line: &[u8],
        progress: &mut (dyn FnMut(PushProgress) + Send),
    ) -> Result<(), DockerError> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        let line: Line =
            serde_json::from_slice(line).map_err(|error| DockerError::AnswerUnusable {
                detail: format!("a line of the push is no JSON: {error}"),
            })?;
        if let Some(message) = line.error_detail.and_then(|detail| detail.message).or(line.error) {
            return Err(self.failure(message));
        }
        let status = line.status.unwrap_or_default();
        if let Some(Aux { content_missing: true, desc, .. }) = &line.aux {
            let which = desc.as_ref().map_or("content", |desc| desc.digest.as_str());
            return Err(self.failure(format!("missing content: {which}")));
        }
        if let Some(Aux { pushed_instead_of_index: true, original_index: Some(index), .. }) =
            &line.aux
        {
            self.instead_of_index = Digest::parse(&index.digest).ok();
        }
        let said = line.aux.and_then(|aux| aux.digest);
        if let Some(text) = said.as_deref().or_else(|| digest_of(&status)) {
            let digest = Digest::parse(text)
                .map_err(|error| DockerError::AnswerUnusable { detail: error.to_string() })?;
            self.digest = Some(digest);
        }
        if let Some(layer) = line.id.filter(|id| !id.is_empty())
            && let Some(state) = state(&status, line.progress.as_ref())
        {
            progress(PushProgress { layer, state });
        }
        Ok(())
    }

    fn failure(&self, message: String) -> DockerError {
        let lower = message.to_lowercase();
        if IMAGE_MISSING.iter().any(|words| lower.contains(words)) {
            return response::missing(&self.reference);
        }
        let cause = classify(&message);
        DockerError::PushFailed { reference: self.reference.clone(), cause, message }
    }
}

/// The digest in a status line such as `v1: digest: sha256:… size: 528`.
fn digest_of(status: &str) -> Option<&str> {
    let (_, rest) = status.split_once(DIGEST_MARK)?;
    rest.split_whitespace().next()
}

/// What the status of a layer means; `None` for one that says nothing of the layer's way.
fn state(status: &str, progress: Option<&Progress>) -> Option<PushLayerState> {
    Some(match status {
        "Preparing" | "Waiting" => PushLayerState::Waiting,
        "Pushing" => {
            let sent_bytes = progress.map_or(0, |progress| bytes(progress.current));
            // The engine's total is an estimate: what goes over the wire is packed anew.
            let total_bytes = progress
                .map(|progress| bytes(progress.total))
                .filter(|total| *total > 0)
                .map(|total| total.max(sent_bytes));
            PushLayerState::Sending { sent_bytes, total_bytes }
        }
        "Pushed" => PushLayerState::Done,
        "Layer already exists" | "Already exists" => PushLayerState::AlreadyThere,
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
