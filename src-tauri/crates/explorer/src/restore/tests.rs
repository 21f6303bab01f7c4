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
        let deleted: Vec<&ImageToDelete> = deleted.iter().collect();
        let mut facts = shop.read_all();
        facts.retain(|known, _| !now.unread.iter().any(|name| digest(name) == *known));
        let mut layers: HashSet<Digest> =
            needed_layers(deleted.iter().copied(), &facts).into_iter().collect();
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
