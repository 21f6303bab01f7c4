//! The last requests, for assertions of tests. `server` logs every request before it is handled.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::lock::lock;
use crate::plane::Plane;

/// A received request. It contains no credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    pub plane: Plane,
    /// The method in uppercase.
    pub method: String,
    pub path: String,
    /// The query. Empty for redirected downloads, whose query is a signature.
    pub query: String,
    /// The ECR or STS operation.
    pub operation: Option<String>,
    /// Whether the request had an `Authorization` header.
    pub authorization: bool,
    /// The `Range` header.
    pub range: Option<String>,
}

/// Limits the memory of a long practice session.
const MAX_RECORDS: usize = 10_000;

#[derive(Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<RequestRecord>>);

impl RequestLog {
    pub(crate) fn push(&self, request: RequestRecord) {
        let mut records = lock(&self.0);
        if records.len() == MAX_RECORDS {
            records.pop_front();
        }
        records.push_back(request);
    }

    pub(crate) fn all(&self) -> Vec<RequestRecord> {
        lock(&self.0).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }
}
