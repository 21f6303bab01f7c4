//! Patterns that match and that do not.

use super::matches;

#[test]
fn a_star_matches_any_characters() {
    for (pattern, text, expected) in [
        ("latest", "latest", true),
        ("latest", "latest2", false),
        ("dev-*", "dev-1", true),
        ("dev-*", "prod-dev-1", false),
        ("*-rc*", "1.0-rc1", true),
        ("*-rc", "1.0-rc1", false),
        ("*", "", true),
        ("a*a", "a", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
    }
}
