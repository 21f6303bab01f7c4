//! The program on the command line, without a display.

use std::process::{Command, Output};

fn transload(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_transload"))
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("the program starts")
}

#[test]
fn the_version_is_printed_without_a_display() {
    let output = transload(&["--version"]);
    assert!(output.status.success());
    let expected = format!("transload {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

#[test]
fn the_help_names_practice_and_the_data_folder() {
    let output = transload(&["--help"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success());
    assert!(text.contains("--practice") && text.contains("TRANSLOAD_DATA_DIR"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_missing_display_is_reported_with_a_next_step() {
    let output = transload(&["--practice"]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(text.contains("no display") && text.contains("xvfb-run"), "{text}");
}

#[test]
fn an_unknown_option_is_rejected_by_name() {
    let output = transload(&["--practise"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--practise"));
}
