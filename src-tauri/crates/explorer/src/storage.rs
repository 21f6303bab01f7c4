//! The storage of a repository and its use by month, for the pictures of a registry: computed once for each list of
//! images, because a registry can have millions of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::image_rows::ImageCount;
use crate::manifest_facts::ManifestFacts;
use crate::rows::rows;
use crate::shared_layers::OtherRepositoryManifest;
use crate::sizes::{ImageSize, Sizes};
use transload_aws::{EcrImage, EcrImageStatus};
use transload_manifest_cache::PullTime;
use transload_model::Digest;

/// What a repository stores, and when it was used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryStorage {
    /// Number of things that were pushed. If it is an upper bound, the numbers of pushes and pulls are upper bounds too.
    pub images: ImageCount,
    /// Number of images that are parts of others.
    #[ts(type = "number")]
    pub parts: u64,
    /// Size of the images in standard storage, shared layers counted once.
    pub standard: ImageSize,
    /// What archived images add to it.
    pub archived: ImageSize,
    /// Sum of the sizes that ECR reports, which counts shared layers several times.
    #[ts(type = "number")]
    pub reported_bytes: u64,
    /// The months with a push or a last pull, the oldest first.
    pub months: Vec<MonthlyUse>,
    /// Number of images that nobody pulled.
    #[ts(type = "number")]
    pub never_pulled: u64,
    /// The last push.
    #[ts(type = "number | null")]
    pub pushed_at_ms: Option<u64>,
    /// The last pull by someone else than Transload.
    #[ts(type = "number | null")]
    pub pulled_at_ms: Option<u64>,
    /// Bytes of its layers that other repositories of the registry have too, of those whose manifests were read. With
    /// blob mounting, ECR may store them once for all. `null` in lists of repositories.
    #[ts(type = "number | null")]
    pub shared_with_others_bytes: Option<u64>,
}

/// The use of a repository in one month, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct MonthlyUse {
    /// Months since January 1970.
    pub month: u32,
    /// Number of the images that were pushed in this month.
    #[ts(type = "number")]
    pub pushed: u64,
    /// Bytes of the layers that they were the first to use. The sum of all months is the size of the repository.
    #[ts(type = "number")]
    pub pushed_bytes: u64,
    /// Number of the images whose last pull was in this month.
    #[ts(type = "number")]
    pub pulled: u64,
}

/// Returns what a repository stores, and when it was used.
pub fn storage(
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
    pull_time: impl Fn(&EcrImage) -> PullTime,
) -> RepositoryStorage {
    let grouped = rows(images, facts);
    let sizes = Sizes::new(images, facts);
    let of_status = |is_archived: bool| -> HashSet<Digest> {
        images
            .iter()
            .filter(|image| (image.status == EcrImageStatus::Archived) == is_archived)
            .map(|image| image.digest.clone())
            .collect()
    };
    let archived = of_status(true);
    let mut months: BTreeMap<u32, MonthlyUse> = BTreeMap::new();
    let mut at = |time_ms: u64, change: &dyn Fn(&mut MonthlyUse)| {
        let month = month_of(time_ms);
        change(months.entry(month).or_insert(MonthlyUse { month, ..MonthlyUse::default() }));
    };
    let mut by_push: Vec<&EcrImage> = images.iter().collect();
    by_push.sort_by_key(|image| image.pushed_at_ms);
    let added = sizes.added(by_push.iter().map(|image| &image.digest));
    for (image, bytes) in by_push.iter().zip(added) {
        at(image.pushed_at_ms.unwrap_or(0), &|month| {
            month.pushed_bytes = month.pushed_bytes.saturating_add(bytes);
        });
    }
    let by_digest: HashMap<&Digest, &EcrImage> =
        images.iter().map(|image| (&image.digest, image)).collect();
    let mut never_pulled = 0;
    for image in grouped.rows.iter().filter_map(|row| by_digest.get(&row.digest)) {
        at(image.pushed_at_ms.unwrap_or(0), &|month| month.pushed += 1);
        match pull_time(image).pulled_at_ms {
            Some(pulled) => at(pulled, &|month| month.pulled += 1),
            None => never_pulled += 1,
        }
    }
    RepositoryStorage {
        images: grouped.images,
        parts: grouped.parts,
        standard: sizes.of(&of_status(false)),
        archived: if archived.is_empty() {
            ImageSize { bytes: 0, is_exact: true }
        } else {
            sizes.freed(&archived).into()
        },
        reported_bytes: images
            .iter()
            .filter_map(|image| image.size_bytes)
            .fold(0, u64::saturating_add),
        months: months.into_values().collect(),
        never_pulled,
        pushed_at_ms: images.iter().filter_map(|image| image.pushed_at_ms).max(),
        pulled_at_ms: images.iter().filter_map(|image| pull_time(image).pulled_at_ms).max(),
        shared_with_others_bytes: None,
    }
}

/// Returns the bytes of the layers of a repository that other repositories have too, each layer once.
pub fn shared_with_others_bytes(
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
    elsewhere: &[OtherRepositoryManifest],
) -> u64 {
    let others: HashSet<&Digest> = elsewhere
        .iter()
        .flat_map(|other| other.facts.blobs.iter().map(|(digest, _)| digest))
        .collect();
    let own = images.iter().filter_map(|image| facts.get(&image.digest));
    let shared: HashMap<&Digest, u64> = own
        .flat_map(|facts| facts.blobs.iter().map(|(digest, size)| (digest, *size)))
        .filter(|(digest, _)| others.contains(digest))
        .collect();
    shared.into_values().fold(0, u64::saturating_add)
}

/// Returns the months from January 1970 to a time, in UTC.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn month_of(time_ms: u64) -> u32 {
    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    /// Days from March 1 of year 0 to January 1, 1970.
    const BEFORE_1970: u64 = 719_468;
    const DAYS_OF_400_YEARS: u64 = 146_097;
    let days = time_ms / DAY_MS + BEFORE_1970;
    let day = days % DAYS_OF_400_YEARS;
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let months_from_march = (5 * day_of_year + 2) / 153;
    let years = days / DAYS_OF_400_YEARS * 400 + year;
    let months = years * 12 + months_from_march + 2;
    u32::try_from(months.saturating_sub(1970 * 12)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
