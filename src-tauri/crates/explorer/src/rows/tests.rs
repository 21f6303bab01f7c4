//! The grouping of made-up repositories, read in part and as a whole.

use super::*;
use crate::testing::{MB, TestRepository, described, digest};
use transload_aws::EcrImageStatus;
use transload_model::{Tag, media_type};

const NEW_ATTESTATION: &str = "application/vnd.docker.attestation.manifest.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const NOTATION: &str = "application/vnd.cncf.notary.signature";

/// `shop/api`: an index with two platforms, each with an attestation as BuildKit before 0.32 writes it.
fn shop_api() -> TestRepository {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30), ("app1", 5)]);
    shop.image("arm64", &[], &[("armbase", 28), ("armapp", 5)]);
    shop.image("att1", &[], &[("statement1", 0)]);
    shop.image("att2", &[], &[("statement2", 0)]);
    shop.index(
        "v2",
        &["v2"],
        &[("amd64", "linux/amd64"), ("arm64", "linux/arm64"), ("att1", "amd64"), ("att2", "arm64")],
    );
    shop
}

fn names(rows: &RepositoryRows) -> Vec<Digest> {
    rows.rows.iter().map(|row| row.digest.clone()).collect()
}

fn digests(parts: &[ImagePart]) -> Vec<Digest> {
    parts.iter().map(|part| part.digest.clone()).collect()
}

#[test]
fn a_single_image_is_one_row() {
    let mut shop = TestRepository::default();
    shop.image("v1", &["v1"], &[("base", 30)]);
    let rows = rows(&shop.images, &HashMap::new());
    assert_eq!((names(&rows), rows.parts), (vec![digest("v1")], 0));
    assert!(rows.rows[0].parts.is_empty() && rows.unread_indexes.is_empty());
}

#[test]
fn an_index_is_one_row_with_platforms_and_attestations() {
    let shop = shop_api();
    let unread = rows(&shop.images, &HashMap::new());
    assert_eq!(unread.unread_indexes, [digest("v2")]);
    let guesses: Vec<_> = unread.rows.iter().map(|row| row.probably_in.as_deref()).collect();
    assert_eq!(guesses, [Some("v2"), Some("v2"), Some("v2"), Some("v2"), None]);
    assert!(unread.rows[4].is_unread);
    // What is an attestation, only the index says.
    let kinds: Vec<_> = unread.rows.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, [[ImageKind::Image; 4].as_slice(), &[ImageKind::Index]].concat());

    // One index is read, and nothing else.
    let read = rows(&shop.images, &shop.read(&["v2"]));
    assert_eq!((names(&read), read.parts), (vec![digest("v2")], 4));
    let row = &read.rows[0];
    assert_eq!(row.platforms, ["linux/amd64", "linux/arm64"]);
    assert_eq!((row.attestations, row.is_unread), (2, false));
    assert_eq!(digests(&row.parts), [digest("amd64"), digest("arm64")]);
    assert_eq!(digests(&row.parts[1].parts), [digest("att2")]);
    assert_eq!(row.parts[0].parts[0].kind, ImageKind::Attestation);
}

#[test]
fn an_image_probably_belongs_to_the_nearest_unread_index_that_was_pushed_within_two_seconds() {
    // When the image was pushed, with indexes at 10 and at 14 seconds.
    for (pushed_at_ms, expected) in [
        (7_999, None),
        (8_000, Some("early")),
        (10_000, Some("early")),
        (11_999, Some("early")),
        (12_001, Some("late")),
        (16_000, Some("late")),
        (16_001, None),
    ] {
        let mut shop = TestRepository::default();
        shop.image("part", &[], &[("base", 30)]).pushed_at_ms = Some(pushed_at_ms);
        shop.index("early", &["early"], &[]).pushed_at_ms = Some(10_000);
        shop.index("late", &["late"], &[]).pushed_at_ms = Some(14_000);
        let rows = rows(&shop.images, &HashMap::new());
        let part = rows.rows.iter().find(|row| row.digest == digest("part")).unwrap();
        assert_eq!(part.probably_in.as_deref(), expected, "{pushed_at_ms}");
    }
}

