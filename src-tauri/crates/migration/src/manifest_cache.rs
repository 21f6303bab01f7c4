//! Caches manifests between planning and running. A plan of thousands of images needs each manifest
//! twice: too many to hold in memory, and a source with a pull quota counts every request.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use transload_model::{Digest, PackedDigest, RawManifest, RegistryHost};
use transload_registry::{RegistryApi, RegistryError};

/// Maximum size of the cache: several hundred thousand manifests of some kilobytes. Further
/// manifests are requested again when needed.
const LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// Manifests by digest, in an unnamed temporary file that the operating system removes with the
/// process. Manifests are not secret, and each is verified against its digest when read.
///
/// The cache is optional: if the file can't be written or read, manifests are requested from the
/// registry.
#[derive(Debug)]
pub struct ManifestCache {
    file: Mutex<CacheFile>,
    limit_bytes: u64,
}

#[derive(Debug, Default)]
struct CacheFile {
    /// Created with the first manifest.
    file: Option<File>,
    /// Offset of the next manifest.
    end: u64,
    locations: HashMap<PackedDigest, CacheLocation>,
    /// Nothing more is written, because the disk is full.
    is_closed: bool,
}

/// Location of a manifest in the file: its media type, followed by its bytes.
#[derive(Clone, Copy, Debug)]
struct CacheLocation {
    start: u64,
    media_type_bytes: u32,
    manifest_bytes: u32,
}

impl Default for ManifestCache {
    fn default() -> Self {
        Self { file: Mutex::default(), limit_bytes: LIMIT_BYTES }
    }
}

impl ManifestCache {
    pub fn has(&self, digest: &Digest) -> bool {
        self.file().locations.contains_key(&PackedDigest::from(digest))
    }

    /// Returns whether the cache accepts no more manifests. The next plan should start a new one
    /// then.
    pub fn is_full(&self) -> bool {
        self.file().is_closed
    }

    /// Returns a cached manifest if it matches its digest.
    fn get(&self, digest: &Digest) -> Option<RawManifest> {
        let read = self.file().read(digest)?;
        let manifest = read.map_err(|error| error.to_string()).and_then(|(media_type, bytes)| {
            let manifest = RawManifest::new(bytes, Some(&media_type));
            let manifest = manifest.map_err(|error| error.to_string())?;
            manifest.verify_digest(digest).map_err(|error| error.to_string())?;
            Ok(manifest)
        });
        manifest
            .inspect_err(|error| tracing::warn!(%digest, %error, "a cached manifest is unusable"))
            .ok()
    }

    /// Caches a manifest under the digest that it was requested with.
    fn insert(&self, digest: &Digest, manifest: &RawManifest) {
        let mut file = self.file();
        if file.is_closed || file.locations.contains_key(&PackedDigest::from(digest)) {
            return;
        }
        let after = file.end + (manifest.media_type().len() + manifest.bytes().len()) as u64;
        let written = match after > self.limit_bytes {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => file.write(digest, manifest),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "couldn't cache more manifests; they will be read again");
            file.is_closed = true;
        }
    }

    fn file(&self) -> MutexGuard<'_, CacheFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CacheFile {
    fn write(&mut self, digest: &Digest, manifest: &RawManifest) -> io::Result<()> {
        let (media_type, bytes) = (manifest.media_type().as_bytes(), manifest.bytes());
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(media_type)?;
        file.write_all(bytes)?;
        let location = CacheLocation {
            start: self.end,
            media_type_bytes: length(media_type)?,
            manifest_bytes: length(bytes)?,
        };
        self.end += (media_type.len() + bytes.len()) as u64;
        self.locations.insert(digest.into(), location);
        Ok(())
    }

    /// Returns media type and bytes, or `None` if the manifest is not cached.
    fn read(&mut self, digest: &Digest) -> Option<io::Result<(String, Bytes)>> {
        let (location, file) = (*self.locations.get(&digest.into())?, self.file.as_mut()?);
        let mut read = || {
            let [media_type_bytes, manifest_bytes] =
                [location.media_type_bytes, location.manifest_bytes].map(|length| length as usize);
            let mut content = vec![0; media_type_bytes + manifest_bytes];
            file.seek(SeekFrom::Start(location.start))?;
            file.read_exact(&mut content)?;
            let mut content = Bytes::from(content);
            let media_type = content.split_to(media_type_bytes);
            Ok((String::from_utf8_lossy(&media_type).into_owned(), content))
        };
        Some(read())
    }
}

