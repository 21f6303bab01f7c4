//! Requests of the jobs, and a desktop that refuses.

use std::cell::Cell;
use std::rc::Rc;

use super::*;

#[test]
fn the_inhibitor_exists_from_the_first_request_to_the_last() {
    let (created, now) = (Cell::new(0), Rc::new(()));
    let (wanted, requests) = channel();
    let inhibit = || {
        created.set(created.get() + 1);
        Some(Rc::clone(&now))
    };
    for request in [false, true, true, false, false, true] {
        wanted.send(request).unwrap();
    }
    drop(wanted);
    follow(&requests, inhibit);
    assert_eq!(created.get(), 2);
    assert_eq!(Rc::strong_count(&now), 1, "the inhibitor is dropped at the end");
}

#[test]
fn a_failed_request_is_not_repeated() {
    let created = Cell::new(0);
    let (wanted, requests) = channel();
    for request in [true, true, true, false, true] {
        wanted.send(request).unwrap();
    }
    drop(wanted);
    follow(&requests, || -> Option<()> {
        created.set(created.get() + 1);
        None
    });
    assert_eq!(created.get(), 2);
}