/// A made-up repository, the manifests that were read, and its number of images.
type Counted = (&'static str, fn(&mut TestRepository), &'static [&'static str], u64, bool);

#[test]
fn a_number_of_images_is_exact_unless_an_unread_index_may_list_some() {
    fn one_index(shop: &mut TestRepository) {
        shop.image("amd64", &[], &[]);
        shop.index("v2", &["v2"], &[("amd64", "linux/amd64")]);
    }
    let cases: [Counted; 7] = [
        ("nothing", |_| {}, &[], 0, true),
        (
            "an untagged image",
            |shop| {
                shop.image("amd64", &[], &[]);
            },
            &[],
            1,
            true,
        ),
        ("an unread index and an untagged image", one_index, &[], 2, false),
        ("the same after a read", one_index, &["v2"], 1, true),
        (
            "an unread index and a tagged image",
            |shop| {
                shop.image("amd64", &["v1"], &[]);
                shop.index("v2", &["v2"], &[("amd64", "linux/amd64")]);
            },
            &[],
            2,
            true,
        ),
        (
            "an untagged index alone",
            |shop| {
                shop.index("v2", &[], &[]);
            },
            &[],
            1,
            true,
        ),
        (
            "an archived index, which can't be read",
            |shop| {
                shop.image("amd64", &[], &[]);
                shop.index("v2", &["v2"], &[("amd64", "linux/amd64")]).status =
                    EcrImageStatus::Archived.into();
            },
            &[],
            2,
            false,
        ),
    ];
    for (name, fill, read, count, is_exact) in cases {
        let mut shop = TestRepository::default();
        fill(&mut shop);
        let found = rows(&shop.images, &shop.read(read));
        assert_eq!(found.images, ImageCount { count, is_exact }, "{name}");
    }
    let mut shop = TestRepository::default();
    one_index(&mut shop);
    let unusable = ManifestFacts { is_unusable: true, ..ManifestFacts::default() };
    let found = rows(&shop.images, &HashMap::from([(digest("v2"), unusable)]));
    assert_eq!(found.images, ImageCount { count: 2, is_exact: false }, "it can't be parsed");
}

#[test]
fn new_attestations_stand_under_their_platform_before_anything_is_read() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]);
    shop.referrer("att", "amd64", NEW_ATTESTATION);
    shop.index("v2", &["v2"], &[("amd64", "linux/amd64"), ("att", "amd64")]);
    let unread = rows(&shop.images, &HashMap::new());
    assert_eq!(names(&unread), [digest("amd64"), digest("v2")]);
    assert_eq!(digests(&unread.rows[0].parts), [digest("att")]);
    let read = rows(&shop.images, &shop.read(&["v2"]));
    assert_eq!(names(&read), [digest("v2")]);
    assert_eq!(digests(&read.rows[0].parts), [digest("amd64")]);
    assert_eq!(
        digests(&read.rows[0].parts[0].parts),
        [digest("att")],
        "once, although listed twice"
    );
}

#[test]
fn signatures_of_all_kinds_belong_to_their_image_without_a_read() {
    let mut shop = TestRepository::default();
    shop.image("v1", &["v1"], &[("base", 30)]);
    shop.referrer("notation", "v1", NOTATION);
    shop.referrer("bundle", "v1", BUNDLE);
    let tag = format!("sha256-{}.sig", digest("v1").hex());
    shop.image("cosign", &[&tag], &[]);
    let unread = rows(&shop.images, &HashMap::new());
    assert_eq!((names(&unread), unread.rows[0].signatures), (vec![digest("v1")], 3));

    // A bundle can hold provenance instead, which only its manifest says.
    shop.annotate("bundle", "dev.sigstore.bundle.predicateType", "https://slsa.dev/provenance/v1");
    let read = rows(&shop.images, &shop.read(&["bundle"]));
    assert_eq!((read.rows[0].signatures, read.rows[0].provenances), (2, 1));
}

#[test]
fn a_referrer_without_its_image_is_an_orphan() {
    let mut shop = TestRepository::default();
    let tag = format!("sha256-{}.sig", digest("gone").hex());
    shop.image("cosign", &[&tag], &[]);
    shop.referrer("notation", "gone", NOTATION);
    shop.image("v1", &["v1"], &[]);
    let rows = rows(&shop.images, &HashMap::new());
    let orphans: Vec<_> = rows.rows.iter().map(|row| row.is_orphan).collect();
    assert_eq!(orphans, [true, true, false]);
    assert_eq!(rows.rows[0].kind, ImageKind::Signature);
}

#[test]
fn an_index_in_an_index_counts_its_images_once() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]);
    shop.image("arm64", &[], &[("armbase", 28)]);
    shop.index("inner", &[], &[("amd64", "linux/amd64"), ("arm64", "linux/arm64")]);
    shop.index("outer", &["v3"], &[("inner", ""), ("amd64", "linux/amd64")]);
    let rows = rows(&shop.images, &shop.read_all());
    assert_eq!(names(&rows), [digest("outer")]);
    assert_eq!(rows.rows[0].platforms.len(), 2);
    assert_eq!(rows.rows[0].parts[0].parts.len(), 2);
    assert_eq!(rows.rows[0].size, ImageSize { bytes: 58 * MB, is_exact: true });
}

