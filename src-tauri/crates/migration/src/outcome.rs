//! The outcome of a migration: counts and one headline, computed from the proofs of its images.
//!
//! Every surface (result page, history, notification, command line, exports, merged reports) shows
//! this value. Nothing else decides whether a migration succeeded.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::proof::Proof;
use crate::report::{ImageReport, ImageResult, Report};

/// What is known about one planned image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ImageStanding", export_to = "report.ts")]
pub enum Standing {
    /// In ECR; source, push, registry and ECR report one digest.
    Equal,
    /// In ECR with the pushed digest, which is not the digest of the source.
    EqualToPushed,
    /// A different image stays under the tag in ECR, as chosen.
    Kept,
    /// Failed, or ECR has a digest other than the pushed one.
    Failed,
    /// Not copied: the migration ended before this image was finished.
    NotFinished,
    /// Nothing proves what ECR has under the tag now.
    Unknown,
}

impl Standing {
    /// Returns the standing of an image that a run finished, from its proof alone.
    pub(crate) fn of_proof(proof: Proof) -> Self {
        match proof {
            // The plan named one platform of an index.
            Proof::Equal | Proof::EqualToPart => Self::Equal,
            Proof::SameContent | Proof::EqualToPushed => Self::EqualToPushed,
            Proof::Different => Self::Failed,
            Proof::NotProved => Self::Unknown,
        }
    }

    pub fn of(image: &ImageReport) -> Self {
        match &image.result {
            ImageResult::Unchanged if image.planned.action.keeps() => Self::Kept,
            ImageResult::Moved | ImageResult::Unchanged => Self::of_proof(image.proof),
            ImageResult::Failed { .. } => Self::Failed,
            // Its tag was written, but not checked afterwards.
            ImageResult::Cancelled
                if image.pushed_digest.is_some() && image.proof == Proof::NotProved =>
            {
                Self::Unknown
            }
            ImageResult::Cancelled => Self::NotFinished,
        }
    }
}

/// Number of images for each standing. Each image is counted once, except that `up_to_date` is part
/// of the verified ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct OutcomeCounts {
    pub images: u32,
    /// In ECR, with the digest of the source.
    pub equal: u32,
    /// In ECR with the digest that was pushed, which is not the digest of the source.
    pub equal_to_pushed: u32,
    /// Verified images that were skipped because ECR already had them.
    pub up_to_date: u32,
    /// A different image stays under the tag, by choice.
    pub kept: u32,
    pub failed: u32,
    /// Not finished when the migration ended.
    pub not_finished: u32,
    /// Nothing proves what ECR holds under the tag.
    pub unknown: u32,
}

impl OutcomeCounts {
    /// Adds `images`. `is_transferred` means that the run copied them.
    pub fn add(&mut self, standing: Standing, is_transferred: bool, images: u32) {
        let count = match standing {
            Standing::Equal => &mut self.equal,
            Standing::EqualToPushed => &mut self.equal_to_pushed,
            Standing::Kept => &mut self.kept,
            Standing::Failed => &mut self.failed,
            Standing::NotFinished => &mut self.not_finished,
            Standing::Unknown => &mut self.unknown,
        };
        *count = count.saturating_add(images);
        self.images = self.images.saturating_add(images);
        let is_verified = matches!(standing, Standing::Equal | Standing::EqualToPushed);
        if is_verified && !is_transferred {
            self.up_to_date = self.up_to_date.saturating_add(images);
        }
    }

    pub fn of(images: &[ImageReport]) -> Self {
        let mut counts = Self::default();
        for image in images {
            let is_transferred = !matches!(image.result, ImageResult::Unchanged);
            counts.add(Standing::of(image), is_transferred, 1);
        }
        counts
    }

    /// Returns the number of images that are proven to be in ECR.
    pub fn verified(&self) -> u32 {
        self.equal.saturating_add(self.equal_to_pushed)
    }

    /// Returns whether every planned image is proven equal to its source.
    pub fn is_all_equal(&self) -> bool {
        self.images > 0 && self.equal == self.images
    }
}

/// How the run itself ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    Running,
    Completed,
    Cancelled,
    /// The process ended before the run did.
    Interrupted,
    /// The report merges parts of one plan, and some parts are missing.
    PartsMissing,
}

/// The headline of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "MigrationOutcome", export_to = "report.ts")]
pub enum Headline {
    Running,
    /// Every image is verified, or there are no images. [`OutcomeCounts::is_all_equal`] says whether
    /// every digest is that of the source.
    Succeeded,
    /// Every image is verified or was kept by choice; at least one was kept.
    Kept,
    /// Nothing failed, but some images couldn't be verified.
    Unproven,
    PartlyFailed,
    Failed,
    /// Cancelled, with unfinished images.
    Cancelled,
    /// The process ended before the run did.
    Interrupted,
    /// Parts of the plan are missing from this report.
    Incomplete,
}

