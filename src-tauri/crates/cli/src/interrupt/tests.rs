//! Ctrl-C, with a real signal to this process.
#![cfg(unix)]

use std::process::{self, Command};
use std::time::Duration;

use super::*;

/// Without the registration in `on_interrupt`, the signal ends the tests: on this runtime, no task runs before an `await`.
#[tokio::test]
async fn a_signal_right_after_the_call_stops_the_command() {
    let (stop, stopped) = tokio::sync::oneshot::channel();
    on_interrupt(async move {
        let _ = stop.send(());
    });
    let sent = Command::new("kill").args(["-INT", &process::id().to_string()]).status();
    assert!(sent.unwrap().success());
    tokio::time::timeout(Duration::from_secs(30), stopped).await.unwrap().unwrap();
}
