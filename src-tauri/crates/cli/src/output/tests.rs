//! Text from registries cannot control the terminal, and numbers have a matching noun.

use super::{counted, escaped_json, sanitized};

#[test]
fn control_characters_are_replaced() {
    assert_eq!(
        sanitized("a\u{1b}]0;title\u{7}\r\u{9b}2J\n\tü"),
        "a\u{fffd}]0;title\u{fffd}\u{fffd}\u{fffd}2J\n\tü"
    );
    assert_eq!(
        sanitized("exe.\u{202e}gnp\u{200b} 👩\u{200d}👧"),
        "exe.\u{fffd}gnp\u{fffd} 👩\u{200d}👧"
    );
}

#[test]
fn json_has_escapes_for_what_a_terminal_would_obey_and_means_the_same() {
    for text in [
        "\u{1b}[2J\u{9b}2J\u{7f}",
        "exe.\u{202e}gnp",
        "a\u{200b}b\u{e0041}",
        "ü 👩\u{200d}👧 \\u202e",
    ] {
        let json = serde_json::to_string(text).unwrap();
        let escaped = escaped_json(&json);
        assert_eq!(sanitized(&escaped), escaped);
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
    }
    assert_eq!(escaped_json("\"\u{e0041}\""), "\"\\udb40\\udc41\"");
}

#[test]
fn numbers_have_a_matching_noun() {
    for (count, text) in [(0_u32, "0 images"), (1, "1 image"), (2, "2 images")] {
        assert_eq!(counted(count, "image", "images"), text);
    }
}
