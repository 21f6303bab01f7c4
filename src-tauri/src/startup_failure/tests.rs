//! The message of a library.

use super::*;

#[test]
fn the_message_of_a_library_is_reported_with_a_next_step() {
    let text = sentence("Failed to initialize gtk backend!: BoolError.");
    assert!(text.starts_with("Couldn't open the window ("));
    assert!(text.contains("gtk backend!: BoolError). "), "{text}");
    assert!(text.ends_with(window_next_step()), "{text}");
}
