//! Records the arguments of all processes that a program of ours starts. `process` and `program` watch with it.
//!
//! A look at all threads of all descendants takes milliseconds. So a watch that looks every five milliseconds reads the number of
//! the process that started last, and looks only at those that are new.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// The interval at which new processes are looked for.
const INTERVAL: Duration = Duration::from_millis(5);

/// How many times a new process is looked at. It can still run the program that started it, until it runs its own.
const LOOKS: u8 = 40;

/// After how many intervals all descendants are looked at.
const FULL_LOOK_EVERY: u32 = 100;

/// More processes than start within one interval. Numbers begin again after the largest one.
const MAX_NEW: u32 = 1_000;

/// Records the arguments of all processes that a process starts, by polling. A process that exits within a
/// few milliseconds can be missed.
#[derive(Debug)]
pub(crate) struct ArgumentsWatch {
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<BTreeSet<String>>>,
}

impl ArgumentsWatch {
    /// Watches the descendants of a process.
    pub(crate) fn of(id: u32) -> Self {
        let stopped = Arc::<AtomicBool>::default();
        let watched = Arc::clone(&stopped);
        let thread = std::thread::spawn(move || {
            let mut descendants = Descendants::new(id);
            for interval in 0.. {
                if watched.load(Ordering::Relaxed) {
                    break;
                }
                descendants.look(interval % FULL_LOOK_EVERY == 0);
                std::thread::sleep(INTERVAL);
            }
            descendants.arguments
        });
        Self { stopped, thread: Some(thread) }
    }

    /// Stops watching, and returns all recorded arguments.
    pub(crate) fn seen(&mut self) -> BTreeSet<String> {
        self.stopped.store(true, Ordering::Relaxed);
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for ArgumentsWatch {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

struct Descendants {
    root: u32,
    /// The newest process or thread of this computer at the last look.
    newest: Option<u32>,
    /// New processes and threads, and how many times they are still looked at. One that is just being created isn't
    /// found yet.
    recent: BTreeMap<u32, u8>,
    arguments: BTreeSet<String>,
}

impl Descendants {
    fn new(root: u32) -> Self {
        Self { root, newest: None, recent: BTreeMap::new(), arguments: BTreeSet::new() }
    }

    fn look(&mut self, at_all: bool) {
        let newest = newest_process();
        let new = self.newest.zip(newest).and_then(|(before, now)| new_processes(before, now));
        self.newest = newest;
        self.recent.extend(new.clone().into_iter().flatten().map(|id| (id, LOOKS)));
        let mut recent = std::mem::take(&mut self.recent);
        recent.retain(|id, looks| {
            *looks -= 1;
            let is_ours = self.is_descendant(*id);
            if is_ours == Some(true) {
                self.record(*id);
            }
            *looks > 0 && is_ours != Some(false)
        });
        self.recent = recent;
        if at_all || new.is_none() {
            self.record_children(self.root);
        }
    }

    /// Whether a process descends from the watched one, or `None` if there is no such process. A thread is no process of
    /// its own. Source: proc(5), `/proc/pid/status`.
    fn is_descendant(&self, id: u32) -> Option<bool> {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.trim().parse::<u32>().ok())
        };
        if number("Tgid:") != Some(id) {
            return Some(false);
        }
        match number("PPid:") {
            Some(parent) if parent == self.root => Some(true),
            None | Some(0 | 1) => Some(false),
            Some(parent) => Some(self.is_descendant(parent) == Some(true)),
        }
    }

    /// Source: proc(5), `/proc/pid/cmdline`.
    fn record(&mut self, id: u32) {
        let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        if !line.is_empty() {
            self.arguments.insert(String::from_utf8_lossy(&line).replace('\0', " "));
        }
    }

    /// Source: proc(5), `/proc/pid/task/tid/children`.
    fn record_children(&mut self, id: u32) {
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{id}/task")) else { return };
        for task in tasks.flatten() {
            let children =
                std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
                self.record(child);
                self.record_children(child);
            }
        }
    }
}

/// The number of the process or thread that was created last. Source: proc(5), `/proc/loadavg`.
fn newest_process() -> Option<u32> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().last()?.parse().ok()
}

/// The numbers of the processes that started between two looks, or `None` if the numbers began again.
fn new_processes(before: u32, now: u32) -> Option<RangeInclusive<u32>> {
    (now.checked_sub(before)? <= MAX_NEW).then(|| before + 1..=now)
}
