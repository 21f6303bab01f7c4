//! Which images of a deletion can't be pushed again, whatever is read before. `deletion_plan` asks, so that the user knows
//! before the deletion. What can be pushed again is decided by `restore`, from what ECR holds then.
//!
//! The kind doesn't matter: a signature, an attestation and an SBOM are a manifest and layers as well, and ECR accepts
//! them while it has their layers.

use std::collections::{HashMap, HashSet};

use crate::manifest_facts::ManifestFacts;
use transload_aws::{EcrImage, EcrImageStatus};
use transload_model::Digest;

/// Why an image can't be pushed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoLoss {
    /// ECR returns no manifest from the archive, and calls layers that only archived images have unavailable.
    Archived,
    /// It is an index, and the repository lacks an image that it lists. ECR refuses such an index.
    PartMissing,
}

/// Returns the images that go and can't be pushed again. `facts` are those of the manifests that were read.
pub(crate) fn undo_losses<'a>(
    going: impl IntoIterator<Item = &'a Digest>,
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
) -> HashMap<Digest, UndoLoss> {
    let by_digest: HashMap<&Digest, &EcrImage> =
        images.iter().map(|image| (&image.digest, image)).collect();
    let is_active = |image: &&EcrImage| image.status == EcrImageStatus::Active;
    let active = images.iter().filter(is_active).filter_map(|image| facts.get(&image.digest));
    let available: HashSet<&Digest> =
        active.flat_map(|facts| &facts.blobs).map(|(digest, _)| digest).collect();
    let mut losses = HashMap::new();
    let mut indexes = Vec::new();
    for digest in going {
        let Some(image) = by_digest.get(digest) else { continue };
        let facts = facts.get(digest);
        let is_held = facts
            .is_some_and(|facts| facts.blobs.iter().all(|(digest, _)| available.contains(digest)));
        if !is_active(image) && !is_held {
            losses.insert(digest.clone(), UndoLoss::Archived);
        } else if let Some(facts) = facts.filter(|facts| !facts.children.is_empty()) {
            indexes.push((digest, facts));
        }
    }
    // An index can list an index.
    loop {
        let before = losses.len();
        for (digest, facts) in &indexes {
            let lost = facts.children.iter().find_map(|child| {
                let missing =
                    || (!by_digest.contains_key(&child.digest)).then_some(UndoLoss::PartMissing);
                losses.get(&child.digest).copied().or_else(missing)
            });
            if let Some(why) = lost {
                losses.entry((*digest).clone()).or_insert(why);
            }
        }
        if losses.len() == before {
            return losses;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UndoLoss::{Archived, PartMissing};
    use super::*;
    use crate::testing::{TestRepository, digest};

    /// An index of two platforms and an attestation, with a signature and an SBOM, and an image that shares a layer.
    fn shop() -> TestRepository {
        let mut shop = TestRepository::default();
        shop.image("amd64", &[], &[("base", 30), ("app", 5)]);
        shop.image("arm64", &[], &[("armbase", 28)]);
        shop.image("attestation", &[], &[("provenance", 1)]);
        let platforms =
            [("amd64", "linux/amd64"), ("arm64", "linux/arm64"), ("attestation", "amd64")];
        shop.index("v1", &["1"], &platforms);
        shop.index("outer", &["all"], &[("v1", "")]);
        shop.referrer("signature", "v1", "application/vnd.cncf.notary.signature");
        shop.referrer("sbom", "v1", "application/spdx+json");
        shop
    }

    #[test]
    fn every_kind_is_lost_by_the_archive_and_an_index_with_a_part_too() {
        let all = ["signature", "sbom", "outer", "v1", "amd64", "arm64", "attestation"];
        // What is archived, what the repository lacks, whether manifests were read, and what can't be pushed again.
        type Case =
            (&'static [&'static str], &'static [&'static str], bool, Vec<(&'static str, UndoLoss)>);
        let cases: Vec<Case> = vec![
            (&[], &[], true, vec![]),
            (&[], &[], false, vec![]),
            (&["signature"], &[], true, vec![("signature", Archived)]),
            (&["signature"], &[], false, vec![("signature", Archived)]),
            (&["sbom"], &[], true, vec![("sbom", Archived)]),
            (
                &["attestation"],
                &[],
                true,
                vec![("attestation", Archived), ("v1", Archived), ("outer", Archived)],
            ),
            (&["arm64"], &[], false, vec![("arm64", Archived)]),
            // An index has no layers, so its manifest is enough.
            (&["v1"], &[], true, vec![]),
            (&["v1"], &[], false, vec![("v1", Archived)]),
            (&[], &["arm64"], true, vec![("v1", PartMissing), ("outer", PartMissing)]),
            (&[], &["v1"], true, vec![("outer", PartMissing)]),
            // What an unread index lists isn't known.
            (&[], &["arm64"], false, vec![]),
            // A referrer can be pushed without its image.
            (&[], &["outer", "v1"], true, vec![]),
        ];
        for (archived, missing, is_read, expected) in cases {
            let mut shop = shop();
            let facts = if is_read { shop.read_all() } else { HashMap::new() };
            shop.images.retain(|image| !missing.iter().any(|name| image.digest == digest(name)));
            for image in &mut shop.images {
                if archived.iter().any(|name| image.digest == digest(name)) {
                    image.status = EcrImageStatus::Archived.into();
                }
            }
            let going: Vec<Digest> = all.iter().map(|name| digest(name)).collect();
            let found = undo_losses(&going, &shop.images, &facts);
            let expected: HashMap<Digest, UndoLoss> =
                expected.into_iter().map(|(name, why)| (digest(name), why)).collect();
            assert_eq!(found, expected, "{archived:?} archived, {missing:?} missing, {is_read}");
        }
    }

    #[test]
    fn layers_that_an_active_image_has_are_available() {
        let mut shop = TestRepository::default();
        shop.image("old", &[], &[("base", 30)]).status = EcrImageStatus::Archived.into();
        let going = [digest("old")];
        let mut facts = shop.read_all();
        let lost =
            |facts: &_, shop: &TestRepository| undo_losses(&going, &shop.images, facts).len();
        assert_eq!(lost(&facts, &shop), 1);
        let blobs = facts[&digest("old")].blobs.clone();
        shop.image("new", &["1"], &[]);
        facts.insert(digest("new"), ManifestFacts { blobs, ..ManifestFacts::default() });
        assert_eq!(lost(&facts, &shop), 0);
    }
}
