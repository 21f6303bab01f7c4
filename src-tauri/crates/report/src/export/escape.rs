//! Text from registries in each format: shown as it is, and never anything else.
//!
//! Tags, names and messages come from registries, so anyone who can push there writes them.

/// Characters that change how the text around them is shown, as their replacement: control
/// characters, of which ESC steers a terminal, and the marks that turn the writing direction.
pub(super) fn visible(text: &str) -> String {
    let shown = |character: char| match character {
        '\r' | '\n' | '\t' => ' ',
        // Source: Unicode 16, section 23.2, and CVE-2021-42574.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            char::REPLACEMENT_CHARACTER
        }
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    text.chars().map(shown).collect()
}

/// Text in HTML, also inside an attribute.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text in Markdown, also inside a table. A numeric reference never begins markup, and is shown as
/// its character. Source: CommonMark 0.31.2, section 2.5; GitHub Flavored Markdown, section 6.9.
pub(super) fn markdown(text: &str) -> String {
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len());
    let mut before = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_markup = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$' | '#' | '!' => {
                true
            }
            // Addresses become links by themselves.
            ':' => characters.peek() == Some(&'/'),
            '.' => before.to_ascii_lowercase().ends_with("www"),
            '@' => true,
            _ => false,
        };
        if is_markup {
            escaped.push_str(&format!("&#{};", u32::from(character)));
        } else {
            escaped.push(character);
        }
        before.push(character);
    }
    escaped
}

/// A cell as RFC 4180 asks. A cell that a spreadsheet would take for a formula is made text.
/// Source: <https://owasp.org/www-community/attacks/CSV_Injection>
pub(super) fn csv(text: &str) -> String {
    // Tab and carriage return begin formulas too; here they are blanks already.
    let text = visible(text);
    let begins_formula = |first: char| {
        matches!(first, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    };
    let text =
        if text.trim_start().starts_with(begins_formula) { format!("'{text}") } else { text };
    if text.contains([',', ';', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_turns_the_text_is_replaced() {
        assert_eq!(
            visible("a\u{1b}[31mb\u{7}\0\u{9b}c"),
            "a\u{fffd}[31mb\u{fffd}\u{fffd}\u{fffd}c"
        );
        assert_eq!(visible("a\u{202e}b\u{2066}c\u{200f}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(visible("one\r\ntwo\tthree ü 🐳"), "one  two three ü 🐳");
    }

    #[test]
    fn markdown_has_no_markup_of_others() {
        for (text, escaped) in [
            ("docker.io/a/b:1", "docker.io/a/b:1"),
            ("sha256:aa", "sha256:aa"),
            ("a|b", "a&#124;b"),
            (r"a\|b", "a&#92;&#124;b"),
            ("`x` **y** _z_", "&#96;x&#96; &#42;&#42;y&#42;&#42; &#95;z&#95;"),
            ("<img src=x onerror=a>", "&#60;img src=x onerror=a&#62;"),
            ("[a](b) ![c](d)", "&#91;a&#93;(b) &#33;&#91;c&#93;(d)"),
            ("&amp;", "&#38;amp;"),
            ("one\n# two", "one &#35; two"),
            ("see https://evil.example", "see https&#58;//evil.example"),
            ("WWW.evil.example", "WWW&#46;evil.example"),
            ("~~gone~~ $x$ @team", "&#126;&#126;gone&#126;&#126; &#36;x&#36; &#64;team"),
        ] {
            assert_eq!(markdown(text), escaped);
        }
    }

    #[test]
    fn no_cell_is_a_formula_or_ends_its_row() {
        for (text, cell) in [
            ("plain", "plain"),
            ("=cmd()", "'=cmd()"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =cmd()", "'  =cmd()"),
            ("\t=cmd()", "' =cmd()"),
            ("\r\n=cmd()", "'  =cmd()"),
            ("\u{ff1d}cmd()", "'\u{ff1d}cmd()"),
            ("a,b", "\"a,b\""),
            ("a;b", "\"a;b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("one\ntwo", "one two"),
            ("=\"x\",1", "\"'=\"\"x\"\",1\""),
        ] {
            assert_eq!(csv(text), cell);
        }
    }

    #[test]
    fn html_has_no_tag_or_attribute_of_others() {
        assert_eq!(
            html("<b a='\"'>&</b>\u{1b}"),
            "&lt;b a=&#39;&quot;&#39;&gt;&amp;&lt;/b&gt;\u{fffd}"
        );
    }
}
