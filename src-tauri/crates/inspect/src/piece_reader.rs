//! The pieces of a download as a reader, for parsers and decoders that run on a thread of their own. `attestation` and
//! the crate `layer_files` use it.

use std::io::{self, Read};

use bytes::{Buf as _, Bytes};
use tokio::sync::mpsc::Receiver;

/// Reads the pieces that a task sends. The end of the channel is the end of the file.
pub struct PieceReader {
    pieces: Receiver<Bytes>,
    current: Bytes,
}

impl PieceReader {
    pub fn new(pieces: Receiver<Bytes>) -> Self {
        Self { pieces, current: Bytes::new() }
    }
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.current = piece,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.current.len());
        self.current.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
