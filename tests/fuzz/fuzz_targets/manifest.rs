//! A manifest with any media type: accepted manifests keep their bytes and digest.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use transload_model::{DigestAlgorithm, DigestHasher, Manifest, RawManifest};

fuzz_target!(|input: (Option<String>, Vec<u8>)| {
    let (media_type, content) = input;
    let bytes = Bytes::from(content);
    let Ok(raw) = RawManifest::new(bytes.clone(), media_type.as_deref()) else { return };
    assert_eq!(*raw.bytes(), bytes);
    let mut hasher = DigestHasher::new(DigestAlgorithm::Sha256);
    hasher.update(&bytes);
    assert_eq!(*raw.digest(), hasher.finish());
    match raw.parse() {
        Ok(Manifest::Image(image)) => {
            let _ = image.layers.iter().filter(|layer| layer.is_foreign()).count();
        }
        Ok(Manifest::Index(index)) => {
            let _ = index.manifests.iter().filter(|child| child.is_attestation()).count();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
