//! Layers of a job, whose events are throttled.

use std::collections::HashMap;
use std::time::Instant;

use transload_contract::{LayerProgress, LayerState};

use crate::jobs::throttle::{LAYER_INTERVAL, Throttle};

/// The layers of one image, with their counted bytes.
#[derive(Default)]
pub(crate) struct Layers {
    list: Vec<LayerProgress>,
    places: HashMap<String, LayerBytes>,
}

struct LayerBytes {
    at: usize,
    throttle: Throttle,
    sent_bytes: u64,
    /// Bytes that the destination had.
    skipped_bytes: u64,
}

/// By how much the totals of a job grow, and whether to emit an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TotalsChange {
    pub sent_bytes: i64,
    pub skipped_bytes: i64,
    pub emit: bool,
    /// Whether the state of the layer changed.
    pub is_new: bool,
}

impl Layers {
    /// Bytes that were sent or skipped.
    pub fn accounted_bytes(&self) -> u64 {
        self.places.values().map(|place| place.sent_bytes + place.skipped_bytes).sum()
    }

    /// Applies a state. A finished layer stays finished, even if it is checked again.
    pub fn take(&mut self, layer: &str, state: &LayerState, now: Instant) -> TotalsChange {
        let next = self.list.len();
        let place = self.places.entry(layer.to_owned()).or_insert_with(|| {
            let state = LayerState::Waiting { total_bytes: None };
            self.list.push(LayerProgress { layer: layer.to_owned(), state });
            let throttle = Throttle::new(LAYER_INTERVAL);
            LayerBytes { at: next, throttle, sent_bytes: 0, skipped_bytes: 0 }
        });
        let held = &mut self.list[place.at].state;
        if is_through(held) {
            return TotalsChange::default();
        }
        let (sent_before, skipped_before) = (place.sent_bytes, place.skipped_bytes);
        match state {
            LayerState::Sending { sent_bytes, .. } | LayerState::Done { sent_bytes } => {
                place.sent_bytes = *sent_bytes;
            }
            LayerState::AlreadyThere { total_bytes } => {
                place.skipped_bytes = total_bytes.unwrap_or(0);
            }
            LayerState::Mounted => place.skipped_bytes = 0,
            LayerState::Waiting { .. } | LayerState::Failed => place.sent_bytes = 0,
        }
        let still_sending =
            matches!((&*held, state), (LayerState::Sending { .. }, LayerState::Sending { .. }));
        let is_due = place.throttle.allows(now);
        let emit = is_due || !still_sending;
        if emit {
            place.throttle.restart(now);
        }
        *held = *state;
        let grown = |now: u64, before: u64| now.cast_signed() - before.cast_signed();
        TotalsChange {
            sent_bytes: grown(place.sent_bytes, sent_before),
            skipped_bytes: grown(place.skipped_bytes, skipped_before),
            emit,
            is_new: true,
        }
    }
}

fn is_through(state: &LayerState) -> bool {
    matches!(state, LayerState::Done { .. } | LayerState::AlreadyThere { .. } | LayerState::Mounted)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sending(sent_bytes: u64) -> LayerState {
        LayerState::Sending { sent_bytes, total_bytes: Some(100) }
    }

    #[test]
    fn bytes_are_reported_ten_times_a_second_and_always_counted() {
        let mut layers = Layers::default();
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        assert_eq!(
            layers.take("a", &sending(1), at(0)),
            TotalsChange { sent_bytes: 1, skipped_bytes: 0, emit: true, is_new: true }
        );
        assert_eq!(
            layers.take("a", &sending(5), at(50)),
            TotalsChange { sent_bytes: 4, skipped_bytes: 0, emit: false, is_new: true }
        );
        assert_eq!(
            layers.take("a", &sending(6), at(100)),
            TotalsChange { sent_bytes: 1, skipped_bytes: 0, emit: true, is_new: true }
        );
        let done = LayerState::Done { sent_bytes: 10 };
        assert_eq!(
            layers.take("a", &done, at(101)),
            TotalsChange { sent_bytes: 4, skipped_bytes: 0, emit: true, is_new: true }
        );
        assert_eq!(layers.accounted_bytes(), 10);
    }

    #[test]
    fn a_layer_that_is_sent_again_subtracts_its_bytes() {
        let mut layers = Layers::default();
        let now = Instant::now();
        layers.take("a", &sending(60), now);
        assert_eq!(layers.take("a", &sending(10), now).sent_bytes, -50);
        assert_eq!(layers.take("a", &LayerState::Failed, now).sent_bytes, -10);
    }

    #[test]
    fn a_layer_that_is_through_stays_so() {
        let mut layers = Layers::default();
        let now = Instant::now();
        layers.take("a", &LayerState::Done { sent_bytes: 10 }, now);
        assert_eq!(
            layers.take("a", &LayerState::AlreadyThere { total_bytes: Some(10) }, now),
            TotalsChange::default()
        );
        assert_eq!(layers.list[0].state, LayerState::Done { sent_bytes: 10 });
    }
}
