//! Keeps the order of pushes within each repository while images are copied concurrently.
//!
//! The content of several images is copied at the same time. Only the write of a tag waits until every
//! older image of its repository is written, failed or was cancelled. Images start in that order too,
//! so an image never waits for one that has not started.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use crate::run::record::{Record, Records};
use transload_model::RepositoryName;

/// The images of a push, by repository and in their order.
pub(super) struct PushQueue<'r> {
    lines: HashMap<&'r RepositoryName, Line>,
    places: HashMap<u32, usize>,
}

/// The images of one repository.
struct Line {
    state: Mutex<QueueState>,
    /// The first place whose image is not written yet.
    first: watch::Sender<Option<usize>>,
}

struct QueueState {
    unwritten: BTreeSet<usize>,
    unfinished: usize,
}

/// The place of one image in the order. An image that fails finishes it too, so it holds up no other.
/// Only a cancelled image doesn't: nothing newer may be written after the older one was given up.
pub(super) struct QueuePosition<'q> {
    line: Option<&'q Line>,
    place: usize,
}

impl<'r> PushQueue<'r> {
    /// The queue, and the images in the order in which they are to start: repositories take slots as in
    /// the plan, each with its oldest image first.
    pub fn new<'p: 'r>(records: &'r Records<'p>) -> (Self, Vec<&'r Record<'p>>) {
        let mut waiting: HashMap<&RepositoryName, VecDeque<&Record<'_>>> = HashMap::new();
        for record in records.moving() {
            waiting.entry(&record.planned.repository).or_default().push_back(record);
        }
        let (mut lines, mut places) = (HashMap::new(), HashMap::new());
        for (repository, line) in &mut waiting {
            let of_line = line.make_contiguous();
            of_line.sort_by_key(|record| (record.planned.push_order, record.planned.index));
            places
                .extend((0..).zip(&*of_line).map(|(place, record)| (record.planned.index, place)));
            lines.insert(*repository, Line::of(of_line.len()));
        }
        let slots = records.moving().map(|record| &record.planned.repository);
        let starts = slots.filter_map(|name| waiting.get_mut(name)?.pop_front()).collect();
        (Self { lines, places }, starts)
    }

    /// The place of an image. Taken before the image waits for anything.
    pub fn turn(&self, record: &Record<'_>) -> QueuePosition<'_> {
        let line = self.lines.get(&record.planned.repository);
        let place = self.places.get(&record.planned.index).copied().unwrap_or_default();
        QueuePosition { line, place }
    }
}

impl Line {
    fn of(images: usize) -> Self {
        let state = QueueState { unwritten: (0..images).collect(), unfinished: images };
        let first = watch::Sender::new(state.unwritten.first().copied());
        Self { state: Mutex::new(state), first }
    }

    fn written(&self, place: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.unwritten.remove(&place);
        self.first.send_replace(state.unwritten.first().copied());
    }
}

impl QueuePosition<'_> {
    /// Waits until every older image of the repository is written or has failed.
    pub async fn wait(&self) {
        let Some(line) = self.line else { return };
        let mut first = line.first.subscribe();
        // The sender lives as long as the queue.
        let _ = first.wait_for(|first| first.is_none_or(|first| first >= self.place)).await;
    }

    /// The tag is written: the next image of the repository may write its own.
    pub fn written(&self) {
        if let Some(line) = self.line {
            line.written(self.place);
        }
    }

    /// Nothing is left to do about the image. Returns whether it was the last one of its repository.
    pub fn finish(self) -> bool {
        self.written();
        let Some(line) = self.line else { return false };
        let mut state = line.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.unfinished = state.unfinished.saturating_sub(1);
        let is_last = state.unfinished == 0;
        drop(state);
        is_last
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn turn(line: &Line, place: usize) -> QueuePosition<'_> {
        QueuePosition { line: Some(line), place }
    }

    #[test]
    fn a_later_image_waits_for_every_earlier_one() {
        let line = Line::of(3);
        let [first, second, third] = [0, 1, 2].map(|place| turn(&line, place));
        assert!(first.wait().now_or_never().is_some());
        assert!(second.wait().now_or_never().is_none());
        // The second one failed: the third still waits for the first.
        assert!(!second.finish());
        assert!(third.wait().now_or_never().is_none());
        first.written();
        assert!(third.wait().now_or_never().is_some());
    }

    #[test]
    fn only_the_last_image_finishes_a_repository() {
        let line = Line::of(2);
        let [first, second] = [0, 1].map(|place| turn(&line, place));
        assert!(!second.finish());
        assert!(first.finish());
        let line = Line::of(2);
        let _cancelled = turn(&line, 0);
        let second = turn(&line, 1);
        assert!(second.wait().now_or_never().is_none(), "the first one was cancelled");
        assert!(!second.finish());
    }
}
