//! A large organization: 300 repositories with 20 tags each, and one with 10,000 tags. Nothing is stored:
//! images are generated on demand and are always the same.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::io;
use std::sync::{Arc, Mutex};

use super::catalog::{HubImage, HubManifest, HubTag, RepositoryFacts};
use crate::hash::digest_of;
use crate::image_builder::{
    BlobSink, BuiltManifest, Family, Layer, OCI_INDEX, attestation, image, index, layer,
};
use crate::lock::lock;

const REPOSITORIES: u32 = 300;
const TAGS: u32 = 20;
/// The repository with 10,000 tags.
const BUILDS: &str = "builds";
const BUILD_TAGS: u32 = 10_000;
const ARCHITECTURES: [&str; 5] = ["amd64", "arm64", "s390x", "ppc64le", "riscv64"];
/// 2025-01-15T09:00:00Z in milliseconds.
const START: i64 = 1_736_931_600_000;
const HOUR: i64 = 60 * 60 * 1000;
/// Size of the cache: a client reads the manifests and blobs of one image after another.
const MAX_CACHED: usize = 64;
/// Sizes in bytes of the layer that all images share, that a repository shares, and that a tag has alone.
const LAYER_SIZES: (usize, usize, usize) = (8 * 1024, 4 * 1024, 1024);

#[derive(Default)]
pub(super) struct GeneratedOrganization {
    /// The tag of a digest, by the first bytes of the digest.
    tags_by_digest: Mutex<HashMap<u64, u32>>,
    /// Repositories whose tags were all generated once, so that an unknown digest does not belong to them.
    complete: Mutex<HashSet<u32>>,
    cache: Mutex<VecDeque<(u32, Arc<GeneratedImage>)>>,
    /// Layers that images share, by name: some 300 of a few kilobytes.
    shared_layers: Mutex<HashMap<String, SharedLayer>>,
}

#[derive(Clone)]
struct SharedLayer {
    layer: Layer,
    digest: String,
    bytes: Vec<u8>,
}

pub(super) struct GeneratedRepository<'a> {
    organization: &'a GeneratedOrganization,
    /// From 0. The last one is [`BUILDS`].
    number: u32,
}

/// The content of a tag.
struct GeneratedImage {
    tag: HubTag,
    manifests: HashMap<String, (&'static str, Vec<u8>)>,
    blobs: HashMap<String, Vec<u8>>,
}

/// Stores blobs in memory.
#[derive(Default)]
struct MemorySink(RefCell<HashMap<String, Vec<u8>>>);

impl BlobSink for MemorySink {
    fn put(&self, bytes: &[u8]) -> io::Result<String> {
        let digest = digest_of(bytes);
        self.0.borrow_mut().insert(digest.clone(), bytes.to_vec());
        Ok(digest)
    }
}

impl GeneratedOrganization {
    pub(super) fn names(&self) -> Vec<String> {
        (0..=REPOSITORIES).map(name_of).collect()
    }

    pub(super) fn repository(&self, name: &str) -> Option<GeneratedRepository<'_>> {
        let number = match name.strip_prefix("service-") {
            Some(digits) if digits.len() == 3 => {
                digits.parse::<u32>().ok().filter(|number| *number < REPOSITORIES)?
            }
            _ => (name == BUILDS).then_some(REPOSITORIES)?,
        };
        Some(GeneratedRepository { organization: self, number })
    }

