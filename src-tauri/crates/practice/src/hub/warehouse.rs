//! A large organisation: 300 repositories with 20 tags each, and one with 10,000 tags. Nothing of it
//! is kept: each image is made when it is asked for, and always comes out the same.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::io;
use std::sync::{Arc, Mutex};

use super::account::{HubImage, HubManifest, HubTag};
use super::repository::Facts;
use crate::hmac::digest_of;
use crate::images::{Built, Family, Layer, OCI_INDEX, Shelf, attestation, image, index, layer};
use crate::store::lock;

const REPOSITORIES: u32 = 300;
const TAGS: u32 = 20;
/// The repository with very many tags, and how many.
const BUILDS: &str = "builds";
const BUILD_TAGS: u32 = 10_000;
const ARCHITECTURES: [&str; 5] = ["amd64", "arm64", "s390x", "ppc64le", "riscv64"];
/// 2025-01-15T09:00:00Z in milliseconds.
const START: i64 = 1_736_931_600_000;
const HOUR: i64 = 60 * 60 * 1000;
/// Images that are kept in memory: a client reads the manifests and blobs of one after another.
const HELD: usize = 64;
/// Bytes of the noise in a layer that every image shares, that a repository shares, and of a tag.
const NOISE: (usize, usize, usize) = (8 * 1024, 4 * 1024, 1024);

/// The organisation.
#[derive(Default)]
pub(super) struct Warehouse {
    /// Which tag has a digest, by the digest's first bytes.
    known: Mutex<HashMap<u64, u32>>,
    /// Repositories of which every tag was made once, so that an unknown digest is none of theirs.
    searched: Mutex<HashSet<u32>>,
    held: Mutex<VecDeque<(u32, Arc<Made>)>>,
    /// Layers of many images, by what is in them: some 300 of a few kilobytes.
    layers: Mutex<HashMap<String, SharedLayer>>,
}

#[derive(Clone)]
struct SharedLayer {
    layer: Layer,
    digest: String,
    bytes: Vec<u8>,
}

/// A repository of it.
pub(super) struct MadeRepository<'a> {
    warehouse: &'a Warehouse,
    /// From 0; the one with very many tags is the last.
    number: u32,
}

/// What is under one tag.
struct Made {
    tag: HubTag,
    manifests: HashMap<String, (&'static str, Vec<u8>)>,
    blobs: HashMap<String, Vec<u8>>,
}

/// A shelf in memory.
#[derive(Default)]
struct Memory(RefCell<HashMap<String, Vec<u8>>>);

impl Shelf for Memory {
    fn put(&self, bytes: &[u8]) -> io::Result<String> {
        let digest = digest_of(bytes);
        self.0.borrow_mut().insert(digest.clone(), bytes.to_vec());
        Ok(digest)
    }
}

impl Warehouse {
    pub(super) fn names(&self) -> Vec<String> {
        (0..=REPOSITORIES).map(name_of).collect()
    }

    pub(super) fn repository(&self, name: &str) -> Option<MadeRepository<'_>> {
        let number = match name.strip_prefix("service-") {
            Some(digits) if digits.len() == 3 => {
                digits.parse::<u32>().ok().filter(|number| *number < REPOSITORIES)?
            }
            _ => (name == BUILDS).then_some(REPOSITORIES)?,
        };
        Some(MadeRepository { warehouse: self, number })
    }

    /// The content of a blob of an image that was made before.
    pub(super) fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        let id = *lock(&self.known).get(&key(digest))?;
        self.made(id)?.blobs.get(digest).cloned()
    }

    /// What is under a tag, by its number among all tags.
    fn made(&self, id: u32) -> Option<Arc<Made>> {
        let held = lock(&self.held).iter().find(|(known, _)| *known == id).cloned();
        if let Some((_, made)) = held {
            return Some(made);
        }
        let made = self
            .make(id)
            .inspect_err(|error| tracing::error!(%error, "a practice image could not be made"));
        let made = Arc::new(made.ok()?);
        let mut known = lock(&self.known);
        for digest in made.manifests.keys().chain(made.blobs.keys()) {
            // What several tags share is found under the first of them.
            known.entry(key(digest)).or_insert(id);
        }
        drop(known);
        let mut held = lock(&self.held);
        if held.len() == HELD {
            held.pop_front();
        }
        held.push_back((id, Arc::clone(&made)));
        Some(made)
    }

    /// An index of five platforms and an attestation. The base layer of a platform is everybody's,
    /// one layer is the repository's.
    fn make(&self, id: u32) -> io::Result<Made> {
        let name = name_of((id / TAGS).min(REPOSITORIES));
        let shelf = Memory::default();
        let shared = self.shared(&shelf, &name, NOISE.1)?;
        let own = noise(&shelf, &format!("{name}-{id}"), NOISE.2)?;
        let mut images: Vec<(Built, Option<Built>)> = Vec::new();
        for architecture in ARCHITECTURES {
            let base = self.shared(&shelf, &format!("base-{architecture}"), NOISE.0)?;
            let layers = [base, shared.clone(), own.clone()];
            let built = image(&shelf, Family::Oci, architecture, "/srv/run", &layers)?;
            let attested =
                if images.is_empty() { Some(attestation(&shelf, &built)?) } else { None };
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
        Ok(Made { tag, manifests, blobs: shelf.0.into_inner() })
    }

    /// A layer of many images, put on the shelf of one of them.
    fn shared(&self, shelf: &Memory, name: &str, size: usize) -> io::Result<Layer> {
        let known = lock(&self.layers).get(name).cloned();
        let shared = match known {
            Some(shared) => shared,
            None => {
                let alone = Memory::default();
                let layer = noise(&alone, name, size)?;
                let content = alone.0.into_inner().into_iter().next();
                let (digest, bytes) = content.ok_or(io::ErrorKind::NotFound)?;
                let shared = SharedLayer { layer, digest, bytes };
                lock(&self.layers).insert(name.to_owned(), shared.clone());
                shared
            }
        };
        shelf.0.borrow_mut().insert(shared.digest, shared.bytes);
        Ok(shared.layer)
    }
}

