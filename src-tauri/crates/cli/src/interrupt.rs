//! Ctrl-C in commands that change something: the first one stops after the current step, the second one exits
//! immediately. `copy`, `run`, `resume`, `undo`, `cleanup` and `restore` use it.

use std::process;

use tokio::signal::ctrl_c;

use crate::exit_code::INTERRUPTED;
use crate::output::note;

/// Calls `stop` at the first Ctrl-C, and exits at the second one.
pub fn on_interrupt(stop: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(async move {
        // The signal can't be waited for only if the system has no signals left.
        if ctrl_c().await.is_err() {
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
