//! Text from registries cannot control the terminal.

use super::sanitized;

#[test]
fn control_characters_are_replaced() {
    assert_eq!(
        sanitized("a\u{1b}]0;title\u{7}\r\u{9b}2J\n\tü"),
        "a\u{fffd}]0;title\u{fffd}\u{fffd}\u{fffd}2J\n\tü"
    );
}