impl MadeRepository<'_> {
    pub(super) fn is_private(&self) -> bool {
        self.number % 10 == 9
    }

    pub(super) fn facts(&self) -> Facts {
        let one: usize = NOISE.0 * ARCHITECTURES.len() + NOISE.1;
        let size = one as u64 + u64::from(self.count()) * NOISE.2 as u64;
        let description = if self.number == REPOSITORIES {
            "Every build of the last years".to_owned()
        } else {
            format!("Service number {}", self.number)
        };
        Facts {
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

    /// The number of one of its tags among all tags.
    fn id(&self, tag: u32) -> u32 {
        self.number * TAGS + tag
    }

    fn tag_name(&self, tag: u32) -> String {
        if self.number == REPOSITORIES { format!("build-{tag:05}") } else { format!("1.{tag}") }
    }

    /// In the order of the alphabet.
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
        Some(self.warehouse.made(self.id(tag))?.tag.clone())
    }

    pub(super) fn manifest(&self, digest: &str) -> Option<(HubManifest, Vec<u8>)> {
        let (id, made) = self.with(digest)?;
        if (id / TAGS).min(REPOSITORIES) != self.number {
            return None;
        }
        let (media_type, bytes) = made.manifests.get(digest)?;
        let size = bytes.len() as u64;
        Some((HubManifest { media_type: (*media_type).to_owned(), size }, bytes.clone()))
    }

    pub(super) fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        self.with(digest)?.1.blobs.get(digest).cloned()
    }

    /// The tag under which a digest is, with its number among all tags. After a start of the program a client may ask for one of an
    /// image that was not made yet: then every tag of the repository is made once.
    fn with(&self, digest: &str) -> Option<(u32, Arc<Made>)> {
        let find = || lock(&self.warehouse.known).get(&key(digest)).copied();
        let mut found = find();
        if found.is_none() && lock(&self.warehouse.searched).insert(self.number) {
            for tag in 0..self.count() {
                self.warehouse.made(self.id(tag));
            }
            found = find();
        }
        let id = found?;
        Some((id, self.warehouse.made(id)?))
    }
}

fn name_of(number: u32) -> String {
    if number == REPOSITORIES { BUILDS.to_owned() } else { format!("service-{number:03}") }
}

/// When a tag was pushed, in milliseconds since 1970: a build every hour, a release every ten days.
fn updated(id: u32) -> i64 {
    match id.checked_sub(REPOSITORIES * TAGS) {
        Some(build) => START + i64::from(build) * HOUR,
        None => START + i64::from(id % TAGS) * 240 * HOUR + i64::from(id / TAGS) * 60_000,
    }
}

/// The first bytes of a digest.
fn key(digest: &str) -> u64 {
    let digits = digest.trim_start_matches("sha256:");
    digits.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}

/// A layer with so many bytes that look random.
fn noise(shelf: &Memory, name: &str, size: usize) -> io::Result<Layer> {
    layer(shelf, &[], (&format!("srv/{name}.bin"), size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_made_the_same_twice_and_found_by_every_digest_under_it() {
        let (first, second) = (Warehouse::default(), Warehouse::default());
        let tag = first.repository("service-007").unwrap().tag("1.19").unwrap();
        let again = second.repository("service-007").unwrap();
        // The second has made nothing yet, as after a start of the program.
        let (manifest, bytes) = again.manifest(&tag.digest).unwrap();
        assert_eq!((manifest.media_type.as_str(), digest_of(&bytes)), (OCI_INDEX, tag.digest));
        assert_eq!(tag.images.len(), ARCHITECTURES.len() + 1);
        for image in &tag.images {
            let (_, bytes) = again.manifest(&image.digest).unwrap();
            let manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            for layer in manifest["layers"].as_array().unwrap() {
                let digest = layer["digest"].as_str().unwrap();
                let blob = again.blob(digest).unwrap();
                assert_eq!(digest_of(&blob), digest);
                assert_eq!(layer["size"].as_u64().unwrap(), blob.len() as u64);
                assert_eq!(second.blob(digest).unwrap(), blob);
            }
        }
        assert!(again.manifest(&digest_of(b"nobody's")).is_none());
    }

    #[test]
    fn there_are_three_hundred_repositories_and_one_with_ten_thousand_tags() {
        let warehouse = Warehouse::default();
        let names = warehouse.names();
        assert_eq!(names.len(), 301);
        assert!(names.iter().all(|name| warehouse.repository(name).is_some()));
        for none in ["service-300", "service-7", "service-0007", "other"] {
            assert!(warehouse.repository(none).is_none(), "{none}");
        }
        let builds = warehouse.repository(BUILDS).unwrap();
        assert_eq!(builds.names().len(), 10_000);
        assert_eq!(builds.newest_first(9_998, 5), ["build-00001", "build-00000"]);
        assert!(updated(6_000) < updated(15_999) && updated(0) < updated(19));
        assert!(builds.tag("build-10000").is_none() && builds.tag("build-1").is_none());
        assert!(lock(&warehouse.held).len() <= HELD);
        assert!(lock(&warehouse.known).is_empty(), "looking at names makes nothing");
    }
}
