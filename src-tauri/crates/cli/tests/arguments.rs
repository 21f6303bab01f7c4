//! What the program says and how it ends before it asks any registry. (It is here also because cargo
//! builds a program for the tests of its own package: the stories of `tests/` run it.)
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_transload-cli")).args(arguments).output().unwrap()
}

fn code(arguments: &[&str]) -> i32 {
    run(arguments).status.code().unwrap()
}

#[test]
fn the_help_tells_of_logins_exit_codes_and_examples() {
    for arguments in [&["--help"][..], &["copy", "--help"]] {
        let help = String::from_utf8(run(arguments).stdout).unwrap();
        for part in ["Logins:", "Exit codes:", "Examples:"] {
            assert!(help.contains(part), "{help}");
        }
    }
}

#[test]
fn wrong_use_ends_with_2_and_a_reference_that_is_none_with_3() {
    assert_eq!(code(&["copy", "a/b:1"]), 2);
    assert_eq!(code(&["copy", "--list", "/nonexistent"]), 2);
    let refused = run(&["copy", "Not A Name", "127.0.0.1:1/a:1"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("(input_invalid)"));
}
