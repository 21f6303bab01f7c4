//! Text from registries cannot control the terminal, and numbers have a matching noun.

use super::{counted, sanitized};

#[test]
fn control_characters_are_replaced() {
    assert_eq!(
        sanitized("a\u{1b}]0;title\u{7}\r\u{9b}2J\n\tü"),
        "a\u{fffd}]0;title\u{fffd}\u{fffd}\u{fffd}2J\n\tü"
    );
}

#[test]
fn numbers_have_a_matching_noun() {
    for (count, text) in [(0_u32, "0 images"), (1, "1 image"), (2, "2 images")] {
        assert_eq!(counted(count, "image", "images"), text);
    }
}
