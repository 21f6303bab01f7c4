//! Valid and invalid names.

use super::check;

#[test]
fn names_are_checked_against_the_pattern() {
    for name in ["ab", "team/app", "a-b", "a--b", "a__b", "a.b", "1a", "a/b/c"] {
        assert!(check(name).is_ok(), "{name}");
    }
    let long = "a".repeat(257);
    for name in ["a", "A1", "-ab", "ab-", "a..b", "a___b", "a._b", "a//b", "/ab", "ab/", &long] {
        assert!(check(name).is_err(), "{name}");
    }
}
