//! Resumes the download of a blob after the connection was interrupted. `blobs` uses it.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use reqwest::header::{CONTENT_RANGE, HeaderMap, HeaderValue, RANGE};
use reqwest::{Response, StatusCode};

use crate::client::RegistryClient;
use crate::error::RegistryError;
use crate::request::RegistryRequest;
use crate::{http, retry};

type Body = Pin<Box<dyn Stream<Item = Result<Bytes, RegistryError>> + Send>>;

/// A body that is being read, and the request with which the rest can be requested.
struct Download {
    client: RegistryClient,
    request: RegistryRequest,
    body: Body,
    received_bytes: u64,
    /// The number of bytes to skip because they were already received.
    repeated_bytes: u64,
    interruptions: retry::Interruptions,
}

/// Returns the body of a response as one stream. After an interruption, the rest is requested with `Range`
/// (RFC 9110, section 14.2), as often as `retry` allows.
pub(super) fn resumable_body(
    client: RegistryClient,
    request: RegistryRequest,
    response: Response,
) -> impl Stream<Item = Result<Bytes, RegistryError>> + Send {
    let body = response_body(&client, &request, response);
    let interruptions = retry::Interruptions::default();
    let download =
        Download { client, request, body, received_bytes: 0, repeated_bytes: 0, interruptions };
    stream::try_unfold(download, |mut download| async move {
        Ok(download.next().await?.map(|piece| (piece, download)))
    })
}

fn response_body(client: &RegistryClient, request: &RegistryRequest, response: Response) -> Body {
    Box::pin(http::body_stream(client.endpoint.host.clone(), request.subject.clone(), response))
}

impl Download {
    async fn next(&mut self) -> Result<Option<Bytes>, RegistryError> {
        loop {
            match self.body.next().await {
                None => return Ok(None),
                Some(Ok(piece)) => {
                    if let Some(piece) = self.unseen(piece) {
                        self.received_bytes += piece.len() as u64;
                        return Ok(Some(piece));
                    }
                }
                Some(Err(error)) => self.resume_after(error).await?,
            }
        }
    }

    /// Returns the part of a piece that was not received before.
    fn unseen(&mut self, mut piece: Bytes) -> Option<Bytes> {
        if self.repeated_bytes > 0 {
            let seen = piece.len().min(usize::try_from(self.repeated_bytes).unwrap_or(usize::MAX));
            self.repeated_bytes -= seen as u64;
            piece = piece.split_off(seen);
        }
        (!piece.is_empty()).then_some(piece)
    }

    async fn resume_after(&mut self, error: RegistryError) -> Result<(), RegistryError> {
        let error = self.with_total_received(error);
        let Some(pause) = self.interruptions.pause(&error, self.received_bytes) else {
            return Err(error);
        };
        let subject = &self.request.subject;
        tracing::info!(%subject, received_bytes = self.received_bytes, "resuming a download");
        retry::sleep(pause).await;
        self.request.headers.remove(RANGE);
        if self.received_bytes > 0 {
            let range = HeaderValue::from_str(&format!("bytes={}-", self.received_bytes));
            self.request.headers.extend(range.ok().map(|range| (RANGE, range)));
        }
        // If the request fails, the interruption is the better explanation.
        let Ok(response) = self.client.send(&self.request).await else { return Err(error) };
        self.repeated_bytes = match response.status() {
            StatusCode::PARTIAL_CONTENT => match first_byte(response.headers()) {
                Some(first) if first <= self.received_bytes => self.received_bytes - first,
                _ => return Err(error),
            },
            // A registry that doesn't support ranges sends the whole blob again.
            _ => self.received_bytes,
        };
        self.body = response_body(&self.client, &self.request, response);
        Ok(())
    }

    /// Counts the bytes of an error from the start of the blob.
    fn with_total_received(&self, error: RegistryError) -> RegistryError {
        match error {
            RegistryError::ConnectionLost { registry, subject, source, .. } => {
                let received_bytes = self.received_bytes;
                RegistryError::ConnectionLost { registry, subject, received_bytes, source }
            }
            other => other,
        }
    }
}

/// Returns the first position of `Content-Range: bytes 4-9/10`.
pub(super) fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    value.split_once('-')?.0.trim().parse().ok()
}
