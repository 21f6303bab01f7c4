//! Keeps the computer awake. The calls to the desktop wait for an answer, so they have a thread of
//! their own, and who asks never waits for them.

use std::sync::mpsc::{Receiver, Sender, channel};

use keepawake::{Builder, KeepAwake};

/// What the desktop shows as the reason.
const REASON: &str = "Container images are being moved";

/// Keeps the computer awake while it is asked to.
pub(super) struct Awake {
    wanted: Sender<bool>,
}

impl Awake {
    pub(super) fn start() -> Self {
        let (wanted, asked) = channel();
        let thread = std::thread::Builder::new().name("awake".to_owned());
        if let Err(error) = thread.spawn(move || follow(&asked, hold)) {
            tracing::info!(%error, "the computer is not kept awake");
        }
        Self { wanted }
    }

    pub(super) fn keep(&self, wanted: bool) {
        // Without the thread the computer sleeps when it wants to.
        let _ = self.wanted.send(wanted);
    }
}

/// Holds what keeps the computer awake for as long as that is wanted.
fn follow<Held>(asked: &Receiver<bool>, hold: impl Fn() -> Option<Held>) {
    let mut held: Option<Held> = None;
    let mut is_held = false;
    while let Ok(wanted) = asked.recv() {
        // What could not be had is not asked for again and again.
        if wanted && !is_held {
            held = hold();
        } else if !wanted {
            drop(held.take());
        }
        is_held = wanted;
    }
}

/// Where the desktop lets nobody hold off a sleep that was asked for, idleness alone is held off.
fn hold() -> Option<KeepAwake> {
    let with_sleep = [true, false];
    let ways = with_sleep.map(|sleep| {
        let mut builder = Builder::default();
        builder.idle(true).sleep(sleep).reason(REASON).app_name("Transload");
        builder.app_reverse_domain("io.github.transload.Transload");
        builder
    });
    ways.iter().find_map(|way| match way.create() {
        Ok(awake) => Some(awake),
        Err(error) => {
            tracing::info!(%error, "the computer is not kept awake in this way");
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    #[test]
    fn it_is_held_from_the_first_wish_to_the_last() {
        let (made, now) = (Cell::new(0), Rc::new(()));
        let (wanted, asked) = channel();
        let hold = || {
            made.set(made.get() + 1);
            Some(Rc::clone(&now))
        };
        for wish in [false, true, true, false, false, true] {
            wanted.send(wish).unwrap();
        }
        drop(wanted);
        follow(&asked, hold);
        assert_eq!(made.get(), 2);
        assert_eq!(Rc::strong_count(&now), 1, "nothing is held at the end");
    }

    #[test]
    fn a_desktop_that_refuses_is_asked_once_for_each_wish() {
        let made = Cell::new(0);
        let (wanted, asked) = channel();
        for wish in [true, true, true, false, true] {
            wanted.send(wish).unwrap();
        }
        drop(wanted);
        follow(&asked, || -> Option<()> {
            made.set(made.get() + 1);
            None
        });
        assert_eq!(made.get(), 2);
    }
}
