//! The rows of a repository, and the images that belong to a row. `rows` builds them.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::kind::ImageKind;
use crate::sizes::ImageSize;
use transload_model::{Digest, Platform};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryRows {
    /// In the order of the images.
    pub rows: Vec<ImageRow>,
    /// Number of rows.
    pub images: ImageCount,
    /// Number of images that are only parts of rows.
    pub parts: u64,
    /// The size of the repository with shared layers counted once.
    pub size: ImageSize,
    /// Indexes that weren't read. Until then, their platforms are rows of their own.
    pub unread_indexes: Vec<Digest>,
    /// All images whose manifest wasn't read. Sizes are exact when none is left.
    pub unread_manifests: Vec<Digest>,
}

/// A number of rows, exact or an upper bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageCount {
    #[ts(type = "number")]
    pub count: u64,
    /// Whether it is known what every index lists. Otherwise, images that an unread index lists are counted too.
    pub is_exact: bool,
}

/// A row: one thing that was pushed, with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageRow {
    pub digest: Digest,
    pub kind: ImageKind,
    pub parts: Vec<ImagePart>,
    /// The platforms of an index, in its order.
    pub platforms: Vec<String>,
    pub signatures: u64,
    pub sboms: u64,
    /// Number of its provenance attestations.
    pub provenances: u64,
    /// Number of its other attestations.
    pub attestations: u64,
    /// Number of its other referrers.
    pub referrers: u64,
    /// Size of the row with shared layers counted once.
    pub size: ImageSize,
    /// Bytes that no other row uses. `None` if a manifest of the repository wasn't read.
    #[ts(type = "number | null")]
    pub only_here_bytes: Option<u64>,
    /// Names of the indexes that list it too.
    pub also_in: Vec<String>,
    /// Name of the index that it probably belongs to, pushed at the same time and not read.
    pub probably_in: Option<String>,
    /// Whether it refers to an image that the repository doesn't hold.
    pub is_orphan: bool,
    /// Whether it is an index that wasn't read.
    pub is_unread: bool,
}

/// An image that belongs to another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImagePart {
    pub digest: Digest,
    pub kind: ImageKind,
    /// The platform, as its index names it.
    #[serde(with = "transload_model::text::option")]
    #[ts(type = "string | null")]
    pub platform: Option<Platform>,
    pub parts: Vec<ImagePart>,
}

/// Returns images together with everything that goes with them: parts and referrers that no other row has.
pub fn with_parts(grouped: &RepositoryRows, images: &HashSet<Digest>) -> HashSet<Digest> {
    let (going, staying): (Vec<&ImageRow>, Vec<&ImageRow>) =
        grouped.rows.iter().partition(|row| images.contains(&row.digest));
    let kept: HashSet<Digest> = staying.into_iter().flat_map(tree).collect();
    let mut all: HashSet<Digest> =
        going.into_iter().flat_map(tree).filter(|digest| !kept.contains(digest)).collect();
    all.extend(images.iter().cloned());
    all
}

/// Returns the digests of a row and everything in it.
pub(crate) fn tree(row: &ImageRow) -> HashSet<Digest> {
    fn add(parts: &[ImagePart], all: &mut HashSet<Digest>) {
        for part in parts {
            all.insert(part.digest.clone());
            add(&part.parts, all);
        }
    }
    let mut all = HashSet::from([row.digest.clone()]);
    add(&row.parts, &mut all);
    all
}
