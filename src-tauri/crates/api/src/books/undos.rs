//! Planned and running undos.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use transload_contract::AwsConnection;
use transload_errors::{ApiError, ErrorCode};
use transload_migration::{Control, UndoPlan};

use crate::locks::locked;

/// The maximum number of planned undos. A user reviews one at a time.
const PLANS_KEPT: usize = 4;

/// A planned undo.
pub(crate) struct ReadyUndo {
    pub migration: String,
    pub plan: UndoPlan,
    pub connection: AwsConnection,
    pub control: Control,
}

/// The newest planned undos, and the running ones.
#[derive(Default)]
pub(crate) struct UndoBook {
    planned: Mutex<VecDeque<(String, ReadyUndo)>>,
    running: Mutex<HashMap<String, Control>>,
}

impl UndoBook {
    pub fn add(&self, id: String, undo: ReadyUndo) {
        let mut planned = locked(&self.planned);
        if planned.len() == PLANS_KEPT {
            planned.pop_front();
        }
        planned.push_back((id, undo));
    }

    /// Removes a planned undo to carry it out, so that it runs once.
    pub fn begin(&self, id: &str) -> Result<ReadyUndo, ApiError> {
        let mut planned = locked(&self.planned);
        let at = planned.iter().position(|(known, _)| known == id);
        let found = at.and_then(|at| planned.remove(at));
        let (_, undo) = found.ok_or_else(|| {
            let message = "This undo no longer exists, or was already carried out.";
            ApiError::new(ErrorCode::PlanUnknown, message).about(id)
        })?;
        locked(&self.running).insert(id.to_owned(), undo.control.clone());
        Ok(undo)
    }

    pub fn end(&self, id: &str) {
        locked(&self.running).remove(id);
    }

    /// Cancels a running undo. Does nothing if it already finished.
    pub fn stop(&self, id: &str) {
        if let Some(control) = locked(&self.running).get(id) {
            control.cancel();
        }
    }

    pub fn stop_all(&self) {
        locked(&self.running).values().for_each(Control::cancel);
    }

    pub fn any_runs(&self) -> bool {
        !locked(&self.running).is_empty()
    }
}
