//! Records what a run knows about each image. The steps of `run` update the records concurrently,
//! so each one has its own lock; the report is created from them at the end.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::MigrationError;
use crate::journal::entry::{JournalImage, Stage};
use crate::plan::{Plan, PlannedImage};
use crate::proof::{PlatformProof, Proof};
use crate::report::{ImageReport, ImageResult, LeftBehind};
use transload_model::{Digest, PackedDigest, Platform};

/// The records of all images of a plan, in its order.
pub(crate) struct ImageRecords<'a>(Vec<ImageRecord<'a>>);

/// The record of one image in a run.
pub(crate) struct ImageRecord<'a> {
    pub planned: &'a PlannedImage,
    /// Whether the write of its tag has started.
    pub write_begun: AtomicBool,
    state: Mutex<RecordState>,
}

/// What is known about an image so far.
#[derive(Clone)]
pub(crate) struct RecordState {
    pub result: Option<ImageResult>,
    pub pushed_digest: Option<Digest>,
    pub registry_digest: Option<Digest>,
    pub ecr_digest: Option<Digest>,
    pub proof: Proof,
    pub sent_bytes: u64,
    /// Whether bytes were sent that the Docker Engine didn't report.
    pub sent_uncounted: bool,
    pub skipped_bytes: u64,
    pub elapsed_ms: u64,
    pub left_behind: Vec<LeftBehind>,
    /// Result of the verification right after the push, or `None` without one.
    pub verified_after_push: Option<bool>,
    /// Whether the image appeared at the destination after planning, written by somebody else.
    pub appeared: bool,
    /// The current digest of the source's tag, if it is not the planned one.
    pub source_moved_to: Option<Digest>,
    platforms: Box<[RecordedPlatform]>,
    /// The digest at the source, if only the transfer could find it.
    pub source_digest: Option<Digest>,
    /// The index that contains the copied image, if only the transfer could find it.
    pub part_of: Option<Digest>,
}

/// A platform of an index, and whether ECR has it. It takes 64 bytes, a fifth of a [`PlatformProof`] with its texts: a run of
/// thousands of images holds five for each until its report.
#[derive(Clone)]
struct RecordedPlatform {
    platform: KnownPlatform,
    digest: PackedDigest,
    in_ecr: bool,
}

#[derive(Clone)]
enum KnownPlatform {
    /// Its position among the platforms of the planned image, which share them with other images.
    Planned(usize),
    Other(Box<Platform>),
}

impl RecordedPlatform {
    fn of(proof: PlatformProof, planned: &[Platform]) -> Self {
        let PlatformProof { platform, digest, in_ecr } = proof;
        let platform = match planned.iter().position(|known| *known == platform) {
            Some(position) => KnownPlatform::Planned(position),
            None => KnownPlatform::Other(Box::new(platform)),
        };
        Self { platform, digest: PackedDigest::from(&digest), in_ecr }
    }

    fn platform(&self, planned: &[Platform]) -> Platform {
        match &self.platform {
            KnownPlatform::Planned(position) => planned[*position].clone(),
            KnownPlatform::Other(platform) => platform.as_ref().clone(),
        }
    }

    fn proof(&self, planned: &[Platform]) -> PlatformProof {
        PlatformProof {
            platform: self.platform(planned),
            digest: Digest::from(&self.digest),
            in_ecr: self.in_ecr,
        }
    }
}

impl Default for RecordState {
    fn default() -> Self {
        Self {
            result: None,
            pushed_digest: None,
            registry_digest: None,
            ecr_digest: None,
            proof: Proof::NotProved,
            sent_bytes: 0,
            sent_uncounted: false,
            skipped_bytes: 0,
            elapsed_ms: 0,
            left_behind: Vec::new(),
            verified_after_push: None,
            appeared: false,
            source_moved_to: None,
            platforms: Box::default(),
            source_digest: None,
            part_of: None,
        }
    }
}

