//! The calls of a deletion, without ECR, and what a change since the plan keeps.

use super::*;
use crate::deletion_plan::{DeletionChoice, deletion_plan};
use crate::testing::{TestRepository, digest};
use transload_manifest_cache::PullTime;
use transload_model::{RepositoryName, Tag};

fn planned(shop: &TestRepository, choice: &DeletionChoice) -> RepositoryDeletionPlan {
    let name = RepositoryName::parse("shop/api").unwrap();
    let pulled =
        |image: &EcrImage| PullTime { pulled_at_ms: image.pulled_at_ms, own_read_at_ms: None };
    deletion_plan(&name, choice, &shop.images, &shop.read_all(), pulled)
}

fn refusal(digest: &Digest, code: &str) -> DeleteFailure {
    let image = EcrImageId::Digest(digest.clone());
    DeleteFailure { image, code: code.to_owned(), reason: String::new() }
}

/// Deletes on an ECR that keeps what an index of `children` lists, also an index of the same call. Returns the sizes of
/// the calls. Source: Amazon ECR API reference, `failureCode` `ImageReferencedByManifestList` of BatchDeleteImage;
/// aws/aws-cdk#24822, in which the images of an index were kept when everything was deleted at once.
fn run(queue: &mut DeletionQueue, children: &HashMap<Digest, Vec<Digest>>) -> Vec<usize> {
    let mut calls = Vec::new();
    let mut gone: HashSet<Digest> = HashSet::new();
    while let Some(batch) = queue.next_batch() {
        calls.push(batch.len());
        let before = gone.clone();
        let is_held = |digest: &Digest| {
            children.iter().any(|(index, below)| !before.contains(index) && below.contains(digest))
        };
        let failures: Vec<DeleteFailure> = batch
            .iter()
            .filter(|digest| is_held(digest))
            .map(|digest| refusal(digest, BELOW_AN_INDEX))
            .collect();
        gone.extend(batch.iter().filter(|digest| !is_held(digest)).cloned());
        queue.record(batch, failures);
    }
    calls
}

/// 250 images: 50 indexes of two platforms, a signature each, and 50 single images.
fn large_shop() -> (TestRepository, HashMap<Digest, Vec<Digest>>) {
    let mut shop = TestRepository::default();
    let mut children = HashMap::new();
    for number in 0..50 {
        let names = ["amd64", "arm64", "index"].map(|part| format!("{part}-{number}"));
        let [amd64, arm64, index] = names.each_ref().map(String::as_str);
        shop.image(amd64, &[], &[(amd64, 30)]);
        shop.image(arm64, &[], &[(arm64, 28)]);
        shop.index(
            index,
            &[&format!("v{number}")],
            &[(amd64, "linux/amd64"), (arm64, "linux/arm64")],
        );
        shop.referrer(&format!("sig-{number}"), index, "application/vnd.cncf.notary.signature");
        shop.image(&format!("single-{number}"), &[&format!("s{number}")], &[("base", 30)]);
        children.insert(digest(index), vec![digest(amd64), digest(arm64)]);
    }
    (shop, children)
}

#[test]
fn referrers_go_first_then_indexes_then_their_images_in_few_calls() {
    let (shop, children) = large_shop();
    for choice in [
        DeletionChoice::Repository,
        DeletionChoice::Images(shop.images.iter().map(|image| image.digest.clone()).collect()),
    ] {
        let plan = planned(&shop, &choice);
        let order: Vec<Digest> = plan.images.iter().map(|image| image.digest.clone()).collect();
        assert_eq!(order.len(), 250);
        let positions = |prefix: &str| {
            let names = (0..50).map(|number| digest(&format!("{prefix}-{number}")));
            names
                .map(|one| order.iter().position(|digest| *digest == one).unwrap())
                .collect::<Vec<_>>()
        };
        let (signatures, indexes) = (positions("sig"), positions("index"));
        assert!(signatures.iter().max() < indexes.iter().min());
        assert!(indexes.iter().max() < positions("amd64").iter().min());
        let mut queue = DeletionQueue::new(order);
        let calls = run(&mut queue, &children);
        assert!((3..=5).contains(&calls.len()), "{calls:?}");
        assert!(calls.iter().all(|images| *images <= BATCH_SIZE), "{calls:?}");
        assert_eq!((queue.deleted.len(), queue.left.len()), (250, 0));
    }
}

