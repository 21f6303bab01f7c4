//! Which deletions need a confirmation in words.

use super::*;
use transload_contract::{ImageKind, ImageToDelete};
use transload_model::RepositoryName;

const NOW_MS: u64 = 1_000 * 24 * 60 * 60 * 1000;

fn image(number: usize, tags: &[&str], pulled_days_ago: Option<u64>) -> ImageToDelete {
    let digest = Digest::of(number.to_string().as_bytes());
    ImageToDelete {
        goes_with: digest.clone(),
        digest,
        kind: ImageKind::Image,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        size_bytes: Some(1),
        pushed_at_ms: Some(0),
        pulled_at_ms: pulled_days_ago.map(|days| NOW_MS - days * 24 * 60 * 60 * 1000),
        is_archived: false,
    }
}

fn repository(name: &str, deletes: bool, images: Vec<ImageToDelete>) -> RepositoryDeletionPlan {
    RepositoryDeletionPlan {
        name: RepositoryName::parse(name).unwrap(),
        deletes_repository: deletes,
        images,
        tag: None,
        kept: Vec::new(),
        freed: FreedBytes::default(),
        unread_indexes: 0,
        undo_losses: Default::default(),
    }
}

#[test]
fn the_name_confirms_what_someone_may_need_and_nothing_else() {
    let untagged =
        |count: usize| (0..count).map(|number| image(number, &[], None)).collect::<Vec<_>>();
    let tagged = || vec![image(0, &["1"], None)];
    let cases = [
        ("an empty repository", vec![repository("aa", true, vec![])], None),
        (
            "several empty ones",
            vec![repository("aa", true, vec![]), repository("bb", true, vec![])],
            None,
        ),
        (
            "a repository with untagged images",
            vec![repository("aa", true, untagged(1))],
            Some("aa"),
        ),
        ("100 untagged images", vec![repository("aa", false, untagged(100))], None),
        ("101 untagged images", vec![repository("aa", false, untagged(101))], Some("aa")),
        ("a tagged image", vec![repository("aa", false, tagged())], Some("aa")),
        (
            "pulled 29 days ago",
            vec![repository("aa", false, vec![image(0, &[], Some(29))])],
            Some("aa"),
        ),
        ("pulled 31 days ago", vec![repository("aa", false, vec![image(0, &[], Some(31))])], None),
        (
            "several repositories",
            vec![repository("aa", true, untagged(3)), repository("bb", true, tagged())],
            Some("4"),
        ),
    ];
    for (case, repositories, expected) in cases {
        assert_eq!(confirmation(&repositories, NOW_MS).as_deref(), expected, "{case}");
    }
}