#[test]
fn a_child_of_two_indexes_stands_under_both_and_its_bytes_count_once() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]);
    shop.index("one", &["v4"], &[("amd64", "linux/amd64")]);
    shop.index("two", &["latest"], &[("amd64", "linux/amd64")]);
    let facts = shop.read_all();
    let rows = rows(&shop.images, &facts);
    assert_eq!(names(&rows), [digest("one"), digest("two")]);
    assert_eq!(digests(&rows.rows[0].parts), digests(&rows.rows[1].parts));
    assert_eq!(rows.size.bytes, 30 * MB);
    assert_eq!(rows.rows[0].only_here_bytes, Some(0));
    let freed = Sizes::new(&shop.images, &facts).freed(&HashSet::from([digest("one")]));
    assert_eq!(freed, crate::testing::exactly(0));
}

#[test]
fn a_tagged_child_is_a_row_and_a_part() {
    let mut shop = shop_api();
    shop.images[1].tags = vec![Tag::parse("v2-arm64").unwrap()];
    let rows = rows(&shop.images, &shop.read(&["v2"]));
    assert_eq!(names(&rows), [digest("arm64"), digest("v2")]);
    assert_eq!(rows.rows[0].also_in, ["v2"]);
    assert_eq!(rows.rows[1].platforms.len(), 2);
}

#[test]
fn sizes_are_bounds_until_the_manifests_are_read() {
    let shop = shop_api();
    // ECR's own sizes add up to 103 MB, because that of the index is the size of its largest child.
    let listed: u64 = shop.images.iter().filter_map(|image| image.size_bytes).sum();
    assert_eq!(listed, 103 * MB);
    let unread = rows(&shop.images, &HashMap::new());
    assert_eq!(unread.size, ImageSize { bytes: 68 * MB, is_exact: false });
    let read = rows(&shop.images, &shop.read_all());
    assert_eq!(read.size, ImageSize { bytes: 68 * MB, is_exact: true });
    assert_eq!(read.rows[0].only_here_bytes, Some(68 * MB));
    assert!(read.unread_manifests.is_empty());

    // With attestations of 40 kB each.
    let (mut shop, mut facts) = (shop_api(), shop.read_all());
    for attestation in ["att1", "att2"].map(digest) {
        let image = shop.images.iter_mut().find(|image| image.digest == attestation).unwrap();
        image.size_bytes = Some(40_000);
        facts.get_mut(&attestation).unwrap().blobs = vec![(attestation.clone(), 40_000)];
    }
    let listed: u64 = shop.images.iter().filter_map(|image| image.size_bytes).sum();
    assert_eq!(listed, 103_080_000);
    let size = rows(&shop.images, &facts).size;
    assert_eq!(size, ImageSize { bytes: 68_080_000, is_exact: true });
}

#[test]
fn archived_images_are_listed_and_never_read() {
    let mut shop = shop_api();
    for image in &mut shop.images {
        image.status = EcrImageStatus::Archived.into();
    }
    let rows = rows(&shop.images, &HashMap::new());
    assert_eq!(rows.rows.len(), 5);
    assert!(rows.unread_indexes.is_empty() && rows.unread_manifests.is_empty());
    assert!(!rows.size.is_exact);
}

#[test]
fn tags_that_attach_images_to_each_other_in_a_circle_end() {
    let mut shop = TestRepository::default();
    shop.image("one", &[&format!("sha256-{}.sig", digest("two").hex())], &[]);
    shop.image("two", &[&format!("sha256-{}.sig", digest("one").hex())], &[]);
    shop.image("self", &[&format!("sha256-{}.att", digest("self").hex())], &[]);
    // Neither is lost, although neither is a row of its own.
    let rows = rows(&shop.images, &HashMap::new());
    assert!(names(&rows).contains(&digest("self")));
    let shown: HashSet<_> = rows.rows.iter().flat_map(tree).collect();
    assert_eq!(shown.len(), 3);
}

#[test]
fn a_list_of_referrers_belongs_to_its_image_and_hides_nothing() {
    let mut shop = TestRepository::default();
    shop.image("v1", &["v1"], &[]);
    shop.referrer("notation", "v1", NOTATION);
    let tag = format!("sha256-{}", digest("v1").hex());
    shop.index("list", &[&tag], &[("notation", "")]);
    let rows = rows(&shop.images, &shop.read_all());
    assert_eq!(names(&rows), [digest("v1")]);
    assert_eq!((rows.rows[0].signatures, rows.rows[0].referrers), (1, 1));
}

