//! Reads the response of a push request to its end. Called by `engine`.

use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::api::{PushOutcome, PushProgress};
use crate::error::DockerError;
use crate::push_stream::PushStream;
use transload_model::ImageReference;

/// Reads the lines of a push, reports their progress, and returns the result.
///
/// # Errors
/// [`DockerError::ConnectionLost`], and the errors of the push.
pub(super) async fn read_push_response(
    mut body: Incoming,
    reference: &ImageReference,
    progress: &mut (dyn FnMut(PushProgress) + Send),
) -> Result<PushOutcome, DockerError> {
    let mut stream = PushStream::new(reference.clone());
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|source| DockerError::ConnectionLost { source: source.into() })?;
        if let Ok(bytes) = frame.into_data() {
            stream.read(&bytes, progress)?;
        }
    }
    stream.finish(progress)
}
