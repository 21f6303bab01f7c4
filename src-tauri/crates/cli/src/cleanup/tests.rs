//! Tests of the clean-up command.

use serde_json::json;

use super::*;

#[test]
fn a_proposal_that_lacks_manifests_is_an_error() {
    let proposal = |unread_manifests| CleanupProposal {
        class: CleanupClass::LooseImages,
        unread_manifests,
        images: Vec::new(),
        kept: Vec::new(),
        deleted: Vec::new(),
        freed: transload_contract::FreedBytes::default(),
    };
    assert!(known(proposal(0), "shop/api").is_ok());
    for (unread, words) in [(1, "1 manifest of shop/api"), (3, "3 manifests of shop/api")] {
        let error = known(proposal(unread), "shop/api").unwrap_err();
        assert_eq!(error.code, ErrorCode::ManifestsUnreadable);
        assert!(error.message.starts_with(words), "{}", error.message);
    }
}

/// A digest that consists of one digit.
fn digest(digit: u32) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}

#[test]
fn only_what_was_shown_is_deleted() {
    // The images of the plan, by digit with their tags. The proposal has image 1 with the tag `old`, and its part 2.
    type Images<'a> = &'a [(u32, &'a [&'a str])];
    let cases: [(Images<'_>, bool); 7] = [
        (&[(1, &["old"]), (2, &[])], true),
        (&[(1, &["old"])], true),
        (&[(1, &[])], true),
        (&[], true),
        (&[(1, &["old", "prod"]), (2, &[])], false),
        (&[(1, &["prod"])], false),
        (&[(1, &["old"]), (3, &[])], false),
    ];
    let freed = json!({"at_least": 0, "at_most": 0});
    let image = |digit: u32, tags: &[&str]| {
        json!({
            "digest": digest(digit), "kind": "image", "tags": tags, "goes_with": digest(1), "size_bytes": null,
            "pushed_at_ms": null, "pulled_at_ms": null, "is_archived": false,
        })
    };
    let found = json!({
        "class": "unused", "unread_manifests": 0, "images": [image(1, &["old"])], "kept": [],
        "deleted": [digest(1), digest(2)], "freed": freed,
    });
    let found: CleanupProposal = serde_json::from_value(found).unwrap();
    for (images, is_shown) in cases {
        let images: Vec<_> = images.iter().map(|(digit, tags)| image(*digit, tags)).collect();
        let plan = json!({
            "deletion": "d",
            "destination": {"account_id": "1", "partition": "aws", "region": "r", "registry": "h"},
            "repositories": [{
                "name": "shop/api", "deletes_repository": false, "images": images, "tag": null, "kept": [],
                "freed": freed, "unread_indexes": 0,
            }],
            "unreadable": [], "unread": [], "no_undo": [], "confirmation": null, "freed": freed,
            "totals": {"repositories": 0, "images": 0, "tags": 0},
        });
        let plan: DeletionPlan = serde_json::from_value(plan).unwrap();
        let error = ensure_shown(&plan, &found, "shop/api").err();
        let code = error.map(|error| error.code);
        assert_eq!(code, (!is_shown).then_some(ErrorCode::ReviewUnknown), "{plan:?}");
    }
}
