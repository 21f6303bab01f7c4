//! A download that goes on from where it broke.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use reqwest::header::{CONTENT_RANGE, HeaderMap, HeaderValue, RANGE};
use reqwest::{Response, StatusCode};

use crate::client::{RegistryClient, RegistryRequest};
use crate::error::RegistryError;
use crate::{http, retry};

type Body = Pin<Box<dyn Stream<Item = Result<Bytes, RegistryError>> + Send>>;

/// A body that is being read, and what it takes to ask for the rest of it.
struct Download {
    client: RegistryClient,
    ask: RegistryRequest,
    body: Body,
    received_bytes: u64,
    /// Bytes that come once more and are passed over.
    repeated_bytes: u64,
    breaks: retry::Breaks,
}

/// The body of an answer. Where the connection breaks, the rest is asked for with `Range` (RFC 9110,
/// 14.2), as often as the table in `retry` says; the reader sees one stream.
pub(super) fn resumed(
    client: RegistryClient,
    ask: RegistryRequest,
    response: Response,
) -> impl Stream<Item = Result<Bytes, RegistryError>> + Send {
    let body = whole(&client, &ask, response);
    let breaks = retry::Breaks::default();
    let download = Download { client, ask, body, received_bytes: 0, repeated_bytes: 0, breaks };
    stream::try_unfold(download, |mut download| async move {
        Ok(download.next().await?.map(|piece| (piece, download)))
    })
}

fn whole(client: &RegistryClient, ask: &RegistryRequest, response: Response) -> Body {
    Box::pin(http::body_stream(client.endpoint.host.clone(), ask.subject.clone(), response))
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
                Some(Err(error)) => self.go_on_after(error).await?,
            }
        }
    }

    /// What of a piece was not received before.
    fn unseen(&mut self, mut piece: Bytes) -> Option<Bytes> {
        if self.repeated_bytes > 0 {
            let seen = piece.len().min(usize::try_from(self.repeated_bytes).unwrap_or(usize::MAX));
            self.repeated_bytes -= seen as u64;
            piece = piece.split_off(seen);
        }
        (!piece.is_empty()).then_some(piece)
    }

    async fn go_on_after(&mut self, error: RegistryError) -> Result<(), RegistryError> {
        let error = self.at_this_point(error);
        let Some(pause) = self.breaks.pause(&error, self.received_bytes) else { return Err(error) };
        let subject = &self.ask.subject;
        tracing::info!(%subject, received_bytes = self.received_bytes, "a download goes on");
        retry::rest(pause).await;
        self.ask.headers.remove(RANGE);
        if self.received_bytes > 0 {
            let range = HeaderValue::from_str(&format!("bytes={}-", self.received_bytes));
            self.ask.headers.extend(range.ok().map(|range| (RANGE, range)));
        }
        // What broke the download is the better explanation, should nothing more come.
        let Ok(response) = self.client.send(&self.ask).await else { return Err(error) };
        self.repeated_bytes = match response.status() {
            StatusCode::PARTIAL_CONTENT => match first_byte(response.headers()) {
                Some(first) if first <= self.received_bytes => self.received_bytes - first,
                _ => return Err(error),
            },
            // A registry need not know ranges: it sends all of it again.
            _ => self.received_bytes,
        };
        self.body = whole(&self.client, &self.ask, response);
        Ok(())
    }

    /// The same error, counted from the first byte of the blob.
    fn at_this_point(&self, error: RegistryError) -> RegistryError {
        match error {
            RegistryError::ConnectionLost { registry, subject, source, .. } => {
                let received_bytes = self.received_bytes;
                RegistryError::ConnectionLost { registry, subject, received_bytes, source }
            }
            other => other,
        }
    }
}

/// The first position in `Content-Range: bytes 4-9/10`.
pub(super) fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    value.split_once('-')?.0.trim().parse().ok()
}
