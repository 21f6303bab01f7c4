//! Text from strangers, for display: capped, and with visible control characters. Used for every name and value
//! that comes from an image or a policy.

/// The longest text of one value, in characters. The whole value is in the raw document.
const VALUE_LIMIT: usize = 8192;

/// Returns text with visible control characters, shortened to 8,192 characters.
///
/// Escape sequences of terminals are shown as `\x1b`, marks that change the direction of text as `\u{202e}`, and
/// characters that can't be seen as `\u{200b}`. Line breaks and tabs stay.
pub fn visible(text: &str) -> String {
    let mut before = None;
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
            hidden if is_hidden(hidden, before) => {
                shown.extend(hidden.escape_unicode());
            }
            other => shown.push(other),
        }
        before = Some(character);
    }
    shown
}

/// Whether a character, which follows `before`, controls a terminal, changes the direction of the text around it, or
/// can't be seen. Also line breaks and tabs.
pub fn is_hidden(character: char, before: Option<char>) -> bool {
    character.is_control() || is_direction_mark(character) || is_invisible(character, before)
}

/// Whether a character changes the direction of the text around it. Source: Unicode Standard Annex 9.
fn is_direction_mark(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether a character can't be seen, so that two different texts look the same. Joiners are a part of emoji and of
/// some scripts, where they follow a character that isn't ASCII.
/// Source: Unicode Standard, "Default Ignorable Code Points", and the separators of lines and paragraphs.
fn is_invisible(character: char, before: Option<char>) -> bool {
    match character {
        '\u{200c}' | '\u{200d}' => before.is_none_or(|before| before.is_ascii()),
        _ => matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}'
                | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        ),
    }
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
            ("a\u{61c}b", "a\\u{61c}b"),
            ("PATH\u{200b}", "PATH\\u{200b}"),
            ("PATH\u{200d}", "PATH\\u{200d}"),
            ("\u{feff}a\u{2028}b\u{ad}c\u{e0041}", "\\u{feff}a\\u{2028}b\\u{ad}c\\u{e0041}"),
            // A family, and a word in Persian.
            ("👩\u{200d}👧", "👩\u{200d}👧"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("<script>../x", "<script>../x"),
        ] {
            assert_eq!(visible(text), shown);
        }
        let long = "é".repeat(VALUE_LIMIT + 5);
        let shown = visible(&long);
        assert!(shown.ends_with("é… (5 more characters)"), "{}", shown.len());
        assert_eq!(visible(&"a".repeat(VALUE_LIMIT)).len(), VALUE_LIMIT);
    }

    /// The first and the last of each range. Sources: UAX 9, table 1; C1 controls of ISO 6429.
    #[test]
    fn every_mark_of_direction_and_every_control_character_is_visible() {
        let ranges = [
            (0x0, 0x8),
            (0xb, 0x1f),
            (0x7f, 0x9f),
            (0xad, 0xad),
            (0x34f, 0x34f),
            (0x61c, 0x61c),
            (0x115f, 0x1160),
            (0x17b4, 0x17b5),
            (0x180b, 0x180f),
            (0x200b, 0x200b),
            (0x200e, 0x200f),
            (0x2028, 0x202e),
            (0x2060, 0x206f),
            (0x3164, 0x3164),
            (0xfeff, 0xfeff),
            (0xffa0, 0xffa0),
            (0xfff0, 0xfffb),
            (0xe0000, 0xe0fff),
        ];
        let characters = |(first, last)| (first..=last).filter_map(char::from_u32);
        for hidden in ranges.into_iter().flat_map(characters) {
            let code = u32::from(hidden);
            let shown = match code {
                0..0x100 if hidden.is_control() => format!("é\\x{code:02x}é"),
                _ => format!("é\\u{{{code:x}}}é"),
            };
            assert_eq!(visible(&format!("é{hidden}é")), shown);
            assert!(is_hidden(hidden, Some('é')), "{code:x}");
        }
        for joiner in ['\u{200c}', '\u{200d}'] {
            assert!(is_hidden(joiner, None) && is_hidden(joiner, Some('a')));
            assert!(!is_hidden(joiner, Some('é')));
        }
    }
}
