//! Published test vectors, and texts that are not digests.

use super::*;

/// RFC 4231, test case 2.
#[test]
fn hmac_matches_rfc_4231() {
    let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(hex(&mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

#[test]
fn only_a_complete_lowercase_sha256_is_a_digest() {
    assert!(is_digest(&digest_of(b"")));
    assert!(!is_digest(&digest_of(b"").to_uppercase()));
    assert!(!is_digest("sha256:abc"));
}
