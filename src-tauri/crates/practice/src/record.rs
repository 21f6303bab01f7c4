//! Which requests arrived: for assertions of tests.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::faults::Plane;
use crate::store::lock;

/// One request that arrived. It never holds a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// Which server it was for.
    pub plane: Plane,
    /// The method, in upper case.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query of a registry or Docker Hub request; empty for redirected
    /// downloads, whose query is a signature.
    pub query: String,
    /// The operation of an ECR or STS request.
    pub operation: Option<String>,
    /// Whether an `Authorization` header came along; never its value.
    pub authorization: bool,
}

/// The oldest are forgotten beyond this, so that a long practice session does
/// not grow.
const KEPT: usize = 10_000;

#[derive(Default)]
pub(crate) struct Record(Mutex<VecDeque<RequestRecord>>);

impl Record {
    pub(crate) fn push(&self, request: RequestRecord) {
        let mut kept = lock(&self.0);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(request);
    }

    pub(crate) fn all(&self) -> Vec<RequestRecord> {
        lock(&self.0).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }
}
