//! Names of every hostile form.

use super::*;

#[test]
fn names_are_shown_as_text() {
    for (raw, shown) in [
        (&b"usr/bin/env"[..], "usr/bin/env"),
        (b"./usr/bin/", "usr/bin"),
        (b"/etc/passwd", "etc/passwd"),
        (b"./", ""),
        (b"../x", "../x"),
        (b"a/../../x", "a/../../x"),
        (b"\x1b[31mred", "\\x1b[31mred"),
        (b"two\nlines\tand a tab", "two\\x0alines\\x09and a tab"),
        (b"latin-\xe9", "latin-\\xe9"),
        ("a\u{200b}\u{200d}".as_bytes(), "a\\u{200b}\\u{200d}"),
        ("ü\u{202e}gpj.exe".as_bytes(), "ü\\u{202e}gpj.exe"),
        (b"<img src=x>", "<img src=x>"),
    ] {
        assert_eq!(shown_path(raw), shown, "{raw:?}");
    }
    let long = shown_name(&[b'a'; NAME_LIMIT_BYTES + 3]);
    assert!(long.ends_with("a… (3 more bytes)") && long.len() < NAME_LIMIT_BYTES + 30);
}
