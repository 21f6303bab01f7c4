//! Digests as bytes, for the hundreds of thousands that a large plan keeps.

use std::fmt;

use crate::digest::{Digest, DigestAlgorithm};

/// A content digest as the bytes of its hash. It takes 40 bytes and, for SHA-256, no allocation of its own. The text of
/// a [`Digest`] takes 112 bytes: it is for digests that are shown or sent.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackedDigest(Hash);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Hash {
    Sha256([u8; 32]),
    /// On the heap, because it is rare and larger.
    Sha512(Box<[u8; 64]>),
}

impl From<&Digest> for PackedDigest {
    fn from(digest: &Digest) -> Self {
        Self(match digest.algorithm() {
            DigestAlgorithm::Sha256 => Hash::Sha256(bytes_of(digest.hex())),
            DigestAlgorithm::Sha512 => Hash::Sha512(Box::new(bytes_of(digest.hex()))),
        })
    }
}

impl From<&PackedDigest> for Digest {
    fn from(packed: &PackedDigest) -> Self {
        match &packed.0 {
            Hash::Sha256(hash) => Self::of_hash("sha256", hash),
            Hash::Sha512(hash) => Self::of_hash("sha512", hash.as_slice()),
        }
    }
}

impl fmt::Debug for PackedDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Digest::from(self), formatter)
    }
}

/// Returns the bytes of lower-case hex digits, of which a digest has twice as many.
fn bytes_of<const LENGTH: usize>(hex: &str) -> [u8; LENGTH] {
    let value = |digit: &u8| if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 };
    let mut bytes = [0; LENGTH];
    for (byte, digits) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = digits.iter().fold(0, |byte, digit| byte << 4 | value(digit));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_same_after_packing() {
        let long: String = (0..64).map(|byte| format!("{:02x}", byte * 4 + 3)).collect();
        let digests = [
            Digest::of(b""),
            Digest::of(b"content"),
            Digest::parse(&format!("sha256:{}", "09af".repeat(16))).unwrap(),
            Digest::parse(&format!("sha512:{long}")).unwrap(),
        ];
        for (index, digest) in digests.iter().enumerate() {
            let packed = PackedDigest::from(digest);
            assert_eq!(Digest::from(&packed), *digest);
            let same = digests.iter().position(|other| PackedDigest::from(other) == packed);
            assert_eq!(same, Some(index));
        }
        assert_eq!(size_of::<PackedDigest>(), 40);
    }
}