    /// Returns a blob of an image that was generated before.
    pub(super) fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        let id = *lock(&self.tags_by_digest).get(&key(digest))?;
        self.image(id)?.blobs.get(digest).cloned()
    }

    /// Returns the content of a tag, by its number among all tags.
    fn image(&self, id: u32) -> Option<Arc<GeneratedImage>> {
        let cached = lock(&self.cache).iter().find(|(known, _)| *known == id).cloned();
        if let Some((_, generated)) = cached {
            return Some(generated);
        }
        let generated = self
            .generate(id)
            .inspect_err(|error| tracing::error!(%error, "couldn't generate a practice image"));
        let generated = Arc::new(generated.ok()?);
        let mut known = lock(&self.tags_by_digest);
        for digest in generated.manifests.keys().chain(generated.blobs.keys()) {
            // Content that several tags share is found through the first of them.
            known.entry(key(digest)).or_insert(id);
        }
        drop(known);
        let mut cached = lock(&self.cache);
        if cached.len() == MAX_CACHED {
            cached.pop_front();
        }
        cached.push_back((id, Arc::clone(&generated)));
        Some(generated)
    }

    /// Generates an index of five platforms and an attestation. All images share a base layer per platform,
    /// and the images of a repository share a second layer.
    fn generate(&self, id: u32) -> io::Result<GeneratedImage> {
        let name = name_of((id / TAGS).min(REPOSITORIES));
        let sink = MemorySink::default();
        let shared = self.shared_layer(&sink, &name, LAYER_SIZES.1)?;
        let own = random_layer(&sink, &format!("{name}-{id}"), LAYER_SIZES.2)?;
        let mut images: Vec<(BuiltManifest, Option<BuiltManifest>)> = Vec::new();
        for architecture in ARCHITECTURES {
            let base = self.shared_layer(&sink, &format!("base-{architecture}"), LAYER_SIZES.0)?;
            let layers = [base, shared.clone(), own.clone()];
            let built = image(&sink, Family::Oci, architecture, "/srv/run", &layers)?;
            let attested = if images.is_empty() { Some(attestation(&sink, &built)?) } else { None };
            images.push((built, attested));
        }
        let top = index(Family::Oci, &images);
        let listed = images.iter().flat_map(|(image, attestation)| {
            [(Some(image), "linux"), (attestation.as_ref(), "unknown")]
        });
        let listed = listed.filter_map(|(built, os)| {
            let built = built?;
            Some(HubImage {
                architecture: built.architecture.unwrap_or_default().to_owned(),
                os: os.to_owned(),
                digest: built.digest.clone(),
                size: built.content_size,
            })
        });
        let tag =
            HubTag { digest: top.digest.clone(), updated: updated(id), images: listed.collect() };
        let children = images
            .into_iter()
            .flat_map(|(image, attestation)| std::iter::once(image).chain(attestation));
        let manifests = children
            .chain([top])
            .map(|built| (built.digest, (built.media_type, built.bytes)))
            .collect();
        Ok(GeneratedImage { tag, manifests, blobs: sink.0.into_inner() })
    }

    /// Returns a layer that images share, and adds it to the blobs of one of them.
    fn shared_layer(&self, sink: &MemorySink, name: &str, size: usize) -> io::Result<Layer> {
        let known = lock(&self.shared_layers).get(name).cloned();
        let shared = match known {
            Some(shared) => shared,
            None => {
                let alone = MemorySink::default();
                let layer = random_layer(&alone, name, size)?;
                let content = alone.0.into_inner().into_iter().next();
                let (digest, bytes) = content.ok_or(io::ErrorKind::NotFound)?;
                let shared = SharedLayer { layer, digest, bytes };
                lock(&self.shared_layers).insert(name.to_owned(), shared.clone());
                shared
            }
        };
        sink.0.borrow_mut().insert(shared.digest, shared.bytes);
        Ok(shared.layer)
    }
}

