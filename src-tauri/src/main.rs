//! The program of the window. It parses its few options, checks for a display, and opens the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use transload_shell::options::{self, Request};
use transload_shell::{limit_page_memory, print, report, report_panics, return_freed_memory, run};

fn main() -> ExitCode {
    // Help and version work without a display.
    let request = match options::parse(std::env::args_os().skip(1)) {
        Ok(request) => request,
        Err(message) => return fail(&message),
    };
    let start = match request {
        Request::Help => return succeed(options::HELP),
        Request::Version => return succeed(&format!("transload {}", env!("CARGO_PKG_VERSION"))),
        Request::Start(start) => start,
    };
    if !options::has_display() {
        return fail(options::NO_DISPLAY);
    }
    return_freed_memory();
    // Dependencies contain two TLS providers. The first one that is installed is used by the whole process, so
    // it is selected here before any of them is.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        return fail("Couldn't initialize TLS.");
    }
    report_panics();
    limit_page_memory();
    match run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn succeed(text: &str) -> ExitCode {
    print(text);
    ExitCode::SUCCESS
}

fn fail(reason: &str) -> ExitCode {
    report(reason);
    ExitCode::FAILURE
}
