//! Splits headers of the configuration and commands into words, as a POSIX shell and as Windows does.

/// Splits a text into words as a POSIX shell does. Returns `None` if a quote is not closed.
///
/// Source: Python's `shlex.split`.
pub(crate) fn split_posix(header: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = header.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some('"'), '\\') => {
                let next = characters.next()?;
                let word = word.get_or_insert_default();
                if !matches!(next, '"' | '\\') {
                    word.push('\\');
                }
                word.push(next);
            }
            (Some(_), _) => word.get_or_insert_default().push(character),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, '\\') => word.get_or_insert_default().push(characters.next()?),
            (None, ' ' | '\t' | '\r' | '\n') => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// Splits a command into words as Windows does. An unclosed quote ends with the text.
///
/// Source: `botocore.compat._windows_shell_split`.
pub(crate) fn split_windows(command: &str) -> Vec<String> {
    let (mut words, mut word): (Vec<String>, Option<String>) = (Vec::new(), None);
    let (mut is_quoted, mut backslashes) = (false, 0);
    for character in command.chars() {
        match character {
            '\\' => backslashes += 1,
            '"' => {
                let is_escaped = backslashes % 2 == 1;
                let word = word.get_or_insert_default();
                word.push_str(&"\\".repeat(backslashes / 2));
                if is_escaped {
                    word.push('"');
                } else {
                    is_quoted = !is_quoted;
                }
                backslashes = 0;
            }
            _ => {
                if backslashes > 0 {
                    word.get_or_insert_default().push_str(&"\\".repeat(backslashes));
                    backslashes = 0;
                }
                // A continuation line separates words, too.
                if matches!(character, ' ' | '\t' | '\n') && !is_quoted {
                    words.extend(word.take());
                } else {
                    word.get_or_insert_default().push(character);
                }
            }
        }
    }
    if backslashes > 0 {
        word.get_or_insert_default().push_str(&"\\".repeat(backslashes));
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_split_like_in_a_posix_shell() {
        for (header, expected) in [
            ("profile a", Some(vec!["profile", "a"])),
            ("profile 'a b' \"c\\\"d\\e\"", Some(vec!["profile", "a b", "c\"d\\e"])),
            ("profile a\\ b", Some(vec!["profile", "a b"])),
            ("profile \"\"", Some(vec!["profile", ""])),
            ("profile 'a", None),
            ("profile a\\", None),
        ] {
            let expected = expected.map(|words| words.into_iter().map(str::to_owned).collect());
            assert_eq!(split_posix(header), expected, "{header}");
        }
    }

    #[test]
    fn commands_are_split_like_in_botocore_on_windows() {
        for (command, expected) in [
            (
                r#""C:\Program Files\corp\creds.exe" --user ada"#,
                vec![r"C:\Program Files\corp\creds.exe", "--user", "ada"],
            ),
            (r#"a "" "b c"d"#, vec!["a", "", "b cd"]),
            (r#"a \"b\" c\\"d e""#, vec!["a", "\"b\"", r"c\d e"]),
            (r"\\server\share\x.exe 'a b'", vec![r"\\server\share\x.exe", "'a", "b'"]),
            ("a\n\tb", vec!["a", "b"]),
            ("", vec![]),
        ] {
            assert_eq!(split_windows(command), expected, "{command}");
        }
    }
}
