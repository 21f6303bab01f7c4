//! How much of an upload waits in memory for its connection.
//!
//! The HTTP library takes what it is given until it holds some 400 kilobytes, of every upload, and
//! writes when nothing more comes. So it is given less.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::Notify;

/// From this many bytes on the next piece waits: enough for a write that is worth its system call.
const ENOUGH_BYTES: usize = 64 * 1024;

/// The bytes that were handed to a connection and are not written yet. Clones share the count.
#[derive(Clone, Default)]
pub(super) struct SendBuffer(Arc<BufferedBytes>);

#[derive(Default)]
struct BufferedBytes {
    bytes: AtomicUsize,
    written: Notify,
}

/// A piece that the connection holds; it lets go of it when it is written.
struct BufferedPiece {
    piece: Bytes,
    waiting: Arc<BufferedBytes>,
}

impl AsRef<[u8]> for BufferedPiece {
    fn as_ref(&self) -> &[u8] {
        &self.piece
    }
}

impl Drop for BufferedPiece {
    fn drop(&mut self) {
        self.waiting.bytes.fetch_sub(self.piece.len(), Ordering::AcqRel);
        self.waiting.written.notify_one();
    }
}

impl SendBuffer {
    /// Waits until there is room for one more piece, however large.
    pub(super) async fn wait(&self) {
        // A piece that is written in between leaves its notice, so none is missed.
        while self.0.bytes.load(Ordering::Acquire) >= ENOUGH_BYTES {
            self.0.written.notified().await;
        }
    }

    /// The same piece, counted until it is dropped.
    pub(super) fn take(&self, piece: Bytes) -> Bytes {
        self.0.bytes.fetch_add(piece.len(), Ordering::AcqRel);
        Bytes::from_owner(BufferedPiece { piece, waiting: Arc::clone(&self.0) })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn there_is_room_again_when_a_piece_was_written() {
        let room = SendBuffer::default();
        let small = room.take(Bytes::from_static(b"small"));
        assert!(room.wait().now_or_never().is_some());
        let large = room.take(Bytes::from(vec![0; ENOUGH_BYTES]));
        let mut waiting = Box::pin(room.wait());
        assert!((&mut waiting).now_or_never().is_none());
        assert_eq!(&small[..], b"small");
        drop(small);
        assert!((&mut waiting).now_or_never().is_none(), "most of it still waits");
        drop(large);
        waiting.await;
    }
}
