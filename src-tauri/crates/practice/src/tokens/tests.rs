//! Tokens that are valid, expired, and of another key or server.

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn a_token_is_valid_until_it_is_revoked_and_a_new_one_is_valid_again() {
    let tokens = Tokens::default();
    let (first, _) = tokens.issue("key", "ecr", "AWS", Vec::new(), HOUR);
    assert!(matches!(tokens.check("key", "ecr", &first), Verdict::Valid(_)));
    tokens.expire_all();
    assert!(matches!(tokens.check("key", "ecr", &first), Verdict::Expired));
    let (second, _) = tokens.issue("key", "ecr", "AWS", Vec::new(), HOUR);
    assert!(matches!(tokens.check("key", "ecr", &second), Verdict::Valid(_)));
}

#[test]
fn a_token_of_another_key_or_audience_is_unknown() {
    let tokens = Tokens::default();
    let (token, _) = tokens.issue("key", "ecr", "AWS", Vec::new(), HOUR);
    assert!(matches!(tokens.check("other", "ecr", &token), Verdict::Unknown));
    assert!(matches!(tokens.check("key", "hub", &token), Verdict::Unknown));
}