impl RecordState {
    /// Restores the record of an earlier run of the same migration. Only a finished image has a
    /// result. What is known about the others is kept, in case this run fails before it learns
    /// more.
    fn of(earlier: &JournalImage, planned: &PlannedImage) -> Self {
        let left = earlier.left_behind.iter().cloned().map(|(name, error)| LeftBehind {
            name,
            error: Arc::new(MigrationError::Recorded(Box::new(error))),
        });
        Self {
            result: match earlier.stage {
                Stage::Moved => Some(ImageResult::Moved),
                Stage::Unchanged => Some(ImageResult::Unchanged),
                _ => None,
            },
            pushed_digest: earlier.pushed_digest.clone(),
            registry_digest: earlier.registry_digest.clone(),
            ecr_digest: earlier.ecr_digest.clone(),
            proof: earlier.proof,
            sent_bytes: earlier.sent_bytes.unwrap_or(0),
            sent_uncounted: earlier.sent_bytes.is_none(),
            skipped_bytes: earlier.skipped_bytes,
            elapsed_ms: earlier.elapsed_ms,
            left_behind: left.collect(),
            source_moved_to: earlier.source_moved_to.clone(),
            platforms: recorded(earlier.platforms.clone(), planned),
            ..Self::default()
        }
    }
}

fn recorded(platforms: Vec<PlatformProof>, planned: &PlannedImage) -> Box<[RecordedPlatform]> {
    let record = |proof| RecordedPlatform::of(proof, &planned.platforms);
    platforms.into_iter().map(record).collect()
}

impl<'a> ImageRecords<'a> {
    /// `earlier` holds the images of an earlier run of the same plan, in its order; empty for the
    /// first run.
    pub fn of(plan: &'a Plan, earlier: &[JournalImage]) -> Self {
        let mut earlier = earlier.iter();
        let record = |planned| {
            let known = earlier.next().map(|image| RecordState::of(image, planned));
            let known = known.unwrap_or_default();
            ImageRecord { planned, write_begun: AtomicBool::default(), state: Mutex::new(known) }
        };
        Self(plan.images.iter().map(record).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &ImageRecord<'a>> {
        self.0.iter()
    }

    /// Returns the images that have no result yet.
    pub fn open(&self) -> impl Iterator<Item = &ImageRecord<'a>> {
        self.iter().filter(|record| record.state().result.is_none())
    }

    /// Returns the images whose content is to be copied and that have no result yet.
    pub fn moving(&self) -> impl Iterator<Item = &ImageRecord<'a>> {
        self.open().filter(|record| record.planned.action.moves())
    }

    pub fn into_reports(self) -> Vec<ImageReport> {
        self.0.into_iter().map(ImageRecord::into_report).collect()
    }
}

