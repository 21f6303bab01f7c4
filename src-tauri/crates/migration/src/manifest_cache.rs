//! Manifests that were read already. Whoever plans thousands of images and starts the plan needs each
//! twice: too many to hold in memory, and a source with a pull quota counts every time it is asked.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use transload_model::{Digest, RawManifest, RegistryHost};
use transload_registry::{RegistryApi, RegistryError};

/// Bytes that a cache takes: some hundred thousand manifests of some kilobytes. What is beyond is
/// read again when its turn comes.
const LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// Manifests by digest, in a file without a name that the operating system removes with the process.
/// They are no secrets, and each is checked against its digest when it is taken out.
///
/// It is a convenience: where the file cannot be written or read, the registry is asked again.
#[derive(Debug)]
pub struct ManifestCache {
    kept: Mutex<Kept>,
    limit_bytes: u64,
}

#[derive(Debug, Default)]
struct Kept {
    /// Made with the first manifest.
    file: Option<File>,
    /// Where the next one goes.
    end: u64,
    places: HashMap<Digest, Place>,
    /// Nothing more is written: there is no room.
    is_closed: bool,
}

/// Where a manifest lies in the file: its media type, then its bytes.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u64,
    media_type_bytes: usize,
    manifest_bytes: usize,
}

impl Default for ManifestCache {
    fn default() -> Self {
        Self { kept: Mutex::default(), limit_bytes: LIMIT_BYTES }
    }
}

impl ManifestCache {
    /// Whether a manifest is kept.
    pub fn has(&self, digest: &Digest) -> bool {
        self.kept().places.contains_key(digest)
    }

    /// Whether nothing more goes into it: a new one serves the next plan better.
    pub fn is_full(&self) -> bool {
        self.kept().is_closed
    }

    /// A manifest that is kept, and is what it was.
    fn get(&self, digest: &Digest) -> Option<RawManifest> {
        let read = self.kept().read(digest)?;
        let manifest = read.map_err(|error| error.to_string()).and_then(|(media_type, bytes)| {
            let manifest = RawManifest::new(bytes, Some(&media_type));
            let manifest = manifest.map_err(|error| error.to_string())?;
            manifest.expect_digest(digest).map_err(|error| error.to_string())?;
            Ok(manifest)
        });
        manifest
            .inspect_err(|error| tracing::warn!(%digest, %error, "a kept manifest is not usable"))
            .ok()
    }

    /// Keeps a manifest under the digest that it was asked by.
    fn keep(&self, digest: &Digest, manifest: &RawManifest) {
        let mut kept = self.kept();
        if kept.is_closed || kept.places.contains_key(digest) {
            return;
        }
        let after = kept.end + (manifest.media_type().len() + manifest.bytes().len()) as u64;
        let written = match after > self.limit_bytes {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => kept.write(digest, manifest),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "no more manifests are kept; they will be read again");
            kept.is_closed = true;
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn write(&mut self, digest: &Digest, manifest: &RawManifest) -> io::Result<()> {
        let (media_type, bytes) = (manifest.media_type().as_bytes(), manifest.bytes());
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(media_type)?;
        file.write_all(bytes)?;
        let place = Place {
            start: self.end,
            media_type_bytes: media_type.len(),
            manifest_bytes: bytes.len(),
        };
        self.end += (media_type.len() + bytes.len()) as u64;
        self.places.insert(digest.clone(), place);
        Ok(())
    }

    /// Media type and bytes; nothing where the manifest is not kept.
    fn read(&mut self, digest: &Digest) -> Option<io::Result<(String, Bytes)>> {
        let (place, file) = (*self.places.get(digest)?, self.file.as_mut()?);
        let mut read = || {
            let mut content = vec![0; place.media_type_bytes + place.manifest_bytes];
            file.seek(SeekFrom::Start(place.start))?;
            file.read_exact(&mut content)?;
            let mut content = Bytes::from(content);
            let media_type = content.split_to(place.media_type_bytes);
            Ok((String::from_utf8_lossy(&media_type).into_owned(), content))
        };
        Some(read())
    }
}

/// Where manifests are read: a registry, and what was read of any registry before.
#[derive(Clone, Copy)]
pub(super) struct ManifestSource<'a> {
    pub registry: &'a dyn RegistryApi,
    cache: Option<&'a ManifestCache>,
}

