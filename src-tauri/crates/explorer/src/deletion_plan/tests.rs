//! What goes and what stays, on made-up repositories.

use super::*;
use crate::rows::MAX_DEPTH;
use crate::testing::{MB, TestRepository, digest, exactly};
use transload_model::Reported;

const NOTATION: &str = "application/vnd.cncf.notary.signature";

fn plan(
    shop: &TestRepository,
    facts: &HashMap<Digest, ManifestFacts>,
    choice: &DeletionChoice,
) -> RepositoryDeletionPlan {
    let name = RepositoryName::parse("shop/api").unwrap();
    let pulled =
        |image: &EcrImage| PullTime { pulled_at_ms: image.pulled_at_ms, own_read_at_ms: None };
    deletion_plan(&name, choice, &shop.images, facts, pulled)
}

fn choose(names: &[&str]) -> DeletionChoice {
    DeletionChoice::Images(names.iter().map(|name| digest(name)).collect())
}

fn digests(plan: &RepositoryDeletionPlan) -> Vec<Digest> {
    plan.images.iter().map(|image| image.digest.clone()).collect()
}

/// Two indexes that share their image for amd64, a signature of one, and a tagged platform.
fn shop() -> TestRepository {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30), ("app", 5)]);
    shop.image("arm64", &[], &[("armbase", 28)]);
    shop.image("s390x", &["v2-s390x"], &[("zbase", 20)]);
    let both = [("amd64", "linux/amd64"), ("arm64", "linux/arm64")];
    shop.index("v4", &["4"], &both);
    shop.index("latest", &["latest"], &both[..1]);
    shop.index("v2", &["2"], &[("s390x", "linux/s390x")]);
    shop.referrer("signature", "v4", NOTATION);
    shop
}

/// Whatever is chosen, an image whose status isn't known stays, with the repository.
#[test]
fn an_image_with_an_unknown_status_stays() {
    let tag = |name: &str, tag: &str| DeletionChoice::Tag {
        tag: Tag::parse(tag).unwrap(),
        digest: digest(name),
    };
    let cases: [(&str, DeletionChoice, &[&str]); 6] = [
        ("v4", DeletionChoice::Repository, &[]),
        ("v4", choose(&["v4"]), &[]),
        ("arm64", choose(&["v4"]), &["signature", "v4"]),
        ("signature", choose(&["v4"]), &["v4", "arm64"]),
        ("v2", tag("v2", "2"), &[]),
        ("s390x", choose(&["v2", "s390x"]), &["v2"]),
    ];
    for (unknown, choice, expected) in cases {
        let mut shop = shop();
        let image = shop.images.iter_mut().find(|image| image.digest == digest(unknown)).unwrap();
        image.status = Reported::unknown("FROZEN");
        let plan = plan(&shop, &shop.read_all(), &choice);
        let expected: Vec<_> = expected.iter().map(|name| digest(name)).collect();
        assert_eq!(digests(&plan), expected, "{unknown}, {choice:?}");
        assert!(!plan.deletes_repository && plan.tag.is_none(), "{unknown}");
        let kept = plan.kept.iter().find(|kept| kept.digest == digest(unknown)).unwrap();
        assert_eq!(kept.why, KeptReason::UnknownStatus { status: "FROZEN".to_owned() });
    }
}

/// A choice, the names of the images that go, in order, and of those that stay.
type Case =
    (&'static str, DeletionChoice, &'static [&'static str], Vec<(&'static str, KeptReason)>);

