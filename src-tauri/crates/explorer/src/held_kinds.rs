//! The kinds of the images that a repository holds, for the filter of the list of repositories.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::image_rows::{ImagePart, RepositoryRows};
use crate::kind::ImageKind;
use crate::manifest_facts::ManifestFacts;
use transload_model::Digest;

/// The kinds of the images of a repository, of rows and of their parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct HeldKinds {
    pub known: Vec<ImageKind>,
    /// Further kinds that images may turn out to have when their manifests, or those of their indexes, are read.
    pub possible: Vec<ImageKind>,
}

/// Returns the kinds of the images in the rows of a repository. `facts` are those of the manifests that were read.
pub fn held_kinds(grouped: &RepositoryRows, facts: &HashMap<Digest, ManifestFacts>) -> HeldKinds {
    let (mut known, mut possible) = (BTreeSet::new(), BTreeSet::<ImageKind>::new());
    let mut add = |digest: &Digest, kind: ImageKind| {
        known.insert(kind);
        if !facts.contains_key(digest) {
            possible.extend(kinds_after_read(kind));
        }
    };
    let mut left: Vec<&ImagePart> = Vec::new();
    for row in &grouped.rows {
        add(&row.digest, row.kind);
        left.extend(&row.parts);
    }
    while let Some(part) = left.pop() {
        add(&part.digest, part.kind);
        left.extend(&part.parts);
    }
    let possible = possible.difference(&known).copied().collect();
    HeldKinds { known: known.into_iter().collect(), possible }
}

/// Returns the kinds that reading a manifest of this kind can reveal, of itself or of what it lists.
fn kinds_after_read(kind: ImageKind) -> &'static [ImageKind] {
    use ImageKind::{Attestation, BuildCache, Provenance, Sbom, Signature};
    match kind {
        // It may mark some of its images as attestations, or be a cache itself.
        ImageKind::Index => &[Sbom, Provenance, Attestation, BuildCache],
        // Its annotations name the type of its statement, such as the one of a sigstore bundle.
        Attestation | Signature => &[Signature, Sbom, Provenance, Attestation],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::rows;
    use crate::testing::TestRepository;

    const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// A tagged index with a platform and its attestation, a chart, and a bundle that refers to the index.
    fn shop() -> TestRepository {
        let mut shop = TestRepository::default();
        shop.image("amd64", &[], &[("base", 30)]);
        shop.image("att", &[], &[("statement", 0)]);
        shop.index("v2", &["v2"], &[("amd64", "linux/amd64"), ("att", "amd64")]);
        let chart = shop.image("chart", &["chart-1"], &[("templates", 1)]);
        chart.artifact_media_type = Some("application/vnd.cncf.helm.config.v1+json".to_owned());
        shop.referrer("bundle", "v2", BUNDLE);
        let provenance = "https://slsa.dev/provenance/v1";
        shop.annotate("bundle", "dev.sigstore.bundle.predicateType", provenance);
        shop
    }

    #[test]
    fn kinds_are_those_of_rows_and_parts_and_unread_manifests_may_have_more() {
        use ImageKind::{Attestation, BuildCache, HelmChart, Image, Index, Provenance, Sbom};
        let signature = ImageKind::Signature;
        let shop = shop();
        for (read, known, possible) in [
            (
                &[][..],
                &[Image, Index, signature, HelmChart][..],
                &[Sbom, Provenance, Attestation, BuildCache][..],
            ),
            (&["v2"], &[Image, Index, signature, Attestation, HelmChart], &[Sbom, Provenance]),
            (&["v2", "att", "bundle"], &[Image, Index, Provenance, Attestation, HelmChart], &[]),
        ] {
            let facts = shop.read(read);
            let held = held_kinds(&rows(&shop.images, &facts), &facts);
            assert_eq!((&*held.known, &*held.possible), (known, possible), "{read:?}");
        }
    }

    #[test]
    fn a_repository_without_indexes_and_attestations_is_known_before_a_read() {
        let mut plain = TestRepository::default();
        plain.image("v1", &["v1"], &[("base", 30)]);
        let none = HashMap::new();
        let held = held_kinds(&rows(&plain.images, &none), &none);
        assert_eq!(held, HeldKinds { known: vec![ImageKind::Image], possible: Vec::new() });
        assert_eq!(held_kinds(&RepositoryRows::default(), &none), HeldKinds::default());
    }
}