impl<'a> ManifestSource<'a> {
    /// A registry that is asked for every manifest.
    pub fn of(registry: &'a dyn RegistryApi) -> Self {
        Self { registry, cache: None }
    }

    /// A registry that is asked for what the cache does not have. It goes there then.
    pub fn cached(registry: &'a dyn RegistryApi, cache: &'a ManifestCache) -> Self {
        Self { registry, cache: Some(cache) }
    }

    /// The registry's name.
    pub fn host(&self) -> &'a RegistryHost {
        self.registry.host()
    }

    /// A manifest as raw bytes; checked against `reference` where that is a digest.
    pub async fn manifest(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<RawManifest, RegistryError> {
        let Some(cache) = self.cache else { return self.registry.manifest(path, reference).await };
        let digest = Digest::parse(reference).ok();
        // A few kilobytes that were written a moment ago: the operating system has them in memory.
        if let Some(manifest) = digest.as_ref().and_then(|digest| cache.get(digest)) {
            return Ok(manifest);
        }
        let manifest = self.registry.manifest(path, reference).await?;
        cache.keep(digest.as_ref().unwrap_or(manifest.digest()), &manifest);
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::FakeRegistry;
    use super::*;

    fn manifest(size_bytes: u32) -> RawManifest {
        let digest = Digest::of(b"content");
        let json = format!(
            r#"{{"schemaVersion":2,"config":{{"mediaType":"c","digest":"{digest}","size":{size_bytes}}},"layers":[]}}"#
        );
        RawManifest::new(Bytes::from(json), None).unwrap()
    }

    #[test]
    fn what_is_kept_comes_out_as_it_went_in() {
        let cache = ManifestCache::default();
        let manifests = [manifest(1), manifest(22), manifest(333)];
        for manifest in &manifests {
            cache.keep(manifest.digest(), manifest);
            cache.keep(manifest.digest(), manifest);
        }
        for manifest in manifests.iter().rev() {
            assert_eq!(cache.get(manifest.digest()).as_ref(), Some(manifest));
        }
        assert_eq!(cache.get(manifest(4).digest()), None);
        assert_eq!(cache.kept().places.len(), 3);
    }

    #[test]
    fn what_was_damaged_is_not_given_out() {
        let (cache, manifest) = (ManifestCache::default(), manifest(1));
        cache.keep(manifest.digest(), &manifest);
        {
            let mut kept = cache.kept();
            let file = kept.file.as_mut().unwrap();
            file.seek(SeekFrom::End(-3)).unwrap();
            file.write_all(b" ").unwrap();
        }
        assert_eq!(cache.get(manifest.digest()), None);
    }

    #[test]
    fn a_cache_that_is_full_keeps_what_it_has() {
        let (first, second) = (manifest(1), manifest(2));
        let limit_bytes = (first.bytes().len() + first.media_type().len()) as u64;
        let cache = ManifestCache { limit_bytes, ..ManifestCache::default() };
        cache.keep(first.digest(), &first);
        assert!(!cache.is_full());
        cache.keep(second.digest(), &second);
        assert!(cache.is_full());
        assert_eq!((cache.get(first.digest()), cache.get(second.digest())), (Some(first), None));
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn a_disk_without_room_is_no_error() {
        let registry = FakeRegistry::new("source.example");
        let digest = registry.image("app", Some("1"), &["layer"]);
        let full = File::options().read(true).write(true).open("/dev/full").unwrap();
        let cache = ManifestCache::default();
        cache.kept().file = Some(full);
        for _ in 0..2 {
            let source = ManifestSource::cached(&registry, &cache);
            let read = source.manifest("app", digest.as_str()).await.unwrap();
            assert_eq!(*read.digest(), digest);
        }
        assert!(cache.is_full());
    }
}
