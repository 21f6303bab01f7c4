//! Keeps the order of pushes within each repository while images are copied concurrently.
//!
//! The content of several images is copied at the same time. Only the write of a tag waits until every
//! older image of its repository was written or failed. Images also start in that order, so an image
//! never waits for one that has not started.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use crate::run::record::{ImageRecord, ImageRecords};
use transload_model::RepositoryName;

/// The images of a push, by repository and in push order.
pub(super) struct PushQueue<'r> {
    queues: HashMap<&'r RepositoryName, RepositoryQueue>,
    /// Position of each image in the queue of its repository, by image index.
    positions: HashMap<u32, usize>,
}

/// The images of one repository.
struct RepositoryQueue {
    state: Mutex<QueueState>,
    /// The first position whose image is not written yet.
    first: watch::Sender<Option<usize>>,
}

struct QueueState {
    unwritten: BTreeSet<usize>,
    unfinished: usize,
}

/// The position of one image in the queue of its repository. An image that fails finishes its position,
/// so it never blocks another. A cancelled image does not: a newer image must not be written after an
/// older one was cancelled.
pub(super) struct QueuePosition<'q> {
    queue: Option<&'q RepositoryQueue>,
    position: usize,
}

impl<'r> PushQueue<'r> {
    /// Returns the queue, and the images in start order: repositories alternate as in the plan, and each
    /// starts with its oldest image.
    pub fn new<'p: 'r>(records: &'r ImageRecords<'p>) -> (Self, Vec<&'r ImageRecord<'p>>) {
        let mut waiting: HashMap<&RepositoryName, VecDeque<&ImageRecord<'_>>> = HashMap::new();
        for record in records.moving() {
            waiting.entry(&record.planned.repository).or_default().push_back(record);
        }
        let (mut queues, mut positions) = (HashMap::new(), HashMap::new());
        for (repository, images) in &mut waiting {
            let images = images.make_contiguous();
            images.sort_by_key(|record| (record.planned.push_order, record.planned.index));
            let numbered = (0..).zip(&*images);
            positions.extend(numbered.map(|(position, record)| (record.planned.index, position)));
            queues.insert(*repository, RepositoryQueue::new(images.len()));
        }
        let slots = records.moving().map(|record| &record.planned.repository);
        let starts = slots.filter_map(|name| waiting.get_mut(name)?.pop_front()).collect();
        (Self { queues, positions }, starts)
    }

    pub fn position(&self, record: &ImageRecord<'_>) -> QueuePosition<'_> {
        let queue = self.queues.get(&record.planned.repository);
        let position = self.positions.get(&record.planned.index).copied().unwrap_or_default();
        QueuePosition { queue, position }
    }
}

impl RepositoryQueue {
    fn new(images: usize) -> Self {
        let state = QueueState { unwritten: (0..images).collect(), unfinished: images };
        let first = watch::Sender::new(state.unwritten.first().copied());
        Self { state: Mutex::new(state), first }
    }

    fn written(&self, position: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.unwritten.remove(&position);
        self.first.send_replace(state.unwritten.first().copied());
    }
}

impl QueuePosition<'_> {
    /// Waits until every older image of the repository is written or has failed.
    pub async fn wait(&self) {
        let Some(queue) = self.queue else { return };
        let mut first = queue.first.subscribe();
        // The sender lives as long as the queue.
        let _ = first.wait_for(|first| first.is_none_or(|first| first >= self.position)).await;
    }

    /// Notes that the tag is written, so that the next image of the repository may write its tag.
    pub fn written(&self) {
        if let Some(queue) = self.queue {
            queue.written(self.position);
        }
    }

    /// Notes that the image is done. Returns whether it was the last one of its repository.
    pub fn finish(self) -> bool {
        self.written();
        let Some(queue) = self.queue else { return false };
        let mut state = queue.state.lock().unwrap_or_else(PoisonError::into_inner);
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

    fn position_in(queue: &RepositoryQueue, position: usize) -> QueuePosition<'_> {
        QueuePosition { queue: Some(queue), position }
    }

    #[test]
    fn a_later_image_waits_for_every_earlier_one() {
        let queue = RepositoryQueue::new(3);
        let [first, second, third] = [0, 1, 2].map(|position| position_in(&queue, position));
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
        let queue = RepositoryQueue::new(2);
        let [first, second] = [0, 1].map(|position| position_in(&queue, position));
        assert!(!second.finish());
        assert!(first.finish());
        let queue = RepositoryQueue::new(2);
        let _cancelled = position_in(&queue, 0);
        let second = position_in(&queue, 1);
        assert!(second.wait().now_or_never().is_none(), "the first one was cancelled");
        assert!(!second.finish());
    }
}
