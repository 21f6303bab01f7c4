//! The dry run of a deletion: which images of a repository go, in which order, and which stay for which reason. Nothing
//! here deletes: `deletion_run` carries out what a plan shows.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::deletion_order::in_order;
use crate::image_rows::{ImagePart, ImageRow, RepositoryRows, with_parts};
use crate::kind::ImageKind;
use crate::manifest_facts::ManifestFacts;
use crate::rows::rows;
use crate::sizes::{FreedBytes, Sizes};
use crate::undo_losses::{UndoLoss, undo_losses};
use transload_aws::{EcrImage, EcrImageStatus};
use transload_manifest_cache::PullTime;
use transload_model::{Digest, RepositoryName, Tag};

/// What the user chose in one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletionChoice {
    /// The repository with all its images.
    Repository,
    /// Images, each with everything that only it uses.
    Images(Vec<Digest>),
    /// A tag, on the condition that it points to this image. The image stays if it has another tag.
    Tag { tag: Tag, digest: Digest },
}

/// What a deletion does in one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryDeletionPlan {
    pub name: RepositoryName,
    /// Whether the repository is deleted after its images.
    pub deletes_repository: bool,
    /// The images that are deleted, in the order in which ECR deletes them: referrers, indexes, the images of indexes.
    pub images: Vec<ImageToDelete>,
    /// The tag that is deleted while its image stays.
    pub tag: Option<TagToDelete>,
    /// Images that were chosen, or that belong to those, and that stay.
    pub kept: Vec<KeptImage>,
    /// The bytes that this frees.
    pub freed: FreedBytes,
    /// Number of indexes whose images aren't known, because their manifest wasn't read. Images that only they list stay.
    #[ts(type = "number")]
    pub unread_indexes: u64,
    /// The images that can't be pushed again after the deletion, whatever is read before it.
    #[serde(skip)]
    pub undo_losses: HashMap<Digest, UndoLoss>,
}

/// An image that is deleted with all its tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageToDelete {
    pub digest: Digest,
    pub kind: ImageKind,
    pub tags: Vec<String>,
    /// The chosen image that it goes with: itself, or the one that it is a part or a referrer of.
    pub goes_with: Digest,
    /// Its size as ECR reports it. `None` for an index, whose images have the bytes.
    #[ts(type = "number | null")]
    pub size_bytes: Option<u64>,
    #[ts(type = "number | null")]
    pub pushed_at_ms: Option<u64>,
    /// The last pull by someone else than Transload.
    #[ts(type = "number | null")]
    pub pulled_at_ms: Option<u64>,
    /// Whether it is in archive storage, which AWS bills for at least 90 days.
    pub is_archived: bool,
}

/// A tag that is deleted without its image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct TagToDelete {
    pub tag: Tag,
    pub digest: Digest,
    pub kind: ImageKind,
}

/// An image that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct KeptImage {
    pub digest: Digest,
    pub tags: Vec<String>,
    pub why: KeptReason,
}

/// Why an image stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum KeptReason {
    /// Images that stay use it: an index lists it, or it refers to one of them. Their names.
    UsedBy { images: Vec<String> },
    /// It has a tag of its own and wasn't chosen.
    HasTag,
    /// The repository no longer holds it.
    Missing,
    /// The tag points to another image now, or doesn't exist.
    TagMoved { tag: String },
    /// It has a status that Transload doesn't know, as ECR wrote it.
    UnknownStatus { status: String },
}