/// Ten thousand images: a third indexes, a third platforms, a third attestations.
#[test]
fn a_large_repository_is_grouped_at_once() {
    let mut shop = TestRepository::default();
    let mut indexes = Vec::new();
    for number in 0..3_400 {
        let (image, attestation, index) =
            (format!("i{number}"), format!("a{number}"), format!("x{number}"));
        shop.image(&image, &[], &[("base", 30), (&format!("app{number}"), 1)]);
        shop.image(&attestation, &[], &[]);
        shop.index(
            &index,
            &[&format!("v{number}")],
            &[(&image, "linux/amd64"), (&attestation, &image)],
        );
        indexes.push(index);
    }
    let rows = rows(&shop.images, &shop.read_all());
    assert_eq!(rows.rows.len(), 3_400);
    assert_eq!(rows.size, ImageSize { bytes: (30 + 3_400) * MB, is_exact: true });
}

#[test]
fn other_artifacts_have_their_own_kinds() {
    let mut chart = described("chart", &["1.0.0"], media_type::OCI_MANIFEST, 1);
    chart.artifact_media_type = Some("application/vnd.cncf.helm.config.v1+json".to_owned());
    let rows = rows(&[chart], &HashMap::new());
    assert_eq!(rows.rows[0].kind, ImageKind::HelmChart);
}

/// Every index lists the same ten of the next level. Without a limit, the row has a thousand million parts.
#[test]
fn indexes_that_list_the_same_indexes_again_end() {
    let mut shop = TestRepository::default();
    let name = |level: usize, number: usize| format!("{level}/{number}");
    for level in (0..9).rev() {
        for number in 0..10 {
            let below: Vec<String> = (0..10).map(|number| name(level + 1, number)).collect();
            let entries: Vec<(&str, &str)> = below.iter().map(|name| (name.as_str(), "")).collect();
            shop.index(&name(level, number), &[], if level == 8 { &[] } else { &entries });
        }
    }
    let top: Vec<String> = (0..10).map(|number| name(0, number)).collect();
    let entries: Vec<(&str, &str)> = top.iter().map(|name| (name.as_str(), "")).collect();
    shop.index("top", &["top"], &entries);
    let rows = rows(&shop.images, &shop.read_all());
    let shown: HashSet<_> = rows.rows.iter().flat_map(tree).collect();
    assert_eq!(shown.len(), shop.images.len(), "nothing is lost");
}

/// The index `deep` is listed twice: below the deepest level that is shown, and, after a thousand images, at the top.
#[test]
fn an_index_that_was_first_too_deep_is_shown_where_it_is_listed_again() {
    let mut shop = TestRepository::default();
    shop.image("leaf", &[], &[]);
    shop.deep_index("leaf", "deep");
    let rows = rows(&shop.images, &shop.read_all());
    let deep = rows.rows[0].parts.last().unwrap();
    assert_eq!((&deep.digest, digests(&deep.parts)), (&digest("deep"), vec![digest("leaf")]));
}

#[test]
fn a_missing_or_foreign_child_and_an_index_of_itself_are_left_out() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]);
    shop.index(
        "v1",
        &["v1"],
        &[("amd64", "linux/amd64"), ("gone", "linux/arm64"), ("v1", ""), ("attestation", "gone")],
    );
    shop.image("attestation", &[], &[]);
    let rows = rows(&shop.images, &shop.read_all());
    assert_eq!(names(&rows), [digest("v1")]);
    // What describes a missing platform stands beside the platforms.
    assert_eq!(digests(&rows.rows[0].parts), [digest("amd64"), digest("attestation")]);
    assert_eq!((rows.rows[0].platforms.len(), rows.rows[0].attestations), (1, 1));
}

#[test]
fn a_referrer_of_a_referrer_nests() {
    let mut shop = TestRepository::default();
    shop.image("v1", &["v1"], &[]);
    shop.referrer("signature", "sbom", NOTATION);
    shop.referrer("sbom", "v1", "application/spdx+json");
    let rows = rows(&shop.images, &HashMap::new());
    assert_eq!(names(&rows), [digest("v1")]);
    assert_eq!(digests(&rows.rows[0].parts[0].parts), [digest("signature")]);
    assert_eq!((rows.rows[0].sboms, rows.rows[0].signatures), (1, 1));
}
