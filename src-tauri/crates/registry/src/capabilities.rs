//! What the client learned about a registry: the page size that it accepts, and whether it supports HEAD and the
//! referrers API. `lists`, `manifests` and `referrers` read and update it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use transload_model::{Digest, MANIFEST_LIMIT_BYTES, RawManifest};

/// The page sizes to request. If the registry rejects one, the next one is tried. The first is the maximum
/// of ECR, which rejects a larger `n` with 405, and of distribution 3.
pub(super) const PAGE_SIZES: [Option<usize>; 4] = [Some(1000), None, Some(100), Some(10)];

/// The page size that the registry accepts, as an index into [`PAGE_SIZES`].
#[derive(Default)]
pub(super) struct PageSize(AtomicUsize);

impl PageSize {
    pub(super) fn get(&self) -> Option<usize> {
        PAGE_SIZES.get(self.0.load(Ordering::Relaxed)).copied().flatten()
    }

    /// Selects the next page size after a rejected one. Returns whether there is one.
    pub(super) fn advance(&self, rejected: Option<usize>) -> bool {
        let position = PAGE_SIZES.iter().position(|size| *size == rejected).unwrap_or_default() + 1;
        self.0.fetch_max(position.min(PAGE_SIZES.len() - 1), Ordering::Relaxed);
        position < PAGE_SIZES.len()
    }
}

/// Manifests that were downloaded because the registry doesn't support HEAD. The next request for the digest
/// takes the manifest from here, so that a registry that counts pulls counts one.
#[derive(Default)]
pub(super) struct HeadFallback {
    /// Whether the registry doesn't support HEAD.
    pub(super) is_unsupported: AtomicBool,
    manifests: Mutex<HashMap<(String, Digest), RawManifest>>,
}

impl HeadFallback {
    /// The maximum number of cached manifests. Others are downloaded again.
    const LIMIT: usize = 64;

    pub(super) fn insert(&self, path: &str, manifest: &RawManifest) {
        let mut manifests = self.manifests.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = manifests.values().map(|manifest| manifest.bytes().len()).sum();
        if manifests.len() < Self::LIMIT && bytes + manifest.bytes().len() <= MANIFEST_LIMIT_BYTES {
            manifests.insert((path.to_owned(), manifest.digest().clone()), manifest.clone());
        }
    }

    pub(super) fn remove(&self, path: &str, reference: &str) -> Option<RawManifest> {
        let digest = Digest::parse(reference).ok()?;
        let mut manifests = self.manifests.lock().unwrap_or_else(PoisonError::into_inner);
        manifests.remove(&(path.to_owned(), digest))
    }
}

/// Whether the registry supports the referrers API. Found out once for each registry instead of for each
/// image.
#[derive(Default)]
pub(super) struct ReferrersApiState {
    support: Mutex<ReferrersSupport>,
    /// Locked by the first request; the others wait for its result.
    pub(super) first: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ReferrersSupport {
    /// All requests so far failed without showing whether the API exists.
    Unknown {
        failures: u32,
    },
    Supported,
    Unsupported,
    #[default]
    NotAsked,
}

impl ReferrersApiState {
    pub(super) fn support(&self) -> ReferrersSupport {
        *self.support.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_support(&self, support: ReferrersSupport) {
        *self.support.lock().unwrap_or_else(PoisonError::into_inner) = support;
    }
}
