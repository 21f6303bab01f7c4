//! The rules of the list, on every kind of text.

use super::*;

/// A list of two rules, so that no test depends on the real list.
fn rules() -> Rules {
    parse_rules("# comment\n\n\\bgoes west\\b => continues\n^/// Its \\w+\\.$ => delete it\n")
        .unwrap()
}

/// The lines in which the rules find something.
fn lines(text: &str) -> Vec<usize> {
    find(&rules(), text).iter().map(|finding| finding.line).collect()
}

#[test]
fn phrases_are_found_in_every_kind_of_text() {
    let cases: &[(&str, &[usize])] = &[
        ("let x = 1; // it goes west\n", &[1]),
        ("/// One.\n/// It goes\n/// west now.\nfn x() {}\n", &[2]),
        ("    //! It Goes\n    //! west.\n", &[1]),
        ("/** It goes\n * west. */\nconst x = 1;\n", &[1]),
        ("let x = \"it goes \\\n    west\";\n", &[1]),
        ("<Box>\n  The job goes\n  west\n</Box>\n", &[2]),
        ("# It goes west\n\nIt goes\nwest.\n", &[1, 3]),
        ("let forgoes_west = goes(west); // it goes westward\n", &[]),
        ("fn a_job_goes_west() {}\nconst jobGoesWest = 1;\nGoesWest\n", &[1, 2, 3]),
        ("a.is_none_or(b); let goes = west;\n", &[]),
        ("/// Its name.\n/// Its long name is here.\n    /// Its port.\n", &[1, 3]),
    ];
    for (text, expected) in cases {
        assert_eq!(&lines(text), expected, "{text}");
    }
}

#[test]
fn only_the_newest_section_of_a_change_log_counts() {
    let log = "# Changes\n\n## 2\nnew\n\n## 1\nold\n";
    assert_eq!(newest_section(log), "# Changes\n\n## 2\nnew\n");
    assert_eq!(newest_section("# Changes\n\n## 1\nold\n"), "# Changes\n\n## 1\nold\n");
}

#[test]
fn a_rule_without_advice_or_with_a_broken_pattern_is_refused() {
    for list in ["\\bx\\b", "(x => again"] {
        assert!(parse_rules(list).is_err(), "{list}");
    }
}

#[test]
fn the_real_list_is_valid_and_finds_nothing_in_plain_sentences() {
    let list = include_str!("../../words/list.txt");
    let rules = parse_rules(list).unwrap();
    assert!(rules.phrases.len() > 20);
    for plain in [
        "Returns the digest of the manifest.",
        "Returns `None` if the plan was cancelled.",
        "The push resumes after the session was renewed.",
        "The manifest is over 4 MiB.",
        "Is there a newer version?",
    ] {
        assert_eq!(find(&rules, plain), [], "{plain}");
    }
    for dialect in [
        // Each is one sentence that the list must find.
        concat!("What was to", "ld then."),
        concat!("It is tried ane", "w."),
        concat!("A stopped plan is no", "ne."),
        concat!("The image is the", "re."),
    ] {
        assert_eq!(find(&rules, dialect).len(), 1, "{dialect}");
    }
}
