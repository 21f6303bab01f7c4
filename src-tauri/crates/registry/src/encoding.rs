//! Decodes bodies that a server compressed although `Accept-Encoding: identity` was sent.
//!
//! Digests are of the content and not of its encoding (RFC 9110, section 8.4), so bodies are decoded before
//! they are verified. Two kinds of servers need care: storage that sends a blob which is a gzip file
//! unchanged, but with `Content-Encoding: gzip`; and servers that compress every body, including such blobs.

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

use crate::api::BlobStream;
use crate::error::RegistryError;
use transload_model::{Descriptor, RegistryHost};
use transload_network::{Decoder, Encoding, PIECE_BYTES, TooLarge};

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// A response body in memory.
pub(super) enum Body {
    Whole(Bytes),
    /// The body exceeds the limit and was discarded.
    TooLarge {
        /// The number of bytes received or announced.
        size_bytes: u64,
    },
}

/// Decodes a complete body, up to `limit` bytes.
pub(super) fn decode_body(body: Bytes, encoding: &Encoding, limit: usize) -> Body {
    match transload_network::decode_body(body, encoding, limit) {
        Ok(bytes) => Body::Whole(bytes),
        Err(TooLarge { size_bytes }) => Body::TooLarge { size_bytes },
    }
}

/// Decodes the stream of a blob. The first decoded bytes show whether the server added the encoding or it is
/// part of the blob: a layer of the type `…+gzip` must start with the gzip magic number.
pub(super) fn decode_blob(
    registry: RegistryHost,
    blob: &Descriptor,
    encoding: &Encoding,
    body: BlobStream,
) -> BlobStream {
    let Some(decoder) = Decoder::for_encoding(encoding) else { return body };
    let start =
        Decoding { registry, media_type: blob.media_type.clone(), body, decoder: Some(decoder) };
    Box::pin(stream::once(detect_encoding(start)).flatten())
}

struct Decoding {
    registry: RegistryHost,
    media_type: String,
    body: BlobStream,
    /// `None` if the body is the unencoded blob.
    decoder: Option<Decoder>,
}

impl Decoding {
    fn damaged(&self) -> RegistryError {
        RegistryError::NotARegistry {
            registry: self.registry.clone(),
            detail: "it sends a blob whose Content-Encoding is corrupt".to_owned(),
        }
    }
}

/// Reads until the first decoded bytes are available, and returns either the decoded or the raw stream.
async fn detect_encoding(mut decoding: Decoding) -> BlobStream {
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
    if decoding.decoder.is_none() || !can_start_with(&decoding.media_type, &out) {
        let raw: Vec<Result<Bytes, RegistryError>> = raw.into_iter().map(Ok).collect();
        return Box::pin(stream::iter(raw).chain(decoding.body));
    }
    let first = stream::iter([Ok(Bytes::from(out))]);
    Box::pin(first.chain(decode_rest(decoding)))
}

/// Returns whether content of this media type can start with these bytes.
fn can_start_with(media_type: &str, start: &[u8]) -> bool {
    if media_type.ends_with("gzip") {
        start.starts_with(GZIP_MAGIC)
    } else if media_type.ends_with("zstd") {
        start.starts_with(ZSTD_MAGIC)
    } else {
        true
    }
}

fn decode_rest(decoding: Decoding) -> impl Stream<Item = Result<Bytes, RegistryError>> + Send {
    stream::try_unfold((decoding, false), |(mut decoding, is_finished)| async move {
        if is_finished {
            return Ok(None);
        }
        let next = decoding.body.next().await.transpose()?;
        let Some(decoder) = &mut decoding.decoder else { return Ok(None) };
        let mut out = Vec::new();
        let is_finished = next.is_none();
        let fed = match &next {
            Some(piece) => piece.chunks(PIECE_BYTES).try_for_each(|part| {
                out.extend_from_slice(&decoder.feed(part)?);
                Ok::<_, std::io::Error>(())
            }),
            None => decoder.finish().map(|more| out.extend_from_slice(&more)),
        };
        match fed {
            Ok(()) => Ok(Some((Bytes::from(out), (decoding, is_finished)))),
            Err(_) => Err(decoding.damaged()),
        }
    })
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;
    use transload_model::Digest;
    use transload_network::encoding_testing::gzip;

    #[tokio::test]
    async fn removes_an_added_encoding_and_keeps_that_of_the_blob() {
        let layer = gzip(&vec![7; 100_000]);
        let tar = vec![9; 100_000];
        let gzip_type = "application/vnd.oci.image.layer.v1.tar+gzip";
        let plain_type = "application/vnd.oci.image.layer.v1.tar";
        for (media_type, sent, expected) in [
            (gzip_type, layer.clone(), layer.clone()),
            (gzip_type, gzip(&layer), layer.clone()),
            (plain_type, gzip(&tar), tar.clone()),
            (plain_type, tar.clone(), tar.clone()),
            ("application/vnd.oci.image.config.v1+json", gzip(b"{}"), b"{}".to_vec()),
            (plain_type, gzip(b""), Vec::new()),
        ] {
            let blob = Descriptor {
                media_type: media_type.to_owned(),
                digest: Digest::of(&expected),
                size_bytes: expected.len() as u64,
                platform: None,
                annotations: std::collections::BTreeMap::new(),
                urls: Vec::new(),
            };
            for piece in [1, 7, 100_000] {
                let pieces: Vec<_> =
                    sent.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
                let host = RegistryHost::parse("r.example").unwrap();
                let body = Box::pin(stream::iter(pieces));
                let decoded: Vec<Bytes> =
                    decode_blob(host, &blob, &Encoding::Gzip, body).try_collect().await.unwrap();
                assert!(decoded.concat() == expected, "{media_type} in pieces of {piece}");
            }
        }
    }
}
