//! Options and displays.

use super::*;

fn parsed(arguments: &[&str]) -> Result<Request, String> {
    parse(arguments.iter().map(OsString::from))
}

#[test]
fn without_options_the_window_starts_without_practice() {
    assert_eq!(parsed(&[]), Ok(Request::Start(Start { practice: false })));
}

#[test]
fn practice_mode_is_an_option() {
    assert_eq!(parsed(&["--practice"]), Ok(Request::Start(Start { practice: true })));
}

#[test]
fn what_is_unknown_is_named_with_the_help_that_lists_it() {
    let cases = [
        ("--practise", "transload --help"),
        ("-x", "transload --help"),
        ("practice", "transload-cli --help"),
        ("plan.json", "transload-cli --help"),
    ];
    for (argument, help) in cases {
        let error = parsed(&[argument]).unwrap_err();
        assert!(error.contains(argument) && error.contains(&format!("`{help}`")), "{error}");
    }
}

#[test]
fn either_display_is_sufficient_and_an_empty_name_counts_as_missing() {
    assert!(display_named(Some(":0".into()), None));
    assert!(display_named(None, Some("wayland-0".into())));
    assert!(!display_named(Some("".into()), None));
    assert!(!display_named(None, None));
}
