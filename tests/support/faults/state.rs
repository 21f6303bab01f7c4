//! What the proxy and its exchanges share: the rules and the requests that were received.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::faults::head::Head;
use crate::faults::rule::{Fault, Rule};
use crate::faults::seen_request::SeenRequest;
use crate::faults::watcher::Watcher;
use crate::secrets::known_secrets;

#[derive(Debug)]
pub(super) struct State {
    pub(super) upstream: String,
    pub(super) released: watch::Receiver<bool>,
    pub(super) watcher: Option<Arc<dyn Watcher>>,
    pub(super) rules: Mutex<Vec<Rule>>,
    pub(super) seen: Mutex<Vec<SeenRequest>>,
}

impl State {
    /// Records a request and returns its fault. The first matching rule applies.
    pub(super) fn record_and_match(&self, request: &Head) -> (Option<Fault>, usize) {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = rules.iter_mut().find_map(|rule| rule.take(request));
        if let Some(header) = request.value("authorization") {
            known_secrets::remember_authorization("a login that was sent", header);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(SeenRequest {
            method: request.method().to_owned(),
            path: request.path().to_owned(),
            operation: request
                .value("x-amz-target")
                .and_then(|target| target.rsplit('.').next())
                .map(str::to_owned),
            authorization: request.value("authorization").map(str::to_owned),
            faulty: fault.is_some(),
            body_bytes: 0,
            status: None,
            ended: false,
        });
        (fault, seen.len() - 1)
    }

    pub(super) fn seen(&self, request: usize) -> Option<SeenRequest> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(request).cloned()
    }

    /// Updates a request.
    pub(super) fn note(&self, request: usize, what: impl FnOnce(&mut SeenRequest)) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get_mut(request).map(what);
    }
}
