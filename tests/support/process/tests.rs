//! Tests of child processes: their output, their end, and their errors.

use super::*;

fn runs(id: u32) -> bool {
    // Zombies are listed in /proc too, so this checks the state.
    std::fs::read_to_string(format!("/proc/{id}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
}

fn shell(script: &str) -> Process {
    Process::start(Path::new("/bin/sh"), ["-c", script], []).unwrap()
}

#[test]
fn a_process_ends_with_the_test_even_if_it_ignores_sigterm() {
    let normal = shell("exec sleep 600");
    let stubborn = shell("trap '' TERM; exec sleep 600");
    let ids = [normal.id(), stubborn.id()];
    assert!(ids.iter().all(|id| runs(*id)));
    drop(normal);
    drop(stubborn);
    assert!(!ids.iter().any(|id| runs(*id)));
}

#[test]
fn a_process_ends_if_the_test_panics() {
    let (sender, receiver) = channel();
    let outcome = std::thread::spawn(move || {
        let process = shell("exec sleep 600");
        sender.send(process.id()).unwrap();
        panic!("on purpose");
    })
    .join();
    assert!(outcome.is_err());
    assert!(!runs(receiver.recv().unwrap()));
}

#[test]
fn a_process_outlives_the_thread_that_started_it() {
    let mut process = std::thread::spawn(|| shell("exec sleep 600")).join().unwrap();
    assert!(process.ended().is_none() && runs(process.id()));
}

#[tokio::test]
async fn all_output_of_a_process_is_available() {
    let mut process = shell("echo one; echo two >&2; echo three");
    let ended = async || process.ended();
    crate::wait::wait_until(Duration::from_secs(10), "the end", ended).await.unwrap();
    assert_eq!(process.output(), "one\ntwo\nthree\n");
}

#[tokio::test]
async fn the_error_for_a_process_that_exits_early_contains_its_output() {
    let mut process = shell("echo no such luck >&2; exit 3");
    let error =
        process.wait_until_ready(Duration::from_secs(10), async || false).await.unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("no such luck") && text.contains("exit status: 3"), "{text}");
}
