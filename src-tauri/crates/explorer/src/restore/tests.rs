//! What can be restored after a deletion, by what ECR still holds.

use super::*;
use crate::deletion_plan::{DeletionChoice, deletion_plan};
use crate::testing::{TestRepository, digest};
use transload_manifest_cache::PullTime;

/// A tagged index with two platforms and a signature, and an image that shares a layer.
fn shop() -> TestRepository {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30), ("app", 5)]);
    shop.image("arm64", &[], &[("armbase", 28)]);
    shop.index("v1", &["1", "stable"], &[("amd64", "linux/amd64"), ("arm64", "linux/arm64")]);
    shop.referrer("signature", "v1", "application/vnd.cncf.notary.signature");
    shop
}

/// What differs from a repository in which nothing changed since the deletion.
#[derive(Default)]
struct Now {
    is_missing: bool,
    unread: &'static [&'static str],
    gone_layers: &'static [&'static str],
    existing: &'static [(&'static str, &'static [&'static str])],
}

/// What can't be restored, by name.
type Left = Vec<(&'static str, NotRestorableReason)>;

#[test]
fn a_restore_pushes_what_ecr_still_holds_and_says_why_the_rest_stays_deleted() {
    use NotRestorableReason::{LayersGone, ManifestNotKept, PartGone, RepositoryMissing, TagTaken};
    let part_gone = |name: &str| PartGone { digest: digest(name) };
    let all = ["amd64", "arm64", "v1: 1 stable", "signature"];
    let cases: [(&str, Now, Vec<&str>, Left); 8] = [
        ("nothing changed", Now::default(), all.to_vec(), vec![]),
        (
            "the repository was deleted",
            Now { is_missing: true, ..Now::default() },
            vec![],
            ["arm64", "amd64", "v1", "signature"].map(|name| (name, RepositoryMissing)).to_vec(),
        ),
        (
            "a layer is gone, and the index with it",
            Now { gone_layers: &["armbase"], ..Now::default() },
            vec!["amd64", "signature"],
            vec![("arm64", LayersGone { count: 1 }), ("v1", part_gone("arm64"))],
        ),
        (
            "a manifest wasn't read",
            Now { unread: &["signature"], ..Now::default() },
            vec!["amd64", "arm64", "v1: 1 stable"],
            vec![("signature", ManifestNotKept)],
        ),
        (
            "a tag has another image now",
            Now { existing: &[("new", &["stable"])], ..Now::default() },
            vec!["amd64", "arm64", "v1: 1", "signature"],
            vec![("v1", TagTaken { tag: "stable".to_owned() })],
        ),
        (
            "someone pushed a part again",
            Now { existing: &[("amd64", &[])], gone_layers: &["app"], ..Now::default() },
            vec!["arm64", "v1: 1 stable", "signature"],
            vec![],
        ),
        (
            "only a tag is missing",
            Now {
                existing: &[("amd64", &[]), ("arm64", &[]), ("v1", &["1"]), ("signature", &[])],
                ..Now::default()
            },
            vec!["v1: stable"],
            vec![],
        ),
        (
            "everything exists",
            Now {
                existing: &[
                    ("amd64", &[]),
                    ("arm64", &[]),
                    ("v1", &["1", "stable"]),
                    ("signature", &[]),
                ],
                ..Now::default()
            },
            vec![],
            vec![],
        ),
    ];
    for (case, now, restored, left) in cases {
        let shop = shop();
        let name = RepositoryName::parse("shop/api").unwrap();
        let pulled = |_: &EcrImage| PullTime { pulled_at_ms: None, own_read_at_ms: None };
        let choice = DeletionChoice::Images(vec![digest("v1")]);
        let deleted = deletion_plan(&name, &choice, &shop.images, &shop.read_all(), pulled).images;
        let deleted: Vec<DeletedImage> = deleted.iter().map(DeletedImage::from).collect();
        let mut facts = shop.read_all();
        facts.retain(|known, _| !now.unread.iter().any(|name| digest(name) == *known));
        let mut layers: HashSet<Digest> =
            needed_layers(deleted.iter(), &facts).into_iter().collect();
        layers.retain(|known| !now.gone_layers.iter().any(|name| digest(name) == *known));
        let mut current = TestRepository::default();
        for (name, tags) in now.existing {
            current.image(name, tags, &[]);
        }
        let current = (!now.is_missing).then_some(current.images.as_slice());
        let plan = restore_plan(&name, &deleted, &facts, current, &layers);
        let named = |found: &Digest| {
            let names = ["amd64", "arm64", "v1", "signature"];
            names.into_iter().find(|name| digest(name) == *found).unwrap()
        };
        let mut found: Vec<String> = plan
            .images
            .iter()
            .map(|image| match image.tags.as_slice() {
                [] => named(&image.digest).to_owned(),
                tags => format!("{}: {}", named(&image.digest), tags.join(" ")),
            })
            .collect();
        let index = found.iter().position(|one| one.starts_with("v1"));
        let signature = found.iter().position(|one| one == "signature");
        if let (Some(index), Some(signature)) = (index, signature) {
            assert!(index < signature, "{case}");
            assert!(index >= found.len().saturating_sub(2), "images before their index: {case}");
        }
        let mut expected: Vec<String> = restored.into_iter().map(str::to_owned).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{case}");
        let key = |(name, why): &(&str, NotRestorableReason)| format!("{name} {why:?}");
        let found: Vec<_> =
            plan.left.iter().map(|one| (named(&one.digest), one.why.clone())).collect();
        let sorted = |all: &[(&str, NotRestorableReason)]| {
            let mut keys: Vec<String> = all.iter().map(key).collect();
            keys.sort();
            keys
        };
        assert_eq!(sorted(&found), sorted(&left), "{case}");
    }
}

#[test]
fn a_tag_that_was_deleted_alone_is_set_again_on_the_image_that_stayed() {
    use NotRestorableReason::{LayersGone, ManifestNotKept, RepositoryMissing, TagTaken};
    let shop = shop();
    let name = RepositoryName::parse("shop/api").unwrap();
    let pulled = |_: &EcrImage| PullTime { pulled_at_ms: None, own_read_at_ms: None };
    let tag = Tag::parse("stable").unwrap();
    let choice = DeletionChoice::Tag { tag, digest: digest("v1") };
    let planned = deletion_plan(&name, &choice, &shop.images, &shop.read_all(), pulled);
    assert!(planned.images.is_empty(), "the image stays");
    let deleted = [DeletedImage::from(planned.tag.as_ref().unwrap())];
    assert_eq!(deleted[0].kind, ImageKind::Index);
    let parts: [(&str, &[&str]); 2] = [("amd64", &[]), ("arm64", &[])];
    // The images now, whether its manifest was read, whether it must be read first, the tags that are restored, and
    // whether their image exists, or why not.
    type Case<'a> = (
        &'a str,
        Option<&'a [(&'a str, &'a [&'a str])]>,
        bool,
        bool,
        Result<(&'a [&'a str], bool), NotRestorableReason>,
    );
    let cases: [Case; 8] = [
        ("it stays", Some(&[("v1", &["1"])]), true, false, Ok((&["stable"], true))),
        ("it stays, unread", Some(&[("v1", &["1"])]), false, true, Err(ManifestNotKept)),
        ("it lost every tag", Some(&[("v1", &[])]), true, false, Ok((&["stable"], true))),
        ("it has the tag again", Some(&[("v1", &["1", "stable"])]), true, false, Ok((&[], true))),
        (
            "another image has the tag",
            Some(&[("v1", &["1"]), ("new", &["stable"])]),
            true,
            false,
            Err(TagTaken { tag: "stable".to_owned() }),
        ),
        (
            "another image has the tag, unread",
            Some(&[("v1", &["1"]), ("new", &["stable"])]),
            false,
            false,
            Err(TagTaken { tag: "stable".to_owned() }),
        ),
        ("it was deleted, too", Some(&[]), true, false, Ok((&["stable"], false))),
        ("the repository was deleted", None, true, false, Err(RepositoryMissing)),
    ];
    for (case, now, is_read, is_read_first, expected) in cases {
        let facts = if is_read { shop.read_all() } else { HashMap::new() };
        let mut current = TestRepository::default();
        for (name, tags) in now.into_iter().flatten().chain(&parts) {
            current.image(name, tags, &[]);
        }
        let current = now.is_some().then_some(current.images.as_slice());
        let first = to_read(&deleted, &facts, current.unwrap_or_default());
        assert_eq!(!first.is_empty(), is_read_first, "{case}");
        let layers = needed_layers(deleted.iter(), &facts).into_iter().collect();
        let plan = restore_plan(&name, &deleted, &facts, current, &layers);
        match expected {
            Ok((tags, exists)) => {
                let images: Vec<_> =
                    plan.images.iter().map(|one| (one.tags.clone(), one.exists)).collect();
                let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
                let expected = if tags.is_empty() { vec![] } else { vec![(tags, exists)] };
                assert_eq!((images, plan.left.len()), (expected, 0), "{case}");
            }
            Err(why) => {
                let left: Vec<_> = plan.left.into_iter().map(|one| one.why).collect();
                assert_eq!((plan.images.len(), left), (0, vec![why]), "{case}");
            }
        }
    }
    // The image went later, and its layers with it.
    let mut app = TestRepository::default();
    app.image("app", &[], &[("base", 30)]);
    let deleted = [DeletedImage {
        digest: digest("app"),
        kind: ImageKind::Image,
        tags: vec!["2".to_owned()],
    }];
    let plan = restore_plan(&name, &deleted, &app.read_all(), Some(&[]), &HashSet::new());
    assert_eq!(plan.left[0].why, LayersGone { count: 2 });
}