/// Plans a deletion in one repository. `facts` are those of the manifests that were read.
pub fn deletion_plan(
    name: &RepositoryName,
    choice: &DeletionChoice,
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
    pull_time: impl Fn(&EcrImage) -> PullTime,
) -> RepositoryDeletionPlan {
    let grouped = rows(images, facts);
    let by_digest: HashMap<&Digest, &EcrImage> =
        images.iter().map(|image| (&image.digest, image)).collect();
    let mut plan = RepositoryDeletionPlan {
        name: name.clone(),
        deletes_repository: *choice == DeletionChoice::Repository,
        images: Vec::new(),
        tag: None,
        kept: Vec::new(),
        freed: FreedBytes::default(),
        unread_indexes: 0,
        undo_losses: HashMap::new(),
    };
    let chosen: HashSet<Digest> = match choice {
        DeletionChoice::Repository => {
            let unknown = images.iter().filter(|image| image.status.unknown_text().is_some());
            plan.kept = unknown.filter_map(kept_for_its_status).collect();
            if !plan.kept.is_empty() {
                plan.deletes_repository = false;
                return plan;
            }
            by_digest.keys().copied().cloned().collect()
        }
        DeletionChoice::Images(digests) => digests.iter().cloned().collect(),
        DeletionChoice::Tag { tag, digest } => {
            let image = by_digest.get(digest).filter(|image| image.tags.contains(tag));
            let Some(image) = image else {
                plan.kept.push(KeptImage {
                    digest: digest.clone(),
                    tags: Vec::new(),
                    why: KeptReason::TagMoved { tag: tag.to_string() },
                });
                return plan;
            };
            if let Some(kept) = kept_for_its_status(image) {
                plan.kept.push(kept);
                return plan;
            }
            if image.tags.len() > 1 || image.unreadable_tags > 0 {
                let row = grouped.rows.iter().find(|row| row.digest == *digest);
                plan.tag = Some(TagToDelete {
                    tag: tag.clone(),
                    digest: digest.clone(),
                    // A tagged image is a row.
                    kind: row.map_or(ImageKind::Other, |row| row.kind),
                });
                return plan;
            }
            // Without its last tag, ECR deletes the image.
            HashSet::from([digest.clone()])
        }
    };
    let indexes_of = indexes_of(&by_digest, facts);
    let going = going(&grouped, images, &indexes_of, &chosen);
    let described = Described { grouped: &grouped, by_digest: &by_digest, indexes_of: &indexes_of };
    plan.kept = described.kept(&chosen, &going);
    let goes_with = described.roots(&chosen, &going);
    let kinds = described.kinds();
    plan.unread_indexes = grouped.unread_indexes.len() as u64;
    plan.freed = Sizes::new(images, facts).freed(&going);
    plan.images = in_order(&grouped, images, facts, &going)
        .into_iter()
        .filter_map(|digest| {
            let image = by_digest.get(&digest)?;
            let kind = kinds.get(&digest).copied().unwrap_or(ImageKind::Other);
            Some(ImageToDelete {
                kind,
                tags: image.tags.iter().map(ToString::to_string).collect(),
                goes_with: goes_with.get(&digest).unwrap_or(&digest).clone(),
                size_bytes: image.size_bytes.filter(|_| kind != ImageKind::Index),
                pushed_at_ms: image.pushed_at_ms,
                pulled_at_ms: pull_time(image).pulled_at_ms,
                is_archived: image.status != EcrImageStatus::Active,
                digest,
            })
        })
        .collect();
    plan.undo_losses = undo_losses(&going, images, facts);
    plan
}

/// Returns an image whose status is unknown as one that stays. What it is for isn't known, so it isn't deleted.
fn kept_for_its_status(image: &EcrImage) -> Option<KeptImage> {
    let status = image.status.unknown_text()?.to_owned();
    Some(KeptImage {
        digest: image.digest.clone(),
        tags: image.tags.iter().map(ToString::to_string).collect(),
        why: KeptReason::UnknownStatus { status },
    })
}

/// Returns the indexes of a repository that list an image, by that image.
fn indexes_of<'a>(
    by_digest: &HashMap<&Digest, &'a EcrImage>,
    facts: &'a HashMap<Digest, ManifestFacts>,
) -> HashMap<&'a Digest, Vec<&'a Digest>> {
    let mut indexes: HashMap<&Digest, Vec<&Digest>> = HashMap::new();
    for (index, facts) in facts.iter().filter(|(digest, _)| by_digest.contains_key(digest)) {
        for child in &facts.children {
            indexes.entry(&child.digest).or_default().push(index);
        }
    }
    indexes
}

/// Returns the images that go: the chosen ones and what only they use, without those that an index keeps or whose status
/// is unknown. ECR refuses to delete an image while an index lists it.
fn going(
    grouped: &RepositoryRows,
    images: &[EcrImage],
    parents: &HashMap<&Digest, Vec<&Digest>>,
    chosen: &HashSet<Digest>,
) -> HashSet<Digest> {
    let present: HashSet<&Digest> = images.iter().map(|image| &image.digest).collect();
    let unknown: HashSet<&Digest> = images
        .iter()
        .filter(|image| image.status.unknown_text().is_some())
        .map(|image| &image.digest)
        .collect();
    let mut chosen: HashSet<Digest> =
        chosen.iter().filter(|digest| present.contains(digest)).cloned().collect();
    loop {
        let mut going = with_parts(grouped, &chosen);
        let is_held = |digest: &Digest, going: &HashSet<Digest>| {
            unknown.contains(digest)
                || parents
                    .get(digest)
                    .is_some_and(|parents| parents.iter().any(|one| !going.contains(*one)))
        };
        let held: HashSet<Digest> =
            chosen.iter().filter(|digest| is_held(digest, &going)).cloned().collect();
        if held.is_empty() {
            // A part of a part can be listed by an index that stays, too.
            loop {
                let held: HashSet<Digest> =
                    going.iter().filter(|digest| is_held(digest, &going)).cloned().collect();
                if held.is_empty() {
                    return going;
                }
                going.retain(|digest| !held.contains(digest));
            }
        }
        chosen.retain(|digest| !held.contains(digest));
    }
}

