//! The program. It reads its few options, looks whether there is a display, and opens the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use transload_shell::options::{self, Request};
use transload_shell::{answer, fail, guard};

fn main() -> ExitCode {
    // Help and version need nothing of the system.
    let request = match options::parse(std::env::args_os().skip(1)) {
        Ok(request) => request,
        Err(message) => return failed(&message),
    };
    let start = match request {
        Request::Help => return said(options::HELP),
        Request::Version => return said(&format!("transload {}", env!("CARGO_PKG_VERSION"))),
        Request::Start(start) => start,
    };
    // Two TLS stacks in the tree may each bring a provider of their own: the first one installed
    // counts for the whole process, so it is named here, before anything can ask for one.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        return failed("The cryptography that TLS needs could not be set up.");
    }
    if !options::has_display() {
        return failed(options::NO_DISPLAY);
    }
    guard();
    match transload_shell::run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&format!("Transload cannot start: {error}")),
    }
}

fn said(text: &str) -> ExitCode {
    answer(text);
    ExitCode::SUCCESS
}

fn failed(text: &str) -> ExitCode {
    fail(text);
    ExitCode::FAILURE
}
