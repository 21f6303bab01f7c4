//! Ctrl-C in commands that change something: the first one stops after the current step, the second one exits
//! immediately. `copy`, `run`, `resume`, `undo`, `cleanup` and `restore` use it.

use std::process;

use futures_util::FutureExt as _;
use tokio::signal::ctrl_c;

use crate::exit_code::INTERRUPTED;
use crate::output::note;

/// Calls `stop` at the first Ctrl-C after this call, and exits at the second one.
pub fn on_interrupt(stop: impl Future<Output = ()> + Send + 'static) {
    let mut first = Box::pin(ctrl_c());
    // The first poll registers for the signal, which would end the program before that. A spawned task may be polled later.
    let already = first.as_mut().now_or_never();
    tokio::spawn(async move {
        let received = match already {
            Some(received) => received,
            None => first.await,
        };
        // The signal can't be waited for only if the system has no signals left.
        if received.is_err() {
            return;
        }
        note("Stopping. To exit immediately, press Ctrl-C again.");
        let exit = async {
            if ctrl_c().await.is_ok() {
                process::exit(INTERRUPTED.into());
            }
        };
        tokio::join!(stop, exit);
    });
}

#[cfg(test)]
mod tests;