struct Described<'a> {
    grouped: &'a RepositoryRows,
    by_digest: &'a HashMap<&'a Digest, &'a EcrImage>,
    indexes_of: &'a HashMap<&'a Digest, Vec<&'a Digest>>,
}

impl Described<'_> {
    fn name(&self, digest: &Digest) -> String {
        let tag = self.by_digest.get(digest).and_then(|image| image.tags.first());
        tag.map_or_else(|| digest.short().to_owned(), ToString::to_string)
    }

    fn kinds(&self) -> HashMap<Digest, ImageKind> {
        let mut kinds = HashMap::new();
        for row in &self.grouped.rows {
            for_each_part(&row.parts, &mut |part| {
                kinds.entry(part.digest.clone()).or_insert(part.kind);
            });
            kinds.insert(row.digest.clone(), row.kind);
        }
        kinds
    }

    /// Returns for each image that goes the chosen row that it belongs to.
    fn roots(&self, chosen: &HashSet<Digest>, going: &HashSet<Digest>) -> HashMap<Digest, Digest> {
        let mut roots = HashMap::new();
        for row in self.grouped.rows.iter().filter(|row| going.contains(&row.digest)) {
            for_each_part(&row.parts, &mut |part| {
                roots.entry(part.digest.clone()).or_insert_with(|| row.digest.clone());
            });
        }
        let rows: HashSet<&Digest> = self.grouped.rows.iter().map(|row| &row.digest).collect();
        for digest in chosen {
            if rows.contains(digest) || !roots.contains_key(digest) {
                roots.insert(digest.clone(), digest.clone());
            }
        }
        roots
    }

    /// Returns what stays of the chosen images and of what belongs to them, with the reasons.
    fn kept(&self, chosen: &HashSet<Digest>, going: &HashSet<Digest>) -> Vec<KeptImage> {
        let mut stays: Vec<&Digest> =
            chosen.iter().filter(|digest| !going.contains(*digest)).collect();
        stays.sort_unstable_by_key(|digest| digest.as_str());
        let mut users: HashMap<&Digest, Vec<&ImageRow>> =
            stays.iter().map(|digest| (*digest, Vec::new())).collect();
        for row in self.grouped.rows.iter().filter(|row| going.contains(&row.digest)) {
            for_each_part(&row.parts, &mut |part| {
                if !going.contains(&part.digest) && !users.contains_key(&part.digest) {
                    stays.push(&part.digest);
                    users.insert(&part.digest, Vec::new());
                }
            });
        }
        for row in self.grouped.rows.iter().filter(|row| !going.contains(&row.digest)) {
            for_each_part(&row.parts, &mut |part| {
                let Some(users) = users.get_mut(&part.digest) else { return };
                // A row can have a part several times.
                if users.last().is_none_or(|last| last.digest != row.digest) {
                    users.push(row);
                }
            });
        }
        stays.into_iter().map(|digest| self.kept_image(digest, &users[digest], going)).collect()
    }

    /// Returns why an image stays that these rows, which stay, use.
    fn kept_image(
        &self,
        digest: &Digest,
        users: &[&ImageRow],
        going: &HashSet<Digest>,
    ) -> KeptImage {
        let digest = digest.clone();
        let Some(image) = self.by_digest.get(&digest) else {
            return KeptImage { digest, tags: Vec::new(), why: KeptReason::Missing };
        };
        if let Some(kept) = kept_for_its_status(image) {
            return kept;
        }
        let mut users: Vec<String> = users.iter().map(|row| self.name(&row.digest)).collect();
        if users.is_empty() {
            // A row with very many parts, or deep ones, doesn't show all of them.
            let indexes = self.indexes_of.get(&digest).into_iter().flatten();
            users = indexes.filter(|one| !going.contains(one)).map(|one| self.name(one)).collect();
            users.sort_unstable();
        }
        let why = if users.is_empty() {
            KeptReason::HasTag
        } else {
            KeptReason::UsedBy { images: users }
        };
        KeptImage { tags: image.tags.iter().map(ToString::to_string).collect(), why, digest }
    }
}

// How many parts were visited, for the test that planning visits each one a few times only.
#[cfg(test)]
thread_local! {
    static VISITED_PARTS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn for_each_part<'a>(parts: &'a [ImagePart], visit: &mut dyn FnMut(&'a ImagePart)) {
    for part in parts {
        #[cfg(test)]
        VISITED_PARTS.set(VISITED_PARTS.get() + 1);
        visit(part);
        for_each_part(&part.parts, visit);
    }
}

#[cfg(test)]
mod tests;