#[test]
fn what_goes_and_what_stays() {
    let shop = shop();
    let used_by = |names: &[&str]| KeptReason::UsedBy {
        images: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let gone = DeletionChoice::Images(vec![digest("nobody")]);
    let last_tag =
        DeletionChoice::Tag { tag: Tag::parse("v2-s390x").unwrap(), digest: digest("s390x") };
    let cases: [Case; 7] = [
        (
            "ECR keeps the last tag of an image of an index",
            last_tag,
            &[],
            vec![("s390x", used_by(&["2"]))],
        ),
        (
            "an image of another index stays",
            choose(&["v4"]),
            &["signature", "v4", "arm64"],
            vec![("amd64", used_by(&["latest"]))],
        ),
        (
            "both indexes are deleted with their images",
            choose(&["v4", "latest"]),
            &["signature", "v4", "latest", "amd64", "arm64"],
            vec![],
        ),
        ("a part with a tag stays", choose(&["v2"]), &["v2"], vec![("s390x", KeptReason::HasTag)]),
        (
            "ECR keeps an image of an index",
            choose(&["s390x"]),
            &[],
            vec![("s390x", used_by(&["2"]))],
        ),
        ("a part that was chosen goes", choose(&["v2", "s390x"]), &["v2", "s390x"], vec![]),
        ("an image that is gone is no error", gone, &[], vec![("nobody", KeptReason::Missing)]),
    ];
    for (case, choice, deleted, kept) in cases {
        let plan = plan(&shop, &shop.read_all(), &choice);
        let expected: Vec<Digest> = deleted.iter().map(|name| digest(name)).collect();
        assert_eq!(digests(&plan), expected, "{case}");
        let found: Vec<_> =
            plan.kept.iter().map(|one| (one.digest.clone(), one.why.clone())).collect();
        let expected: Vec<_> = kept.into_iter().map(|(name, why)| (digest(name), why)).collect();
        assert_eq!(found, expected, "{case}");
        assert!(!plan.deletes_repository, "{case}");
    }
}

/// An image that stays names each row that uses it once, in their order.
#[test]
fn an_image_that_stays_names_what_uses_it() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]);
    let of = [("amd64", "linux/amd64")];
    shop.index("going", &["1"], &of);
    shop.index("inner", &[], &of);
    shop.index("nested", &["2"], &[("inner", ""), ("amd64", "linux/amd64")]);
    shop.index("direct", &["3"], &of);
    let plan = plan(&shop, &shop.read_all(), &choose(&["going"]));
    assert_eq!(digests(&plan), [digest("going")]);
    let images = vec!["2".to_owned(), "3".to_owned()];
    let [kept] = plan.kept.as_slice() else { panic!("{:?}", plan.kept) };
    assert_eq!((&kept.digest, &kept.why), (&digest("amd64"), &KeptReason::UsedBy { images }));
}

/// Every index that stays keeps the image of one that goes. Looking for the users of each image in every row would visit
/// each part once for each image.
#[test]
fn a_plan_visits_each_part_a_few_times_however_many_images_stay() {
    let visited = |count: usize| {
        let mut shop = TestRepository::default();
        let mut chosen = Vec::new();
        for number in 0..count {
            let [image, going, staying] =
                ["image", "going", "staying"].map(|of| format!("{of} {number}"));
            shop.image(&image, &[], &[]);
            shop.index(&going, &[], &[(&image, "linux/amd64")]);
            shop.index(&staying, &[&format!("tag-{number}")], &[(&image, "linux/amd64")]);
            chosen.push(digest(&going));
        }
        VISITED_PARTS.set(0);
        let plan = plan(&shop, &shop.read_all(), &DeletionChoice::Images(chosen));
        assert_eq!((plan.images.len(), plan.kept.len()), (count, count));
        VISITED_PARTS.get()
    };
    let (few, many) = (visited(20), visited(200));
    assert!(many <= few * 11, "{few} parts of 20 images and {many} of 200 were visited");
}

/// The index `last` is listed twice: at the deepest level that is shown, and, after a thousand images, at the top, where
/// its parts aren't shown again. So no row has `leaf`, which is below it.
#[test]
fn an_image_that_no_row_shows_names_the_index_that_lists_it() {
    let mut shop = TestRepository::default();
    shop.image("leaf", &["1"], &[]);
    shop.deep_index("leaf", &format!("level {}", MAX_DEPTH - 1));
    let plan = plan(&shop, &shop.read_all(), &choose(&["leaf"]));
    let images = vec![digest("deep").short().to_owned()];
    let [kept] = plan.kept.as_slice() else { panic!("{:?}", plan.kept) };
    assert_eq!((&kept.digest, &kept.why), (&digest("leaf"), &KeptReason::UsedBy { images }));
    assert!(plan.images.is_empty());
}

