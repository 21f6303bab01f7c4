//! Names and digests: accepted values can be parsed again from their text form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use transload_model::{Digest, ImageReference, Platform, RegistryHost, RepositoryName, Tag};

fuzz_target!(|text: &str| {
    if let Ok(reference) = ImageReference::parse(text) {
        let again = ImageReference::parse(&reference.to_string());
        assert_eq!(again.as_ref(), Ok(&reference), "{text:?}");
    }
    if let Ok(digest) = Digest::parse(text) {
        assert_eq!(digest.as_str(), text);
    }
    if let Ok(platform) = text.parse::<Platform>() {
        assert_eq!(platform.to_string(), text);
    }
    if let Ok(name) = RepositoryName::parse(text) {
        assert_eq!(name.as_str(), text);
    }
    if let Ok(tag) = Tag::parse(text) {
        assert_eq!(tag.as_str(), text);
    }
    if let Ok(host) = RegistryHost::parse(text) {
        let _ = (host.is_loopback(), host.ecr_region());
    }
});