impl GeneratedRepository<'_> {
    pub(super) fn is_private(&self) -> bool {
        self.number % 10 == 9
    }

    pub(super) fn facts(&self) -> RepositoryFacts {
        let one: usize = LAYER_SIZES.0 * ARCHITECTURES.len() + LAYER_SIZES.1;
        let size = one as u64 + u64::from(self.count()) * LAYER_SIZES.2 as u64;
        let description = if self.number == REPOSITORIES {
            "Every build of the last years".to_owned()
        } else {
            format!("Service number {}", self.number)
        };
        RepositoryFacts {
            description,
            is_private: self.is_private(),
            stars: 0,
            pulls: u64::from(self.number) * 37 + 1,
            registered: START - 24 * HOUR,
            updated: updated(self.id(self.count() - 1)),
            size,
            media_types: BTreeSet::from([OCI_INDEX.to_owned()]),
        }
    }

    fn count(&self) -> u32 {
        if self.number == REPOSITORIES { BUILD_TAGS } else { TAGS }
    }

    pub(super) fn tag_count(&self) -> usize {
        self.count() as usize
    }

    /// Returns the number of a tag among all tags.
    fn id(&self, tag: u32) -> u32 {
        self.number * TAGS + tag
    }

    fn tag_name(&self, tag: u32) -> String {
        if self.number == REPOSITORIES { format!("build-{tag:05}") } else { format!("1.{tag}") }
    }

    /// Returns all names in alphabetical order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = (0..self.count()).map(|tag| self.tag_name(tag)).collect();
        names.sort();
        names
    }

    pub(super) fn newest_first(&self, start: usize, count: usize) -> Vec<String> {
        let numbers = (0..self.count()).rev().skip(start).take(count);
        numbers.map(|tag| self.tag_name(tag)).collect()
    }

    pub(super) fn tag(&self, name: &str) -> Option<HubTag> {
        let prefix = if self.number == REPOSITORIES { "build-" } else { "1." };
        let tag: u32 = name.strip_prefix(prefix)?.parse().ok()?;
        if tag >= self.count() || self.tag_name(tag) != name {
            return None;
        }
        Some(self.organization.image(self.id(tag))?.tag.clone())
    }

    pub(super) fn manifest(&self, digest: &str) -> Option<(HubManifest, Vec<u8>)> {
        let (id, generated) = self.image_with(digest)?;
        if (id / TAGS).min(REPOSITORIES) != self.number {
            return None;
        }
        let (media_type, bytes) = generated.manifests.get(digest)?;
        let size = bytes.len() as u64;
        Some((HubManifest { media_type: (*media_type).to_owned(), size }, bytes.clone()))
    }

    pub(super) fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        self.image_with(digest)?.1.blobs.get(digest).cloned()
    }

    /// Returns the image that contains a digest, with the number of its tag. After a restart, clients can
    /// request digests of images that were not generated yet. All tags of the repository are then generated
    /// once.
    fn image_with(&self, digest: &str) -> Option<(u32, Arc<GeneratedImage>)> {
        let find = || lock(&self.organization.tags_by_digest).get(&key(digest)).copied();
        let mut found = find();
        if found.is_none() && lock(&self.organization.complete).insert(self.number) {
            for tag in 0..self.count() {
                self.organization.image(self.id(tag));
            }
            found = find();
        }
        let id = found?;
        Some((id, self.organization.image(id)?))
    }
}

fn name_of(number: u32) -> String {
    if number == REPOSITORIES { BUILDS.to_owned() } else { format!("service-{number:03}") }
}

/// Returns when a tag was pushed, in milliseconds since 1970: a build per hour, a release per ten days.
fn updated(id: u32) -> i64 {
    match id.checked_sub(REPOSITORIES * TAGS) {
        Some(build) => START + i64::from(build) * HOUR,
        None => START + i64::from(id % TAGS) * 240 * HOUR + i64::from(id / TAGS) * 60_000,
    }
}

/// Returns the first bytes of a digest.
fn key(digest: &str) -> u64 {
    let digits = digest.trim_start_matches("sha256:");
    digits.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}

/// Builds a layer with incompressible bytes.
fn random_layer(sink: &MemorySink, name: &str, size: usize) -> io::Result<Layer> {
    layer(sink, &[], (&format!("srv/{name}.bin"), size))
}

#[cfg(test)]
mod tests;
