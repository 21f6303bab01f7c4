//! A crash at an exact call: the call never returns, and the test drops the run that waits for it.

use std::sync::Mutex;

use tokio::sync::Notify;

/// Where a process ends.
#[derive(Default)]
pub struct CrashPoint {
    at: Mutex<Option<(String, When)>>,
    reached: Notify,
    released: Notify,
}

/// Before a call reaches its server, or when the server has done it and the answer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

impl CrashPoint {
    /// Ends the process at the next call of this name.
    pub fn set(&self, call: &str, when: When) {
        *self.at.lock().unwrap() = Some((call.to_owned(), when));
    }

    /// Waits until the process has come there.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets the call go on after all: the process didn't end, the server was slow.
    pub fn release(&self) {
        self.released.notify_one();
    }

    pub async fn pass(&self, call: &str, when: When) {
        {
            let mut at = self.at.lock().unwrap();
            if !at.as_ref().is_some_and(|(name, at)| name == call && *at == when) {
                return;
            }
            *at = None;
        }
        self.reached.notify_one();
        self.released.notified().await;
    }
}
