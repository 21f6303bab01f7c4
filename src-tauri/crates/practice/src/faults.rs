//! Faults for tests: rules that make matching requests fail in a chosen way. Compiled with the feature
//! `faults` only. `server` asks [`Faults`] before each request.

use std::sync::Mutex;
use std::time::Duration;

use crate::lock::lock;
use crate::plane::Plane;
use crate::wildcard::matches;

/// What happens instead of, or in addition to, the regular response.
#[derive(Clone, Debug)]
pub enum FaultAction {
    /// Sends this response instead.
    Answer { status: u16, content_type: String, body: String },
    /// Delays the regular response.
    Delay(Duration),
    /// Closes the connection after this many bytes of the response body.
    CutResponse { after_bytes: u64 },
    /// Closes the connection after reading this many bytes of the request body.
    CutRequest { after_bytes: u64 },
    /// Flips one bit of the response body. For a blob, match [`Plane::Layers`], which sends its bytes.
    FlipBit,
    /// Sends an HTML page with this status, as a proxy or a captive portal would.
    Html { status: u16 },
    /// Closes the connection without executing the request.
    Drop,
    /// Executes the request, then closes the connection without a response.
    DropAfter,
    /// Expires all registry tokens, then handles the request.
    ExpireTokens,
    /// Sends `ThrottlingException` for the ECR API, otherwise 429.
    Throttle {
        /// The `Retry-After` header, in seconds.
        retry_after_seconds: Option<u32>,
    },
    /// Denies access, as for a principal without the permission.
    AccessDenied,
    /// Answers as for an expired session: `ExpiredTokenException` of ECR, `ExpiredToken` of STS.
    ExpiredCredentials,
}

/// Which requests a fault applies to, what it does, and how often. `None` matches everything.
#[derive(Clone, Debug)]
pub struct FaultRule {
    pub plane: Option<Plane>,
    pub method: Option<String>,
    /// A pattern in which `*` matches any characters.
    pub path: Option<String>,
    /// An ECR or STS operation.
    pub operation: Option<String>,
    pub action: FaultAction,
    /// This many matching requests succeed first.
    pub skip: u32,
    /// The number of requests that fail. `None` for all.
    pub times: Option<u32>,
}

impl FaultRule {
    /// Applies to every request.
    pub fn new(action: FaultAction) -> Self {
        Self {
            plane: None,
            method: None,
            path: None,
            operation: None,
            action,
            skip: 0,
            times: None,
        }
    }

    /// Applies to this ECR or STS operation.
    pub fn operation(action: FaultAction, operation: &str) -> Self {
        Self { operation: Some(operation.to_owned()), ..Self::new(action).on(Plane::Ecr) }
    }

    /// Limits the rule to a server.
    #[must_use]
    pub fn on(self, plane: Plane) -> Self {
        Self { plane: Some(plane), ..self }
    }

    /// Limits the rule to a method.
    #[must_use]
    pub fn method(self, method: &str) -> Self {
        Self { method: Some(method.to_ascii_uppercase()), ..self }
    }

    /// Limits the rule to paths that match a pattern.
    #[must_use]
    pub fn path(self, pattern: &str) -> Self {
        Self { path: Some(pattern.to_owned()), ..self }
    }

    /// Limits the number of requests that fail.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Lets this many matching requests succeed first.
    #[must_use]
    pub fn after(self, requests: u32) -> Self {
        Self { skip: requests, ..self }
    }

    fn applies(&self, request: &RequestFacts<'_>) -> bool {
        self.plane.is_none_or(|plane| plane == request.plane)
            && self.method.as_deref().is_none_or(|method| method == request.method)
            && self.path.as_deref().is_none_or(|pattern| matches(pattern, request.path))
            && self.operation.as_deref().is_none_or(|name| Some(name) == request.operation)
    }
}

/// The parts of a request that rules match.
pub(crate) struct RequestFacts<'a> {
    pub(crate) plane: Plane,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) operation: Option<&'a str>,
}

/// Identifies an added rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultId(u64);

/// The active rules. The first matching one applies.
#[derive(Default)]
pub struct Faults(Mutex<Rules>);

#[derive(Default)]
struct Rules {
    next: u64,
    active: Vec<(u64, FaultRule)>,
}

impl Faults {
    pub fn add(&self, rule: FaultRule) -> FaultId {
        let mut rules = lock(&self.0);
        rules.next += 1;
        let id = rules.next;
        rules.active.push((id, rule));
        FaultId(id)
    }

    /// Removes a rule, if it is still active.
    pub fn remove(&self, id: FaultId) {
        lock(&self.0).active.retain(|(known, _)| *known != id.0);
    }

    /// Removes all rules.
    pub fn clear(&self) {
        lock(&self.0).active.clear();
    }

    /// Returns the number of rules that still apply. A rule with a limit is removed after its last request.
    pub fn active(&self) -> usize {
        lock(&self.0).active.len()
    }

    pub(crate) fn take(&self, request: &RequestFacts<'_>) -> Option<FaultAction> {
        let mut rules = lock(&self.0);
        let at = rules.active.iter().position(|(_, rule)| rule.applies(request))?;
        let rule = &mut rules.active[at].1;
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        let action = rule.action.clone();
        if let Some(left) = rule.times.as_mut() {
            *left = left.saturating_sub(1);
            if *left == 0 {
                rules.active.remove(at);
            }
        }
        Some(action)
    }
}

#[cfg(test)]
mod tests;
