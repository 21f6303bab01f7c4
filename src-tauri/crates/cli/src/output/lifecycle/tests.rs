//! How expiring images are listed.

use super::*;

fn image(tag: &str, after_days: Option<u32>) -> ExpiringImage {
    ExpiringImage {
        image: Some(0),
        tags: vec![tag.to_owned()],
        digest: None,
        rule: 3,
        action: LifecycleAction::Expire,
        after_days,
    }
}

#[test]
fn images_are_named_with_their_rule_up_to_a_limit() {
    assert_eq!(listed(&[image("1", None)]), "1 (rule 3, within 24 hours)");
    assert_eq!(listed(&[image("1", Some(14))]), "1 (rule 3, after 14 days)");
    let many = vec![image("1", None); 25];
    assert!(listed(&many).ends_with(", and 5 more"));
    let untagged = ExpiringImage {
        tags: Vec::new(),
        digest: Some("sha256:aa".to_owned()),
        action: LifecycleAction::Archive,
        ..image("", None)
    };
    assert_eq!(listed(&[untagged]), "sha256:aa (archived, rule 3, within 24 hours)");
}
