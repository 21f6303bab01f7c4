//! Watches shells that start other programs, at once or later.

use std::process::{Child, Command};

use super::*;

/// Runs a script of a shell.
fn shell(script: &str) -> Child {
    Command::new("sh").args(["-c", script]).spawn().unwrap()
}

/// Looks at the new processes of a script until it ends and at nothing else. Returns what was recorded.
fn recorded(script: &str) -> BTreeSet<String> {
    let newest = newest_process();
    let mut child = shell(script);
    let mut descendants = Descendants { newest, ..Descendants::new(child.id()) };
    while child.try_wait().unwrap().is_none() {
        descendants.look(false);
        std::thread::sleep(INTERVAL);
    }
    descendants.arguments
}

#[test]
fn new_processes_are_found_without_a_look_at_all() {
    let seen = recorded("sleep 0.1; (sh -c 'sleep 0.101; sleep 0.102'); exec sleep 0.103");
    for expected in
        ["sleep 0.1 ", "sh -c sleep 0.101; sleep 0.102 ", "sleep 0.101 ", "sleep 0.102 "]
    {
        assert!(seen.contains(expected), "{expected}: {seen:?}");
    }
}

#[test]
fn what_a_new_process_runs_later_is_recorded() {
    let seen = recorded("(echo | while read -r _; do :; done; exec sleep 0.104) & wait");
    assert!(seen.contains("sleep 0.104 "), "{seen:?}");
}

#[test]
fn processes_that_started_before_the_first_look_are_found() {
    let mut child = shell("sleep 0.5 & wait");
    let mut before = Descendants::new(child.id());
    while !before.arguments.contains("sleep 0.5 ") {
        before.record_children(child.id());
    }
    let mut watch = ArgumentsWatch::of(child.id());
    child.wait().unwrap();
    let seen = watch.seen();
    assert!(seen.contains("sleep 0.5 "), "{seen:?}");
}

#[test]
fn processes_of_others_are_left_out() {
    let mut other = shell("while sleep 0.105; do :; done");
    let seen = recorded("sleep 0.3; exit");
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(seen.iter().all(|line| !line.contains("0.105")), "{seen:?}");
}

#[test]
fn numbers_that_begin_again_are_noticed() {
    assert_eq!(new_processes(10, 13), Some(11..=13));
    assert_eq!(new_processes(10, 10).map(Iterator::count), Some(0));
    assert_eq!(new_processes(10, 3), None);
    assert_eq!(new_processes(10, 10 + MAX_NEW + 1), None);
}