#[test]
fn a_plan_knows_what_takes_an_image_along_and_the_bytes_that_go() {
    let shop = shop();
    let plan = plan(&shop, &shop.read_all(), &choose(&["v4"]));
    assert!(plan.images.iter().all(|image| image.goes_with == digest("v4")));
    // The layers for amd64 stay with the other index.
    assert_eq!(plan.freed, exactly(28 * MB));
    assert_eq!(plan.images[0].kind, ImageKind::Signature);
    assert_eq!(plan.images[1].tags, ["4"]);
}

#[test]
fn a_repository_goes_with_everything_also_without_a_read_manifest() {
    let mut shop = shop();
    shop.images[0].status = EcrImageStatus::Archived.into();
    let plan = plan(&shop, &HashMap::new(), &DeletionChoice::Repository);
    assert!(plan.deletes_repository && plan.kept.is_empty());
    assert_eq!((plan.images.len(), plan.unread_indexes), (7, 3));
    assert_eq!(plan.images[0].digest, digest("signature"));
    // Indexes go before the images that they may list.
    assert!(plan.images[1..4].iter().all(|image| image.kind == ImageKind::Index));
    assert_eq!(plan.images.iter().filter(|image| image.is_archived).count(), 1);
    assert!(plan.freed.at_least < plan.freed.at_most);
}

#[test]
fn a_tag_goes_alone_unless_it_is_the_last_one() {
    let mut shop = TestRepository::default();
    shop.image("app", &["1", "latest"], &[("base", 30)]);
    shop.image("old", &["0"], &[("base", 30)]);
    let tag = |tag: &str, of: &str| DeletionChoice::Tag {
        tag: Tag::parse(tag).unwrap(),
        digest: digest(of),
    };
    let facts = shop.read_all();
    let alone = plan(&shop, &facts, &tag("latest", "app"));
    assert_eq!(alone.tag.unwrap().tag.as_str(), "latest");
    assert!(alone.images.is_empty());
    let last = plan(&shop, &facts, &tag("0", "old"));
    assert_eq!((last.tag.is_none(), digests(&last)), (true, vec![digest("old")]));
    let moved = plan(&shop, &facts, &tag("latest", "old"));
    assert_eq!(moved.kept[0].why, KeptReason::TagMoved { tag: "latest".to_owned() });
    assert!(moved.images.is_empty() && moved.tag.is_none());
}

#[test]
fn a_referrer_of_a_referrer_goes_first() {
    let mut shop = TestRepository::default();
    shop.image("v1", &["1"], &[("base", 30)]);
    shop.referrer("sbom", "v1", "application/spdx+json");
    shop.referrer("signature", "sbom", NOTATION);
    shop.referrer("timestamp", "signature", "application/vnd.example");
    let plan = plan(&shop, &shop.read_all(), &choose(&["v1"]));
    assert_eq!(digests(&plan), ["timestamp", "signature", "sbom", "v1"].map(digest));
}

/// The size that ECR reports of an index is that of its largest image.
#[test]
fn an_index_has_no_bytes_of_its_own() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]);
    shop.index("v1", &["1"], &[("amd64", "linux/amd64")]);
    for image in &mut shop.images {
        image.size_bytes = Some(30);
    }
    let name = RepositoryName::parse("shop/api").unwrap();
    let pulled = |_: &EcrImage| PullTime { pulled_at_ms: None, own_read_at_ms: None };
    let choice = DeletionChoice::Images(vec![digest("v1")]);
    let plan = deletion_plan(&name, &choice, &shop.images, &shop.read_all(), pulled);
    let sizes: Vec<_> = plan.images.iter().map(|image| image.size_bytes).collect();
    assert_eq!(sizes, [None, Some(30)]);
}
