//! Tests of what is kept of a program that fails.

use std::path::Path;

use super::{LAST_LINES, Process, ProcessFailure, pass_on};
use std::collections::VecDeque;
use std::sync::Mutex;

#[test]
fn the_last_lines_are_kept_and_every_line_is_passed_on() {
    for count in [0, 1, LAST_LINES, LAST_LINES + 7] {
        let text: String = (0..count).map(|line| format!("line {line}\n")).collect();
        let (mut passed_on, kept) = (Vec::new(), Mutex::new(VecDeque::new()));
        pass_on(text.as_bytes(), &mut passed_on, &kept);
        assert_eq!(String::from_utf8_lossy(&passed_on), text);
        let kept = kept.into_inner().expect("not poisoned");
        assert_eq!(kept.len(), count.min(LAST_LINES));
        assert_eq!(kept.back().cloned(), count.checked_sub(1).map(|last| format!("line {last}")));
    }
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