/// Counts and headline of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub counts: OutcomeCounts,
    pub headline: Headline,
}

impl Outcome {
    /// Computes the headline.
    pub fn of(end: RunEnd, counts: OutcomeCounts) -> Self {
        let headline = match end {
            RunEnd::Running => Headline::Running,
            RunEnd::Interrupted => Headline::Interrupted,
            RunEnd::PartsMissing => Headline::Incomplete,
            RunEnd::Cancelled if counts.not_finished > 0 || counts.unknown > 0 => {
                Headline::Cancelled
            }
            // Cancelled when nothing was left to do.
            RunEnd::Completed | RunEnd::Cancelled => completed(&counts),
        };
        Self { counts, headline }
    }
}

impl Report {
    /// Returns counts and headline, computed from the proofs of the images.
    pub fn outcome(&self) -> Outcome {
        let end = if self.cancelled { RunEnd::Cancelled } else { RunEnd::Completed };
        Outcome::of(end, OutcomeCounts::of(&self.images))
    }
}

/// The worst standing decides.
fn completed(counts: &OutcomeCounts) -> Headline {
    if counts.failed > 0 {
        let all = counts.failed == counts.images;
        return if all { Headline::Failed } else { Headline::PartlyFailed };
    }
    if counts.not_finished > 0 {
        Headline::Cancelled
    } else if counts.unknown > 0 {
        Headline::Unproven
    } else if counts.kept > 0 {
        Headline::Kept
    } else {
        Headline::Succeeded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDINGS: [Standing; 6] = [
        Standing::Equal,
        Standing::EqualToPushed,
        Standing::Kept,
        Standing::Failed,
        Standing::NotFinished,
        Standing::Unknown,
    ];

    /// For every combination of zero, one or two images of each standing, the headline claims no
    /// more than the counts prove.
    #[test]
    fn a_headline_claims_no_more_than_the_counts_prove() {
        let ends = [
            RunEnd::Running,
            RunEnd::Completed,
            RunEnd::Cancelled,
            RunEnd::Interrupted,
            RunEnd::PartsMissing,
        ];
        for number in 0..3u32.pow(6) {
            let mut counts = OutcomeCounts::default();
            for (at, standing) in (0..).zip(STANDINGS) {
                counts.add(standing, true, number / 3u32.pow(at) % 3);
            }
            for end in ends {
                let Outcome { headline, counts } = Outcome::of(end, counts);
                let OutcomeCounts { images, failed, kept, not_finished, unknown, .. } = counts;
                let context = format!("{end:?} {counts:?} {headline:?}");
                let settled = matches!(end, RunEnd::Completed | RunEnd::Cancelled);
                let bad = failed + not_finished + unknown;
                let succeeded = settled && counts.verified() == images;
                assert_eq!(headline == Headline::Succeeded, succeeded, "{context}");
                let kept_only = settled && kept > 0 && bad == 0;
                assert_eq!(headline == Headline::Kept, kept_only, "{context}");
                if headline == Headline::Failed {
                    assert_eq!(failed, images, "{context}");
                }
                if headline == Headline::PartlyFailed {
                    assert!(failed > 0 && failed < images, "{context}");
                }
                if headline == Headline::Unproven {
                    assert!(unknown > 0 && failed + not_finished == 0, "{context}");
                }
                if headline == Headline::Cancelled {
                    assert!(settled && not_finished + unknown > 0, "{context}");
                }
                assert_eq!(headline == Headline::Running, end == RunEnd::Running, "{context}");
                let interrupted = end == RunEnd::Interrupted;
                assert_eq!(headline == Headline::Interrupted, interrupted, "{context}");
                let missing = end == RunEnd::PartsMissing;
                assert_eq!(headline == Headline::Incomplete, missing, "{context}");
                assert_eq!(counts.is_all_equal(), images > 0 && counts.equal == images);
            }
        }
    }

    #[test]
    fn existing_images_are_verified_and_counted_as_skipped() {
        let mut counts = OutcomeCounts::default();
        counts.add(Standing::Equal, true, 2);
        counts.add(Standing::Equal, false, 3);
        counts.add(Standing::Kept, false, 1);
        assert_eq!((counts.equal, counts.up_to_date, counts.kept, counts.images), (5, 3, 1, 6));
        assert!(!counts.is_all_equal());
    }
}
