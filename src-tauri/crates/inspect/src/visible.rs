//! Text from strangers, for display: capped, and with visible control characters. Used for every name and value
//! that comes from an image.

/// The longest text of one value, in characters. The whole value is in the raw document.
const VALUE_LIMIT: usize = 8192;

/// Returns text with visible control characters, shortened to 8,192 characters.
///
/// Escape sequences of terminals and marks that change the direction of text are shown as `\x1b` and `\u{202e}`.
/// Line breaks and tabs stay.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(VALUE_LIMIT));
    for (number, character) in text.chars().enumerate() {
        if number == VALUE_LIMIT {
            let rest = text.chars().count() - VALUE_LIMIT;
            shown.push_str(&format!("… ({rest} more characters)"));
            break;
        }
        match character {
            '\n' | '\t' => shown.push(character),
            control if control.is_control() && u32::from(control) < 0x100 => {
                shown.push_str(&format!("\\x{:02x}", u32::from(control)));
            }
            hidden if is_direction_mark(hidden) => {
                shown.extend(hidden.escape_unicode());
            }
            other => shown.push(other),
        }
    }
    shown
}

/// Whether a character changes the direction of the text around it. Source: Unicode Standard Annex 9.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_direction_marks_are_visible_and_long_text_is_capped() {
        for (text, shown) in [
            ("plain ü 🦀", "plain ü 🦀"),
            ("\u{1b}[31mred\u{7}", "\\x1b[31mred\\x07"),
            ("a\r\nb\tc", "a\\x0d\nb\tc"),
            ("\u{9b}2J", "\\x9b2J"),
            ("exe.\u{202e}gnp", "exe.\\u{202e}gnp"),
            ("<script>../x", "<script>../x"),
        ] {
            assert_eq!(visible(text), shown);
        }
        let long = "é".repeat(VALUE_LIMIT + 5);
        let shown = visible(&long);
        assert!(shown.ends_with("é… (5 more characters)"), "{}", shown.len());
        assert_eq!(visible(&"a".repeat(VALUE_LIMIT)).len(), VALUE_LIMIT);
    }
}
