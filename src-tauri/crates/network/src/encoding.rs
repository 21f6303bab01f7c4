//! Answers that a server compressed although `Accept-Encoding: identity` was sent (RFC 9110, 12.5.3 lets
//! it). Registries, Docker Hub and AWS are all read through this: every client of this program asks for
//! `identity`, and decodes what comes all the same.

use std::io::Write;

use bytes::Bytes;
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// How much is given to the decoder at a time, in bytes. DEFLATE expands at most 1032-fold, so a small
/// piece keeps a hostile body from filling the memory.
pub const PIECE_BYTES: usize = 4 * 1024;

/// How a body was encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    Gzip,
    Deflate,
    /// Something that is not decoded here.
    Unknown(String),
}

impl Encoding {
    /// What an answer says of its body.
    pub fn of(headers: &HeaderMap) -> Self {
        let named = headers.get_all(CONTENT_ENCODING).iter();
        let named = named.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
        let named: Vec<_> = named
            .map(|name| name.trim().to_ascii_lowercase())
            .filter(|name| !name.is_empty() && name != "identity")
            .collect();
        match named.as_slice() {
            [] => Self::Identity,
            [one] if one == "gzip" || one == "x-gzip" => Self::Gzip,
            [one] if one == "deflate" => Self::Deflate,
            other => Self::Unknown(other.join(", ")),
        }
    }
}

/// The decoder of a body that comes in pieces.
pub enum Decoder {
    Gzip(MultiGzDecoder<Vec<u8>>),
    Deflate(ZlibDecoder<Vec<u8>>),
}

impl Decoder {
    /// The decoder of an encoding; `None` where there is nothing to decode.
    pub fn of(encoding: &Encoding) -> Option<Self> {
        match encoding {
            Encoding::Gzip => Some(Self::Gzip(MultiGzDecoder::new(Vec::new()))),
            Encoding::Deflate => Some(Self::Deflate(ZlibDecoder::new(Vec::new()))),
            Encoding::Identity | Encoding::Unknown(_) => None,
        }
    }

    /// What a piece gives, which may be nothing yet.
    pub fn feed(&mut self, piece: &[u8]) -> std::io::Result<Bytes> {
        let out = match self {
            Self::Gzip(decoder) => {
                decoder.write_all(piece)?;
                decoder.get_mut()
            }
            Self::Deflate(decoder) => {
                decoder.write_all(piece)?;
                decoder.get_mut()
            }
        };
        Ok(Bytes::from(std::mem::take(out)))
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> std::io::Result<Bytes> {
        let out = match self {
            Self::Gzip(decoder) => {
                decoder.try_finish()?;
                decoder.get_mut()
            }
            Self::Deflate(decoder) => {
                decoder.try_finish()?;
                decoder.get_mut()
            }
        };
        Ok(Bytes::from(std::mem::take(out)))
    }
}

/// A decoded body has more bytes than the caller reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// How many bytes were decoded before the decoder stopped.
    pub size_bytes: u64,
}

/// Decodes a whole body. A body that is not what its label says is returned unchanged: the label is wrong
/// then.
///
/// # Errors
/// When the decoded body has more than `limit` bytes.
pub fn decoded(body: Bytes, encoding: &Encoding, limit: usize) -> Result<Bytes, TooLarge> {
    let Some(mut decoder) = Decoder::of(encoding) else { return Ok(body) };
    let mut out = Vec::new();
    for piece in body.chunks(PIECE_BYTES) {
        match decoder.feed(piece) {
            Ok(more) => out.extend_from_slice(&more),
            Err(_) => return Ok(body),
        }
        if out.len() > limit {
            return Err(TooLarge { size_bytes: out.len() as u64 });
        }
    }
    match decoder.finish() {
        Ok(more) => out.extend_from_slice(&more),
        Err(_) => return Ok(body),
    }
    match out.len() > limit {
        true => Err(TooLarge { size_bytes: out.len() as u64 }),
        false => Ok(Bytes::from(out)),
    }
}

#[cfg(any(test, feature = "testing"))]
#[allow(missing_docs, clippy::unwrap_used, reason = "for tests")]
pub mod testing {
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    pub fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    pub fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    /// Every form in which a server may send a text: the value of `Content-Encoding`, and the body.
    pub fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
        let plain = text.as_bytes();
        vec![
            ("gzip", gzip(plain)),
            ("x-gzip", gzip(plain)),
            ("GZIP", gzip(plain)),
            ("identity, gzip", gzip(plain)),
            ("deflate", zlib(plain)),
            ("identity", plain.to_vec()),
            // The label alone is wrong.
            ("gzip", plain.to_vec()),
            ("br", plain.to_vec()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::testing::{forms, gzip};

    #[test]
    fn a_body_is_decoded_and_a_wrong_label_is_passed_over() {
        for (label, sent) in forms("{}") {
            let headers = HeaderMap::from_iter([(CONTENT_ENCODING, label.parse().unwrap())]);
            let encoding = Encoding::of(&headers);
            assert_eq!(decoded(sent.into(), &encoding, 100).unwrap(), "{}", "{label}");
        }
    }

    #[test]
    fn a_small_body_that_expands_without_end_is_not_decoded_to_its_end() {
        let bomb = gzip(&vec![0; 10_000_000]);
        let error = decoded(bomb.into(), &Encoding::Gzip, 1000).unwrap_err();
        assert!(error.size_bytes < 5_000_000);
    }
}