/// An untagged index of an untagged index. One of its images has a tag.
fn nested() -> TestRepository {
    let mut nested = TestRepository::default();
    // The order of the list isn't the one of the pushes.
    nested.index("inner", &[], &[("leaf", "linux/amd64"), ("other", "linux/arm64")]);
    nested.index("outer", &[], &[("inner", "")]);
    nested.image("leaf", &["leaf-tag"], &[("base", 30)]);
    nested.image("other", &[], &[("armbase", 28)]);
    nested.referrer("signature", "inner", "application/vnd.cncf.notary.signature");
    nested
}

/// The dry run may not know what an index lists, so its order may not be the one in which ECR deletes and accepts images.
#[test]
fn a_nested_index_is_restored_after_its_images_whatever_the_dry_run_knew() {
    let name = RepositoryName::parse("shop/api").unwrap();
    let pulled = |_: &EcrImage| PullTime { pulled_at_ms: None, own_read_at_ms: None };
    let mut shop = nested();
    let all: Vec<Digest> = shop.images.iter().map(|image| image.digest.clone()).collect();
    for choice in [DeletionChoice::Images(all.clone()), DeletionChoice::Repository] {
        for known in [&[][..], &["outer"], &["inner"], &["outer", "inner"]] {
            for _ in 0..2 {
                let planned =
                    deletion_plan(&name, &choice, &shop.images, &shop.read(known), pulled);
                assert_eq!(planned.images.len(), 5, "{known:?}");
                let deleted: Vec<DeletedImage> =
                    planned.images.iter().map(DeletedImage::from).collect();
                let facts = shop.read_all();
                let layers = needed_layers(deleted.iter(), &facts).into_iter().collect();
                let plan = restore_plan(&name, &deleted, &facts, Some(&[]), &layers);
                assert_eq!((plan.images.len(), plan.left), (5, vec![]), "{known:?}");
                let mut present: HashSet<&Digest> = HashSet::new();
                for image in &plan.images {
                    let parts = &facts[&image.digest].children;
                    assert!(parts.iter().all(|part| present.contains(&part.digest)), "{known:?}");
                    let tags: &[&str] =
                        if image.digest == digest("leaf") { &["leaf-tag"] } else { &[] };
                    assert_eq!(image.tags, tags, "{known:?}");
                    present.insert(&image.digest);
                }
                shop.images.reverse();
            }
        }
    }
}

#[test]
fn an_image_counts_once_however_many_tags_it_was_pushed_under() {
    // Whether the image exists, how often it was pushed, and the images and tags that count.
    for (exists, writes, images, tags) in [
        (false, 0, 0, 0),
        (false, 1, 1, 0),
        (false, 3, 1, 0),
        (true, 0, 0, 0),
        (true, 1, 0, 1),
        (true, 3, 0, 3),
    ] {
        let (digest, kind) = (digest("v1"), ImageKind::Image);
        let tags_of = ["1", "1.0", "latest"].map(str::to_owned).to_vec();
        let mut outcome = RestoreOutcome::default();
        outcome.add(&ImageToRestore { digest, kind, tags: tags_of, exists }, writes);
        assert_eq!((outcome.images, outcome.tags), (images, tags), "{exists} {writes}");
    }
}
