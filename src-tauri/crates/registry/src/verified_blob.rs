//! Verifies size and digest of a blob while it is streamed. Downloads use it, and the Docker Engine source
//! through [`verified_blob`].

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;

use crate::api::BlobStream;
use crate::error::RegistryError;
use transload_model::{Descriptor, Digest, DigestHasher, RegistryHost};

/// A stream of a blob's bytes that counts and hashes them.
///
/// It yields the piece that completes the blob only if the digest matches, and never more bytes than the
/// descriptor states. A reader that received all bytes therefore has the right blob.
pub(super) struct VerifiedBlob {
    inner: BlobStream,
    registry: RegistryHost,
    digest: Digest,
    size_bytes: u64,
    received_bytes: u64,
    /// `None` after the digest was checked.
    hasher: Option<DigestHasher>,
    is_finished: bool,
}

/// Verifies a blob from a source other than a registry. Errors name `source`.
pub fn verified_blob(source: RegistryHost, blob: &Descriptor, content: BlobStream) -> BlobStream {
    Box::pin(VerifiedBlob::new(source, blob, content))
}

impl VerifiedBlob {
    pub(super) fn new(registry: RegistryHost, blob: &Descriptor, inner: BlobStream) -> Self {
        Self {
            inner,
            registry,
            digest: blob.digest.clone(),
            size_bytes: blob.size_bytes,
            received_bytes: 0,
            hasher: Some(DigestHasher::new(blob.digest.algorithm())),
            is_finished: false,
        }
    }

    fn accept(&mut self, bytes: &[u8]) -> Result<(), RegistryError> {
        self.received_bytes += bytes.len() as u64;
        if self.received_bytes > self.size_bytes {
            return Err(self.wrong_size());
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        if self.received_bytes == self.size_bytes { self.check_digest() } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<(), RegistryError> {
        if self.received_bytes < self.size_bytes {
            Err(self.wrong_size())
        } else {
            self.check_digest()
        }
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
            actual_bytes: self.received_bytes,
        }
    }
}

impl Stream for VerifiedBlob {
    type Item = Result<Bytes, RegistryError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.is_finished {
            return Poll::Ready(None);
        }
        let next = match ready!(this.inner.as_mut().poll_next(context)) {
            Some(Ok(bytes)) => match this.accept(&bytes) {
                Ok(()) => Some(Ok(bytes)),
                Err(error) => Some(Err(error)),
            },
            Some(Err(error)) => Some(Err(error)),
            None => this.finish().err().map(Err),
        };
        this.is_finished = !matches!(next, Some(Ok(_)));
        Poll::Ready(next)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use futures_util::{StreamExt, stream};

    use super::*;

    /// Returns the items of the stream for a blob with the content `expected` and these pieces.
    async fn verify(
        expected: &[u8],
        pieces: &[&'static [u8]],
    ) -> Vec<Result<Bytes, RegistryError>> {
        let blob = Descriptor {
            media_type: "application/octet-stream".to_owned(),
            digest: Digest::of(expected),
            size_bytes: expected.len() as u64,
            platform: None,
            annotations: BTreeMap::new(),
            urls: Vec::new(),
        };
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
        let host = RegistryHost::parse("r.example").unwrap();
        VerifiedBlob::new(host, &blob, Box::pin(stream::iter(pieces))).collect().await
    }

    #[tokio::test]
    async fn passes_the_pieces_of_a_correct_blob() {
        assert!(verify(b"abcd", &[b"ab", b"", b"cd", b""]).await.iter().all(Result::is_ok));
        assert!(verify(b"", &[]).await.is_empty());
    }

    #[tokio::test]
    async fn withholds_the_last_piece_of_a_wrong_blob() {
        let items = verify(b"abcd", &[b"ab", b"cX"]).await;
        assert_eq!(items.len(), 2);
        assert!(matches!(items[1], Err(RegistryError::DigestMismatch { .. })));
    }

    #[tokio::test]
    async fn fails_for_a_blob_that_is_too_short_or_too_long() {
        for (pieces, actual) in
            [(&[&b"ab"[..]][..], 2), (&[b"abcd", b"e", b"f"], 5), (&[b"abcde"], 5)]
        {
            let items = verify(b"abcd", pieces).await;
            let last = items.last().unwrap();
            assert!(
                matches!(last, Err(RegistryError::SizeMismatch { expected_bytes: 4, actual_bytes, .. }) if *actual_bytes == actual),
                "{last:?}"
            );
            assert_eq!(items.iter().filter(|item| item.is_err()).count(), 1);
        }
    }
}
