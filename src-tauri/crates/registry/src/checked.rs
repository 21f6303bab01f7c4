use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;

use crate::api::BlobStream;
use crate::error::RegistryError;
use transload_model::{Descriptor, Digest, DigestHasher, RegistryHost};

/// A blob's bytes, counted and hashed on the way.
///
/// The piece that completes the blob is handed on only when the digest is right, and more bytes
/// than promised are never handed on: whoever has received all the bytes has received the blob.
pub(super) struct Checked {
    inner: BlobStream,
    registry: RegistryHost,
    digest: Digest,
    size_bytes: u64,
    seen_bytes: u64,
    /// Gone once the digest has been checked.
    hasher: Option<DigestHasher>,
    is_over: bool,
}

/// A blob's bytes from elsewhere, checked as those of a registry are.
pub fn checked_blob(source: RegistryHost, blob: &Descriptor, content: BlobStream) -> BlobStream {
    Box::pin(Checked::new(source, blob, content))
}

impl Checked {
    pub(super) fn new(registry: RegistryHost, blob: &Descriptor, inner: BlobStream) -> Self {
        Self {
            inner,
            registry,
            digest: blob.digest.clone(),
            size_bytes: blob.size_bytes,
            seen_bytes: 0,
            hasher: Some(DigestHasher::new(blob.digest.algorithm())),
            is_over: false,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), RegistryError> {
        self.seen_bytes += bytes.len() as u64;
        if self.seen_bytes > self.size_bytes {
            return Err(self.wrong_size());
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        if self.seen_bytes == self.size_bytes { self.check_digest() } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), RegistryError> {
        if self.seen_bytes < self.size_bytes { Err(self.wrong_size()) } else { self.check_digest() }
    }

    fn check_digest(&mut self) -> Result<(), RegistryError> {
        let Some(hasher) = self.hasher.take() else { return Ok(()) };
        let actual = hasher.finish();
        if actual == self.digest {
            return Ok(());
        }
        Err(RegistryError::DigestMismatch {
            registry: self.registry.clone(),
            expected: self.digest.clone(),
            actual,
        })
    }

    fn wrong_size(&self) -> RegistryError {
        RegistryError::SizeMismatch {
            registry: self.registry.clone(),
            digest: self.digest.clone(),
            expected_bytes: self.size_bytes,
            actual_bytes: self.seen_bytes,
        }
    }
}

impl Stream for Checked {
    type Item = Result<Bytes, RegistryError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.is_over {
            return Poll::Ready(None);
        }
        let next = match ready!(this.inner.as_mut().poll_next(context)) {
            Some(Ok(bytes)) => match this.take(&bytes) {
                Ok(()) => Some(Ok(bytes)),
                Err(error) => Some(Err(error)),
            },
            Some(Err(error)) => Some(Err(error)),
            None => this.end().err().map(Err),
        };
        this.is_over = !matches!(next, Some(Ok(_)));
        Poll::Ready(next)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use futures_util::{StreamExt, stream};

    use super::*;

    /// What comes out for a blob `promised` when `pieces` come in.
    async fn passed(
        promised: &[u8],
        pieces: &[&'static [u8]],
    ) -> Vec<Result<Bytes, RegistryError>> {
        let blob = Descriptor {
            media_type: "application/octet-stream".to_owned(),
            digest: Digest::of(promised),
            size_bytes: promised.len() as u64,
            platform: None,
            annotations: BTreeMap::new(),
            urls: Vec::new(),
        };
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
        let host = RegistryHost::parse("r.example").unwrap();
        Checked::new(host, &blob, Box::pin(stream::iter(pieces))).collect().await
    }

    #[tokio::test]
    async fn a_right_blob_passes_piece_by_piece() {
        assert!(passed(b"abcd", &[b"ab", b"", b"cd", b""]).await.iter().all(Result::is_ok));
        assert!(passed(b"", &[]).await.is_empty());
    }

    #[tokio::test]
    async fn the_last_piece_of_a_wrong_blob_is_held_back() {
        let items = passed(b"abcd", &[b"ab", b"cX"]).await;
        assert_eq!(items.len(), 2);
        assert!(matches!(items[1], Err(RegistryError::DigestMismatch { .. })));
    }

    #[tokio::test]
    async fn a_blob_that_is_too_short_or_too_long_ends_with_an_error() {
        for (pieces, actual) in
            [(&[&b"ab"[..]][..], 2), (&[b"abcd", b"e", b"f"], 5), (&[b"abcde"], 5)]
        {
            let items = passed(b"abcd", pieces).await;
            let last = items.last().unwrap();
            assert!(
                matches!(last, Err(RegistryError::SizeMismatch { expected_bytes: 4, actual_bytes, .. }) if *actual_bytes == actual),
                "{last:?}"
            );
            assert_eq!(items.iter().filter(|item| item.is_err()).count(), 1);
        }
    }
}
