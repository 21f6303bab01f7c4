//! Keeps the computer awake. Calls to the desktop block, so they run in their own thread.

use std::sync::mpsc::{Receiver, Sender, channel};

use keepawake::{Builder, KeepAwake as Inhibitor};

/// The reason that the desktop shows.
const REASON: &str = "Migrating container images";

/// Keeps the computer awake on request.
pub(super) struct KeepAwake {
    wanted: Sender<bool>,
}

impl KeepAwake {
    pub(super) fn start() -> Self {
        let (wanted, requests) = channel();
        let thread = std::thread::Builder::new().name("awake".to_owned());
        if let Err(error) = thread.spawn(move || follow(&requests, inhibit)) {
            tracing::info!(%error, "the computer can't be kept awake");
        }
        Self { wanted }
    }

    pub(super) fn keep(&self, wanted: bool) {
        // If the thread could not be started, the computer may sleep.
        let _ = self.wanted.send(wanted);
    }
}

/// Keeps an inhibitor while it is wanted.
fn follow<T>(requests: &Receiver<bool>, inhibit: impl Fn() -> Option<T>) {
    let mut inhibitor: Option<T> = None;
    let mut was_wanted = false;
    while let Ok(wanted) = requests.recv() {
        // A failed request is not repeated until the next change.
        if wanted && !was_wanted {
            inhibitor = inhibit();
        } else if !wanted {
            drop(inhibitor.take());
        }
        was_wanted = wanted;
    }
}

/// Prevents sleep. If the desktop doesn't allow preventing an explicit sleep, prevents only idle sleep.
fn inhibit() -> Option<Inhibitor> {
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
            tracing::info!(%error, "couldn't prevent sleep in this way");
            None
        }
    })
}

#[cfg(test)]
mod tests;
