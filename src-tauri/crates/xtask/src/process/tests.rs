//! Tests of what is kept of a program that fails.

use std::path::Path;

use super::{
    FAILURE_LINE_LENGTH, FAILURE_LINES, KeptOutput, LAST_LINES, Process, ProcessFailure, pass_on,
};
use std::sync::Mutex;

#[test]
fn the_last_lines_are_kept_and_every_line_is_passed_on() {
    for count in [0, 1, LAST_LINES, LAST_LINES + 7] {
        let text: String = (0..count).map(|line| format!("line {line}\n")).collect();
        let (mut passed_on, kept) = (Vec::new(), Mutex::new(KeptOutput::default()));
        pass_on(text.as_bytes(), &mut passed_on, &kept);
        assert_eq!(String::from_utf8_lossy(&passed_on), text);
        let kept = kept.into_inner().expect("not poisoned").last_lines;
        assert_eq!(kept.len(), count.min(LAST_LINES));
        assert_eq!(kept.back().cloned(), count.checked_sub(1).map(|last| format!("line {last}")));
    }
}

#[test]
fn lines_that_name_a_failure_are_kept() {
    let cases = [
        ("        FAIL [ 253.883s] ( 3/41) tests::window tour", true),
        (" FAIL  src/a.test.ts > the list > is sorted", true),
        ("AssertionError: expected 1 to be 2", true),
        ("    Error: the table scrolls sideways", true),
        ("TestingLibraryElementError: Unable to find", true),
        ("thread 'a::b' panicked at a.rs:1:1:", true),
        ("error[E0308]: mismatched types", true),
        ("error: test run failed", true),
        ("     TIMEOUT [ 600.000s] a", true),
        ("        PASS [   0.333s] (35/41) a_failed_image", false),
        ("an error in a sentence", false),
        ("ErrorBoundary renders", false),
        ("Errors are counted", false),
        ("thread 'main' started", false),
        ("", false),
    ];
    for (line, expected) in cases {
        let mut kept = KeptOutput::default();
        kept.add(line);
        kept.add(line);
        let expected: Vec<&str> = if expected { vec![line.trim()] } else { vec![] };
        assert_eq!(kept.failures, expected, "{line}");
    }
}

#[test]
fn colors_hide_no_failure() {
    let mut kept = KeptOutput::default();
    kept.add(
        "\u{1b}[41m\u{1b}[1m FAIL \u{1b}[22m\u{1b}[49m src/a.test.ts\u{1b}[2m > \u{1b}[22mis ä",
    );
    kept.add("\u{1b}[38;5;1mAssertionError: no\u{1b}[39m");
    assert_eq!(kept.failures, ["FAIL  src/a.test.ts > is ä", "AssertionError: no"]);
}

#[test]
fn failures_fit_the_end_of_a_log() {
    let mut kept = KeptOutput::default();
    for number in 0..FAILURE_LINES + 3 {
        kept.add(&format!("Error: {number}: {}", "ä".repeat(2 * FAILURE_LINE_LENGTH)));
    }
    assert_eq!(kept.failures.len(), FAILURE_LINES);
    assert!(kept.failures[0].starts_with("Error: 0"), "{}", kept.failures[0]);
    assert!(kept.failures.iter().all(|line| line.chars().count() == FAILURE_LINE_LENGTH));
}

#[cfg(unix)]
#[test]
fn a_program_that_fails_returns_what_it_printed_last() {
    let script = "echo to output; echo to errors >&2; printf 'no end of line'; exit 3";
    let error = Process::new("sh", ["-c", script], Path::new("/")).run().expect_err("exit code 3");
    let failure = error.downcast_ref::<ProcessFailure>().expect("a failed program");
    let mut lines = failure.last_lines.clone();
    lines.sort();
    assert_eq!(lines, ["no end of line", "to errors", "to output"]);
    assert!(failure.to_string().ends_with("failed (exit status: 3)"), "{failure}");
}
