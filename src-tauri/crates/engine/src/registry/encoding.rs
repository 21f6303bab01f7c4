//! Bodies that a server compressed although `Accept-Encoding: identity` was sent.
//!
//! Digests are of the content and not of its encoding (RFC 9110, 8.4), so bodies are decoded before
//! they are checked. Two kinds of servers need care: storage that labels a blob which is a gzip file
//! itself, and is sent as it is, with `Content-Encoding: gzip`; and servers that compress every body,
//! such blobs included.

use std::io::Write;

use bytes::Bytes;
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use futures_util::{Stream, StreamExt, stream};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use super::http::Body;
use super::{BlobStream, RegistryError};
use crate::model::{Descriptor, RegistryHost};

/// What is given to the decoder at a time. DEFLATE expands at most 1032-fold, so a small piece keeps
/// a hostile body from filling the memory.
const PIECE_BYTES: usize = 4 * 1024;
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// How a body was encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As it is.
    Identity,
    Gzip,
    Deflate,
    /// Something that is not decoded here.
    Unknown(String),
}

impl Encoding {
    /// What an answer says of its body.
    pub(super) fn of(headers: &HeaderMap) -> Self {
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
enum Decoder {
    Gzip(MultiGzDecoder<Vec<u8>>),
    Deflate(ZlibDecoder<Vec<u8>>),
}

impl Decoder {
    fn of(encoding: &Encoding) -> Option<Self> {
        match encoding {
            Encoding::Gzip => Some(Self::Gzip(MultiGzDecoder::new(Vec::new()))),
            Encoding::Deflate => Some(Self::Deflate(ZlibDecoder::new(Vec::new()))),
            Encoding::Identity | Encoding::Unknown(_) => None,
        }
    }

    /// What a piece gives, which may be nothing yet.
    fn feed(&mut self, piece: &[u8]) -> std::io::Result<Bytes> {
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
    fn finish(&mut self) -> std::io::Result<Bytes> {
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

/// A whole body without its encoding, never more than `limit` bytes. A body that is not what its
/// label says is taken as it is: the label is wrong then.
pub(super) fn decoded(body: Bytes, encoding: &Encoding, limit: usize) -> Body {
    let Some(mut decoder) = Decoder::of(encoding) else { return Body::Whole(body) };
    let mut out = Vec::new();
    for piece in body.chunks(PIECE_BYTES) {
        match decoder.feed(piece) {
            Ok(more) => out.extend_from_slice(&more),
            Err(_) => return Body::Whole(body),
        }
        if out.len() > limit {
            return Body::TooLarge { size_bytes: out.len() as u64 };
        }
    }
    match decoder.finish() {
        Ok(more) => out.extend_from_slice(&more),
        Err(_) => return Body::Whole(body),
    }
    match out.len() > limit {
        true => Body::TooLarge { size_bytes: out.len() as u64 },
        false => Body::Whole(Bytes::from(out)),
    }
}

/// The bytes of a blob out of an encoded body. Its first bytes tell whether the encoding was added on
/// the way or is the blob's own: a layer of the type `…+gzip` has to begin like a gzip file.
pub(super) fn decoded_blob(
    registry: RegistryHost,
    blob: &Descriptor,
    encoding: &Encoding,
    body: BlobStream,
) -> BlobStream {
    let Some(decoder) = Decoder::of(encoding) else { return body };
    let start =
        Decoding { registry, media_type: blob.media_type.clone(), body, decoder: Some(decoder) };
    Box::pin(stream::once(begin(start)).flatten())
}

struct Decoding {
    registry: RegistryHost,
    media_type: String,
    body: BlobStream,
    /// Gone where the body is the blob as it is.
    decoder: Option<Decoder>,
}

impl Decoding {
    fn damaged(&self) -> RegistryError {
        RegistryError::NotARegistry {
            registry: self.registry.clone(),
            detail: "it sends a blob with a damaged Content-Encoding".to_owned(),
        }
    }
}

/// Reads until the first decoded bytes are known, and decides.
async fn begin(mut decoding: Decoding) -> BlobStream {
    let (mut raw, mut out) = (Vec::new(), Vec::new());
    while out.len() < ZSTD_MAGIC.len() {
        match decoding.body.next().await {
            Some(Ok(piece)) => {
                raw.push(piece.clone());
                let Some(decoder) = &mut decoding.decoder else { break };
                let mut is_damaged = false;
                for part in piece.chunks(PIECE_BYTES) {
                    match decoder.feed(part) {
                        Ok(more) => out.extend_from_slice(&more),
                        Err(_) => is_damaged = true,
                    }
                }
                if is_damaged {
                    decoding.decoder = None;
                }
            }
            Some(Err(error)) => return Box::pin(stream::iter([Err(error)])),
            None => {
                if let Some(decoder) = &mut decoding.decoder {
                    match decoder.finish() {
                        Ok(more) => out.extend_from_slice(&more),
                        Err(_) => decoding.decoder = None,
                    }
                }
                break;
            }
        }
    }
    if decoding.decoder.is_none() || !begins_as(&decoding.media_type, &out) {
        let raw: Vec<Result<Bytes, RegistryError>> = raw.into_iter().map(Ok).collect();
        return Box::pin(stream::iter(raw).chain(decoding.body));
    }
    let first = stream::iter([Ok(Bytes::from(out))]);
    Box::pin(first.chain(rest(decoding)))
}

/// Whether content of this type can begin with these bytes.
fn begins_as(media_type: &str, start: &[u8]) -> bool {
    if media_type.ends_with("gzip") {
        start.starts_with(GZIP_MAGIC)
    } else if media_type.ends_with("zstd") {
        start.starts_with(ZSTD_MAGIC)
    } else {
        true
    }
}

fn rest(decoding: Decoding) -> impl Stream<Item = Result<Bytes, RegistryError>> + Send {
    stream::try_unfold((decoding, false), |(mut decoding, is_over)| async move {
        if is_over {
            return Ok(None);
        }
        let next = decoding.body.next().await.transpose()?;
        let Some(decoder) = &mut decoding.decoder else { return Ok(None) };
        let mut out = Vec::new();
        let is_over = next.is_none();
        let fed = match &next {
            Some(piece) => piece.chunks(PIECE_BYTES).try_for_each(|part| {
                out.extend_from_slice(&decoder.feed(part)?);
                Ok::<_, std::io::Error>(())
            }),
            None => decoder.finish().map(|more| out.extend_from_slice(&more)),
        };
        match fed {
            Ok(()) => Ok(Some((Bytes::from(out), (decoding, is_over)))),
            Err(_) => Err(decoding.damaged()),
        }
    })
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use futures_util::TryStreamExt;

    use super::*;
    use crate::model::Digest;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn whole(body: Body) -> Vec<u8> {
        match body {
            Body::Whole(bytes) => bytes.to_vec(),
            Body::TooLarge { size_bytes } => panic!("{size_bytes}"),
        }
    }

    #[test]
    fn a_body_is_decoded_and_a_wrong_label_is_passed_over() {
        for (sent, encoding) in [
            (gzip(b"{}"), Encoding::Gzip),
            (zlib(b"{}"), Encoding::Deflate),
            (b"{}".to_vec(), Encoding::Gzip),
            (b"{}".to_vec(), Encoding::Deflate),
            (b"{}".to_vec(), Encoding::Unknown("br".to_owned())),
        ] {
            assert_eq!(whole(decoded(sent.into(), &encoding, 100)), b"{}", "{encoding:?}");
        }
        let bomb = gzip(&vec![0; 10_000_000]);
        assert!(matches!(
            decoded(bomb.into(), &Encoding::Gzip, 1000),
            Body::TooLarge { size_bytes } if size_bytes < 5_000_000
        ));
    }

    #[tokio::test]
    async fn a_blob_has_the_encoding_that_was_added_taken_away_and_keeps_its_own() {
        let layer = gzip(&vec![7; 100_000]);
        let tar = vec![9; 100_000];
        let gzip_type = "application/vnd.oci.image.layer.v1.tar+gzip";
        let plain_type = "application/vnd.oci.image.layer.v1.tar";
        for (media_type, sent, wanted) in [
            (gzip_type, layer.clone(), layer.clone()),
            (gzip_type, gzip(&layer), layer.clone()),
            (plain_type, gzip(&tar), tar.clone()),
            (plain_type, tar.clone(), tar.clone()),
            ("application/vnd.oci.image.config.v1+json", gzip(b"{}"), b"{}".to_vec()),
            (plain_type, gzip(b""), Vec::new()),
        ] {
            let blob = Descriptor {
                media_type: media_type.to_owned(),
                digest: Digest::of(&wanted),
                size_bytes: wanted.len() as u64,
                platform: None,
                annotations: std::collections::BTreeMap::new(),
                urls: Vec::new(),
            };
            for piece in [1, 7, 100_000] {
                let pieces: Vec<_> =
                    sent.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
                let host = RegistryHost::parse("r.example").unwrap();
                let body = Box::pin(stream::iter(pieces));
                let got: Vec<Bytes> =
                    decoded_blob(host, &blob, &Encoding::Gzip, body).try_collect().await.unwrap();
                assert!(got.concat() == wanted, "{media_type} in pieces of {piece}");
            }
        }
    }
}
