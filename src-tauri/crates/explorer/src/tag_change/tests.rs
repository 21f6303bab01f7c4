//! What adding a tag would do, on a made-up repository, and how it is undone.

use super::*;
use crate::testing::{TestRepository, digest};
use transload_aws::EcrImageStatus;
use transload_model::{Reported, TagExclusionFilter};

fn shop() -> TestRepository {
    let mut shop = TestRepository::default();
    shop.image("old", &["prod", "1.0"], &[]);
    shop.image("lonely", &["rc-7"], &[]);
    shop.image("new", &["2.0"], &[]);
    shop.image("untagged", &[], &[]);
    shop.image("cold", &["cold"], &[]).status = EcrImageStatus::Archived.into();
    shop.image("frozen", &["frozen"], &[]).status = Reported::unknown("FROZEN");
    shop
}

fn settings(tag_mutability: Reported<TagMutability>, filters: &[&str]) -> RepositorySettings {
    let exclusion_filters =
        filters.iter().map(|text| TagExclusionFilter::parse(text).unwrap()).collect();
    RepositorySettings { tag_mutability, exclusion_filters, ..RepositorySettings::default() }
}

#[test]
fn the_effect_follows_from_who_has_the_tag_and_from_the_mutability() {
    use TagMutability::{Immutable, ImmutableWithExclusion, Mutable, MutableWithExclusion};
    let moved = |from: &str, other_tags: &[&str]| TagEffect::Moved {
        from: digest(from),
        other_tags: other_tags.iter().map(|tag| (*tag).to_owned()).collect(),
        pushed_at_ms: Some(1_000_000),
    };
    let immutable = |mutability, filters: &[&str]| TagEffect::Immutable {
        from: digest("old"),
        mutability,
        exclusion_filters: filters.iter().map(|filter| (*filter).to_owned()).collect(),
    };
    let mutable = || settings(Mutable.into(), &[]);
    let cases = [
        (mutable(), "new", "stable", TagEffect::Added),
        (mutable(), "untagged", "stable", TagEffect::Added),
        (mutable(), "new", "2.0", TagEffect::Unchanged),
        (mutable(), "new", "prod", moved("old", &["1.0"])),
        (mutable(), "new", "rc-7", moved("lonely", &[])),
        (mutable(), "cold", "stable", TagEffect::ImageUnavailable),
        (mutable(), "cold", "cold", TagEffect::Unchanged),
        // ECR decides about a status that Transload doesn't know.
        (mutable(), "frozen", "stable", TagEffect::Added),
        (settings(Immutable.into(), &[]), "new", "stable", TagEffect::Added),
        (settings(Immutable.into(), &[]), "new", "2.0", TagEffect::Unchanged),
        (settings(Immutable.into(), &[]), "new", "prod", immutable(Immutable, &[])),
        (
            settings(ImmutableWithExclusion.into(), &["dev-*"]),
            "new",
            "prod",
            immutable(ImmutableWithExclusion, &["dev-*"]),
        ),
        (settings(ImmutableWithExclusion.into(), &["pr*"]), "new", "prod", moved("old", &["1.0"])),
        (
            settings(MutableWithExclusion.into(), &["pr*"]),
            "new",
            "prod",
            immutable(MutableWithExclusion, &["pr*"]),
        ),
        (settings(MutableWithExclusion.into(), &["dev-*"]), "new", "prod", moved("old", &["1.0"])),
        (mutable(), "new", "a b", TagEffect::Invalid),
        // ECR decides.
        (settings(Reported::unknown("FROZEN"), &[]), "new", "prod", moved("old", &["1.0"])),
    ];
    let shop = shop();
    for (settings, image, tag, expected) in cases {
        let effect = tag_effect(&shop.images, &settings, &digest(image), tag);
        assert_eq!(effect, Some(expected), "{tag} on {image} with {settings:?}");
    }
    assert_eq!(tag_effect(&shop.images, &mutable(), &digest("nobody"), "stable"), None);
}

#[test]
fn a_tag_of_an_untagged_image_has_no_undo_because_ecr_would_delete_the_image() {
    let mut shop = shop();
    let undo = |name: &str, moved_from: Option<&str>| {
        let image = shop.images.iter().find(|image| image.digest == digest(name)).unwrap();
        tag_reversal(image, moved_from.map(digest).as_ref())
    };
    assert_eq!(undo("new", None), Some(TagReversal::Remove));
    assert_eq!(undo("untagged", None), None);
    let back = Some(TagReversal::MoveBack { to: digest("old") });
    assert_eq!(undo("new", Some("old")), back);
    assert_eq!(undo("untagged", Some("old")), back);
    shop.images[3].unreadable_tags = 1;
    assert_eq!(tag_reversal(&shop.images[3], None), Some(TagReversal::Remove));
}
