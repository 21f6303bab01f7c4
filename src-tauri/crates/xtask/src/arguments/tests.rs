//! Options in any order, and unknown ones.

use super::*;

fn line(text: &str) -> Arguments {
    Arguments::read(text.split_whitespace().map(str::to_owned))
}

#[test]
fn options_are_found_in_any_position() {
    let mut arguments = line("test --yes --only rust docs --only ui");
    assert!(arguments.flag("--yes"));
    assert!(!arguments.flag("--yes"));
    assert_eq!(arguments.values("--only"), ["rust", "docs", "ui"]);
    assert!(arguments.finish().is_ok());
}

#[test]
fn an_unknown_option_is_rejected() {
    assert!(line("run --practise").finish().is_err());
}
