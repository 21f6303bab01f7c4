//! Help and exit codes that need no registry. Because of this test, cargo also builds the program for
//! the flow tests in `tests/`, which run it.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_transload-cli")).args(arguments).output().unwrap()
}

fn code(arguments: &[&str]) -> i32 {
    run(arguments).status.code().unwrap()
}

#[test]
fn help_covers_logins_exit_codes_and_examples() {
    let cases: [(&[&str], [&str; 3]); 2] = [
        (&["--help"], ["Registry logins:", "Exit codes", "Examples:"]),
        (&["copy", "--help"], ["see `transload-cli --help`", "Exit codes:", "Examples:"]),
    ];
    for (arguments, parts) in cases {
        let help = String::from_utf8(run(arguments).stdout).unwrap();
        for part in parts {
            assert!(help.contains(part), "{help}");
        }
    }
}

#[test]
fn usage_errors_exit_with_2_and_invalid_references_with_3() {
    assert_eq!(code(&["copy", "a/b:1"]), 2);
    assert_eq!(code(&["copy", "--list", "/nonexistent"]), 2);
    let refused = run(&["copy", "Not A Name", "127.0.0.1:1/a:1"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("(input_invalid)"));
}