fn length(bytes: &[u8]) -> io::Result<u32> {
    u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

/// Reads manifests from a registry, through a cache if there is one.
#[derive(Clone, Copy)]
pub(super) struct ManifestSource<'a> {
    pub registry: &'a dyn RegistryApi,
    cache: Option<&'a ManifestCache>,
}

impl<'a> ManifestSource<'a> {
    pub fn of(registry: &'a dyn RegistryApi) -> Self {
        Self { registry, cache: None }
    }

    /// Reads manifests that are not cached from the registry, and caches them.
    pub fn cached(registry: &'a dyn RegistryApi, cache: &'a ManifestCache) -> Self {
        Self { registry, cache: Some(cache) }
    }

    pub fn host(&self) -> &'a RegistryHost {
        self.registry.host()
    }

    /// Returns a manifest as raw bytes, verified if `reference` is a digest.
    pub async fn manifest(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<RawManifest, RegistryError> {
        let Some(cache) = self.cache else { return self.registry.manifest(path, reference).await };
        let digest = Digest::parse(reference).ok();
        // Blocking read of a few kilobytes that were just written and are in the page cache.
        if let Some(manifest) = digest.as_ref().and_then(|digest| cache.get(digest)) {
            return Ok(manifest);
        }
        let manifest = self.registry.manifest(path, reference).await?;
        cache.insert(digest.as_ref().unwrap_or(manifest.digest()), &manifest);
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::registry::FakeRegistry;

    fn manifest(size_bytes: u32) -> RawManifest {
        let digest = Digest::of(b"content");
        let json = format!(
            r#"{{"schemaVersion":2,"config":{{"mediaType":"c","digest":"{digest}","size":{size_bytes}}},"layers":[]}}"#
        );
        RawManifest::new(Bytes::from(json), None).unwrap()
    }

    #[test]
    fn cached_manifests_are_returned_unchanged() {
        let cache = ManifestCache::default();
        let manifests = [manifest(1), manifest(22), manifest(333)];
        for manifest in &manifests {
            cache.insert(manifest.digest(), manifest);
            cache.insert(manifest.digest(), manifest);
        }
        for manifest in manifests.iter().rev() {
            assert_eq!(cache.get(manifest.digest()).as_ref(), Some(manifest));
        }
        assert_eq!(cache.get(manifest(4).digest()), None);
        assert_eq!(cache.file().locations.len(), 3);
    }

    #[test]
    fn damaged_manifests_are_not_returned() {
        let (cache, manifest) = (ManifestCache::default(), manifest(1));
        cache.insert(manifest.digest(), &manifest);
        {
            let mut file = cache.file();
            let file = file.file.as_mut().unwrap();
            file.seek(SeekFrom::End(-3)).unwrap();
            file.write_all(b" ").unwrap();
        }
        assert_eq!(cache.get(manifest.digest()), None);
    }

    #[test]
    fn a_full_cache_keeps_its_manifests() {
        let (first, second) = (manifest(1), manifest(2));
        let limit_bytes = (first.bytes().len() + first.media_type().len()) as u64;
        let cache = ManifestCache { limit_bytes, ..ManifestCache::default() };
        cache.insert(first.digest(), &first);
        assert!(!cache.is_full());
        cache.insert(second.digest(), &second);
        assert!(cache.is_full());
        assert_eq!((cache.get(first.digest()), cache.get(second.digest())), (Some(first), None));
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn a_full_disk_is_no_error() {
        let registry = FakeRegistry::new("source.example");
        let digest = registry.image("app", Some("1"), &["layer"]);
        let full = File::options().read(true).write(true).open("/dev/full").unwrap();
        let cache = ManifestCache::default();
        cache.file().file = Some(full);
        for _ in 0..2 {
            let source = ManifestSource::cached(&registry, &cache);
            let read = source.manifest("app", digest.as_str()).await.unwrap();
            assert_eq!(*read.digest(), digest);
        }
        assert!(cache.is_full());
    }
}