impl ImageRecord<'_> {
    fn state(&self) -> MutexGuard<'_, RecordState> {
        // The state is plain data, so it is valid even after a panic in another task.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn known(&self) -> RecordState {
        self.state().clone()
    }

    /// Returns whether its tag may be written although no response confirmed it yet.
    pub fn has_open_write(&self) -> bool {
        self.write_begun.load(Ordering::Relaxed) && self.state().result.is_none()
    }

    pub fn fail(&self, error: Arc<MigrationError>) {
        self.state().result = Some(ImageResult::Failed { error });
    }

    pub fn keep(&self) {
        let mut state = self.state();
        state.result = Some(ImageResult::Unchanged);
        state.ecr_digest = self.planned.destination_digest.clone();
    }

    pub fn cancel(&self) {
        self.state().result = Some(ImageResult::Cancelled);
    }

    pub fn pushed(&self, digest: Digest) {
        self.state().pushed_digest = Some(digest);
    }

    pub fn moved_bytes(&self, sent_bytes: u64, skipped_bytes: u64, elapsed_ms: u64) {
        let mut state = self.state();
        state.sent_bytes += sent_bytes;
        state.skipped_bytes += skipped_bytes;
        state.elapsed_ms += elapsed_ms;
    }

    /// Records that the Docker Engine sent bytes without reporting how many.
    pub fn sent_uncounted(&self) {
        self.state().sent_uncounted = true;
    }

    pub fn left_behind(&self, left: Vec<LeftBehind>) {
        self.state().left_behind = left;
    }

    pub fn pushed_digest(&self) -> Option<Digest> {
        self.state().pushed_digest.clone()
    }

    /// Records that the destination already has the image, written by an earlier run (`is_own`) or
    /// by somebody else.
    pub fn record_existing(&self, digest: Digest, is_own: bool) {
        let mut state = self.state();
        state.appeared = !is_own;
        state.pushed_digest = Some(digest);
    }

    /// Records the source digest that the transfer found.
    pub fn record_source(&self, digest: Digest, part_of: Option<Digest>) {
        let mut state = self.state();
        state.source_digest = Some(digest);
        state.part_of = part_of;
    }

    /// Returns the digest at the source, and the index that contains it.
    pub fn source(&self) -> (Option<Digest>, Option<Digest>) {
        let state = self.state();
        let digest = state.source_digest.clone().or_else(|| self.planned.source_digest.clone());
        (digest, state.part_of.clone().or_else(|| self.planned.part_of.clone()))
    }

    pub fn record_verified_after_push(&self, is_proved: bool) {
        self.state().verified_after_push = Some(is_proved);
    }

    pub fn verified_after_push(&self) -> Option<bool> {
        self.state().verified_after_push
    }

    pub fn source_moved_to(&self, digest: Option<Digest>) {
        self.state().source_moved_to = digest;
    }

    /// Records the platforms of the image, before they are read from ECR.
    pub fn record_platforms(&self, platforms: Vec<PlatformProof>) {
        self.state().platforms = recorded(platforms, self.planned);
    }

    /// Returns its platforms, if it is an index, and whether ECR has them.
    pub fn platforms(&self) -> Vec<PlatformProof> {
        let platforms = &self.planned.platforms;
        self.state().platforms.iter().map(|part| part.proof(platforms)).collect()
    }

    /// Returns the digests of its platforms.
    pub fn parts(&self) -> Vec<Digest> {
        self.state().platforms.iter().map(|part| Digest::from(&part.digest)).collect()
    }

    /// Marks the platforms that ECR has. Returns those that it doesn't have.
    pub fn found_parts(&self, held: &HashSet<Digest>) -> Vec<Platform> {
        let mut state = self.state();
        for part in &mut state.platforms {
            part.in_ecr = held.contains(&Digest::from(&part.digest));
        }
        let lost = state.platforms.iter().filter(|part| !part.in_ecr);
        lost.map(|part| part.platform(&self.planned.platforms)).collect()
    }

    pub fn found(&self, registry: Option<Digest>, ecr: Option<Digest>, proof: Proof) {
        let mut state = self.state();
        state.registry_digest = registry;
        state.ecr_digest = ecr;
        state.proof = proof;
    }

    /// Sets the result of a verified image. Returns whether content was copied for it.
    pub fn prove(&self) -> bool {
        let mut state = self.state();
        let moved = self.planned.action.moves() && !state.appeared;
        state.result = Some(if moved { ImageResult::Moved } else { ImageResult::Unchanged });
        moved
    }

    fn into_report(self) -> ImageReport {
        let (source_digest, part_of) = self.source();
        let platforms = self.platforms();
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        ImageReport {
            planned: PlannedImage { source_digest, part_of, ..self.planned.clone() },
            // Every image has a result when a run completes; one without was never reached.
            result: state.result.unwrap_or(ImageResult::Cancelled),
            pushed_digest: state.pushed_digest,
            registry_digest: state.registry_digest,
            ecr_digest: state.ecr_digest,
            proof: state.proof,
            sent_bytes: (!state.sent_uncounted).then_some(state.sent_bytes),
            skipped_bytes: state.skipped_bytes,
            elapsed_ms: state.elapsed_ms,
            left_behind: state.left_behind,
            source_moved_to: state.source_moved_to,
            platforms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_the_same_after_recording() {
        let [amd64, arm64]: [Platform; 2] =
            ["linux/amd64", "linux/arm64/v8"].map(|text| text.parse().unwrap());
        let planned = [amd64.clone()];
        for (platform, in_ecr) in [(amd64, true), (arm64, false)] {
            let proof = PlatformProof { digest: Digest::of(b"image"), platform, in_ecr };
            assert_eq!(RecordedPlatform::of(proof.clone(), &planned).proof(&planned), proof);
        }
        assert_eq!(size_of::<RecordedPlatform>(), 64);
    }
}