#[test]
fn what_an_index_keeps_is_requested_again_only_while_something_goes() {
    let [index, child, other] = ["index", "child", "other"].map(digest);
    let children = HashMap::from([(index.clone(), vec![child.clone()])]);
    let mut queue = DeletionQueue::new(vec![child.clone(), index.clone()]);
    assert_eq!(run(&mut queue, &children), [2, 1]);
    assert_eq!(queue.deleted, [index, child.clone()]);
    // The index stays, so nothing that goes can release its image.
    let mut queue = DeletionQueue::new(vec![child.clone(), other]);
    assert_eq!(run(&mut queue, &children), [2, 1]);
    assert_eq!(queue.left.iter().map(|(digest, _)| digest).collect::<Vec<_>>(), [&child]);
}

#[test]
fn each_failure_is_kept_with_its_image() {
    let [gone, refused, fine] = ["gone", "refused", "fine"].map(digest);
    let mut queue = DeletionQueue::new(vec![gone.clone(), refused.clone(), fine.clone()]);
    let batch = queue.next_batch().unwrap();
    let failures = vec![refusal(&gone, NOT_FOUND), refusal(&refused, "KmsError")];
    assert_eq!(queue.record(batch, failures), 3);
    assert_eq!(queue.deleted, [gone, fine]);
    assert_eq!(queue.left[0].1.code, "KmsError");
    assert!(queue.next_batch().is_none() && !queue.has_pending());
}

#[test]
fn a_call_that_failed_leaves_its_images_pending() {
    let mut queue = DeletionQueue::new(vec![digest("a"), digest("b")]);
    let batch = queue.next_batch().unwrap();
    queue.put_back(batch);
    assert!(queue.has_pending());
    assert_eq!(queue.next_batch().unwrap(), [digest("a"), digest("b")]);
}

#[test]
fn an_image_whose_tags_changed_stays_with_everything_that_goes_with_it() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]);
    shop.index("v1", &["1"], &[("amd64", "linux/amd64")]);
    shop.referrer("signature", "v1", "application/vnd.cncf.notary.signature");
    shop.image("other", &["2"], &[("base", 30)]);
    let chosen = DeletionChoice::Images(vec![digest("v1"), digest("other")]);
    let plan = planned(&shop, &chosen);
    assert_eq!(plan.images.len(), 4);
    let mut current = shop.images.clone();
    let index = current.iter_mut().find(|image| image.digest == digest("v1")).unwrap();
    index.tags.push(Tag::parse("prod").unwrap());
    let (wanted, left) = unchanged(&plan.images, &current);
    assert_eq!(wanted, [digest("other")]);
    assert_eq!(left.len(), 3);
    assert!(
        left.iter()
            .all(|one| matches!(&one.why, LeftReason::Changed { tags } if *tags == ["1", "prod"]))
    );
    // What is gone is neither.
    current.retain(|image| image.digest != digest("other"));
    assert!(unchanged(&plan.images, &current).0.is_empty());
}

#[test]
fn a_tag_goes_only_while_it_is_not_the_last_one() {
    let planned = TagToDelete {
        tag: Tag::parse("1").unwrap(),
        digest: digest("app"),
        kind: crate::kind::ImageKind::Image,
    };
    for (tags, unreadable, expected) in [
        (&["1", "2"][..], 0, true),
        (&["1"], 1, true),
        (&["1"], 0, false),
        (&["2", "3"], 0, false),
        (&[], 0, false),
    ] {
        let mut image = crate::testing::described("app", tags, "", 0);
        image.unreadable_tags = unreadable;
        assert_eq!(has_another_tag(&image, &planned), expected, "{tags:?}");
    }
}
