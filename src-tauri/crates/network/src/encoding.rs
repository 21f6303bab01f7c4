//! Decodes response bodies that a server compressed although `Accept-Encoding: identity` was sent, which
//! RFC 9110, section 12.5.3, permits. The clients for registries, Docker Hub and AWS all request
//! `identity` and decode whatever encoding the response has.

use std::io::Write;

use bytes::Bytes;
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// The number of bytes that are passed to a decoder at a time. DEFLATE expands at most 1032-fold, so small
/// pieces keep a decompression bomb from filling the memory.
pub const PIECE_BYTES: usize = 4 * 1024;

/// The content encoding of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    Gzip,
    Deflate,
    /// An encoding that is not supported here. The body is passed on unchanged.
    Unknown(String),
}

impl Encoding {
    /// Reads `Content-Encoding` from the headers of a response.
    pub fn from_headers(headers: &HeaderMap) -> Self {
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

/// A decoder for a body that is received in pieces.
pub enum Decoder {
    Gzip(MultiGzDecoder<Vec<u8>>),
    Deflate(ZlibDecoder<Vec<u8>>),
}

impl Decoder {
    /// Returns the decoder for an encoding, or `None` if the body needs no decoding or can't be decoded.
    pub fn for_encoding(encoding: &Encoding) -> Option<Self> {
        match encoding {
            Encoding::Gzip => Some(Self::Gzip(MultiGzDecoder::new(Vec::new()))),
            Encoding::Deflate => Some(Self::Deflate(ZlibDecoder::new(Vec::new()))),
            Encoding::Identity | Encoding::Unknown(_) => None,
        }
    }

    /// Decodes a piece. The result may be empty.
    ///
    /// # Errors
    /// If the body doesn't have this encoding.
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

    /// Returns the remaining decoded bytes after the last piece.
    ///
    /// # Errors
    /// If the encoded body is incomplete.
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

/// A decoded body exceeds the caller's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// The number of bytes that were decoded before the decoder stopped.
    pub size_bytes: u64,
}

/// Decodes a complete body. A body that doesn't have the encoding of its header is returned unchanged,
/// because the header is wrong in that case.
///
/// # Errors
/// If the decoded body has more than `limit` bytes.
pub fn decode_body(body: Bytes, encoding: &Encoding, limit: usize) -> Result<Bytes, TooLarge> {
    let Some(mut decoder) = Decoder::for_encoding(encoding) else { return Ok(body) };
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
#[allow(clippy::unwrap_used, reason = "for tests")]
pub mod testing {
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    pub fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    pub fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Returns every form in which a server may send a text: the value of `Content-Encoding`, and the body.
    pub fn encoded_forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
        let bytes = text.as_bytes();
        vec![
            ("gzip", gzip(bytes)),
            ("x-gzip", gzip(bytes)),
            ("GZIP", gzip(bytes)),
            ("identity, gzip", gzip(bytes)),
            ("deflate", zlib(bytes)),
            ("identity", bytes.to_vec()),
            // The body is not encoded, and the header is wrong.
            ("gzip", bytes.to_vec()),
            ("br", bytes.to_vec()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::testing::{encoded_forms, gzip};

    #[test]
    fn decodes_a_body_and_ignores_a_wrong_header() {
        for (label, sent) in encoded_forms("{}") {
            let headers = HeaderMap::from_iter([(CONTENT_ENCODING, label.parse().unwrap())]);
            let encoding = Encoding::from_headers(&headers);
            assert_eq!(decode_body(sent.into(), &encoding, 100).unwrap(), "{}", "{label}");
        }
    }

    #[test]
    fn stops_decoding_a_decompression_bomb() {
        let bomb = gzip(&vec![0; 10_000_000]);
        let error = decode_body(bomb.into(), &Encoding::Gzip, 1000).unwrap_err();
        assert!(error.size_bytes < 5_000_000);
    }
}
