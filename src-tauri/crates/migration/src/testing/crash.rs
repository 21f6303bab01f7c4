//! A crash at an exact call: the call never returns, and the test drops the run that waits for it.

use std::sync::Mutex;

use tokio::sync::Notify;

/// The call at which the process crashes.
#[derive(Default)]
pub struct CrashPoint {
    at: Mutex<Option<(String, CrashTiming)>>,
    reached: Notify,
    released: Notify,
}

/// Whether the process crashes before the call reaches the server, or after the server completed it but
/// before the response arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashTiming {
    Before,
    After,
}

impl CrashPoint {
    /// Crashes the process at the next call with this name.
    pub fn set(&self, call: &str, when: CrashTiming) {
        *self.at.lock().unwrap() = Some((call.to_owned(), when));
    }

    /// Waits until the process reaches the crash point.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Completes the call after all: the process did not crash, the server was only slow.
    pub fn release(&self) {
        self.released.notify_one();
    }

    /// Never returns if this is the crash point, unless it is released.
    pub async fn pass(&self, call: &str, when: CrashTiming) {
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
