//! Limits the bytes of an upload that wait in memory for the connection. `uploads` uses it.
//!
//! The HTTP library buffers about 400 kB of each upload and writes only when the body has no more data ready.
//! Passing it less at a time makes it write earlier.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::Notify;

/// The number of buffered bytes from which the next piece waits. It is large enough for efficient writes.
const CAPACITY_BYTES: usize = 64 * 1024;

/// Counts the bytes that were passed to a connection and are not yet written. Clones share the count.
#[derive(Clone, Default)]
pub(super) struct SendBuffer(Arc<BufferedBytes>);

#[derive(Default)]
struct BufferedBytes {
    bytes: AtomicUsize,
    written: Notify,
}

/// A piece that the connection drops when it is written.
struct BufferedPiece {
    piece: Bytes,
    buffer: Arc<BufferedBytes>,
}

impl AsRef<[u8]> for BufferedPiece {
    fn as_ref(&self) -> &[u8] {
        &self.piece
    }
}

impl Drop for BufferedPiece {
    fn drop(&mut self) {
        self.buffer.bytes.fetch_sub(self.piece.len(), Ordering::AcqRel);
        self.buffer.written.notify_one();
    }
}

impl SendBuffer {
    /// Waits until another piece may be added, whatever its size.
    pub(super) async fn wait(&self) {
        // `notify_one` stores a permit, so a piece that is written in between is not missed.
        while self.0.bytes.load(Ordering::Acquire) >= CAPACITY_BYTES {
            self.0.written.notified().await;
        }
    }

    /// Counts a piece until it is dropped.
    pub(super) fn add(&self, piece: Bytes) -> Bytes {
        self.0.bytes.fetch_add(piece.len(), Ordering::AcqRel);
        Bytes::from_owner(BufferedPiece { piece, buffer: Arc::clone(&self.0) })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn waits_until_enough_bytes_are_written() {
        let buffer = SendBuffer::default();
        let small = buffer.add(Bytes::from_static(b"small"));
        assert!(buffer.wait().now_or_never().is_some());
        let large = buffer.add(Bytes::from(vec![0; CAPACITY_BYTES]));
        let mut buffer = Box::pin(buffer.wait());
        assert!((&mut buffer).now_or_never().is_none());
        assert_eq!(&small[..], b"small");
        drop(small);
        assert!((&mut buffer).now_or_never().is_none(), "most bytes are not yet written");
        drop(large);
        buffer.await;
    }
}
