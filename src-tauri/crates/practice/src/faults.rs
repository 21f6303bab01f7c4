//! Faults that are switched on per request.

use std::sync::Mutex;
use std::time::Duration;

use crate::store::lock;
use crate::wildcard::matches;

/// Which of the practice servers a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    /// ECR's control plane and STS (`POST /`).
    Ecr,
    /// ECR's registry (`/v2/…`).
    Registry,
    /// The origin that blob downloads of both registries are redirected to.
    Layers,
    /// Docker Hub's API and its token service.
    Hub,
    /// Docker Hub's registry.
    HubRegistry,
}

/// What happens instead of, or on top of, the true answer.
#[derive(Clone, Debug)]
pub enum FaultAction {
    /// This answer, in place of the true one.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The `Content-Type`.
        content_type: String,
        /// The body.
        body: String,
    },
    /// The true answer, later.
    Delay(Duration),
    /// The true answer, cut off after so many bytes of its body.
    CutResponse {
        /// Bytes of the body that still arrive.
        after_bytes: u64,
    },
    /// The connection ends after so many bytes of the request's body were read.
    CutRequest {
        /// Bytes of the body that are still read.
        after_bytes: u64,
    },
    /// The true answer with one bit of its body turned over. For a blob, match
    /// [`Plane::Layers`]: that is where its bytes come from.
    FlipBit,
    /// A page of HTML with this status, as a proxy or a portal would send.
    Html {
        /// The HTTP status.
        status: u16,
    },
    /// The connection ends without any answer; the request is not carried out.
    Drop,
    /// The request is carried out, and the connection ends without an answer.
    DropAfter,
    /// Every registry token issued so far expires before the request is looked at.
    ExpireTokens,
    /// ECR API: `ThrottlingException`. Elsewhere: 429.
    Throttle {
        /// The `Retry-After` header, in seconds.
        retry_after_seconds: Option<u32>,
    },
    /// The refusal of a principal that lacks the permission.
    AccessDenied,
    /// ECR API: `ExpiredTokenException`, as for a session that has ended.
    ExpiredCredentials,
}

/// When a fault applies, what it does, and how often.
#[derive(Clone, Debug)]
pub struct FaultRule {
    /// Which server; `None` for all.
    pub plane: Option<Plane>,
    /// Which method; `None` for all.
    pub method: Option<String>,
    /// Which path; `*` stands for any run of characters. `None` for all.
    pub path: Option<String>,
    /// Which ECR or STS operation; `None` for all.
    pub operation: Option<String>,
    /// What happens.
    pub action: FaultAction,
    /// So many matching requests pass unharmed first.
    pub skip: u32,
    /// How many requests are hit; `None` for every one.
    pub times: Option<u32>,
}

impl FaultRule {
    /// `action` for every request of every server.
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

    /// Only for this ECR or STS operation.
    pub fn operation(action: FaultAction, operation: &str) -> Self {
        Self { operation: Some(operation.to_owned()), ..Self::new(action).on(Plane::Ecr) }
    }

    /// Only for this server.
    #[must_use]
    pub fn on(self, plane: Plane) -> Self {
        Self { plane: Some(plane), ..self }
    }

    /// Only for this method.
    #[must_use]
    pub fn method(self, method: &str) -> Self {
        Self { method: Some(method.to_ascii_uppercase()), ..self }
    }

    /// Only for paths like this; `*` stands for any run of characters.
    #[must_use]
    pub fn path(self, pattern: &str) -> Self {
        Self { path: Some(pattern.to_owned()), ..self }
    }

    /// Only so many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Only after so many matching requests.
    #[must_use]
    pub fn after(self, requests: u32) -> Self {
        Self { skip: requests, ..self }
    }

    fn applies(&self, seen: &Seen<'_>) -> bool {
        self.plane.is_none_or(|plane| plane == seen.plane)
            && self.method.as_deref().is_none_or(|method| method == seen.method)
            && self.path.as_deref().is_none_or(|pattern| matches(pattern, seen.path))
            && self.operation.as_deref().is_none_or(|name| Some(name) == seen.operation)
    }
}

/// The parts of a request that rules look at.
pub(crate) struct Seen<'a> {
    pub(crate) plane: Plane,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) operation: Option<&'a str>,
}

/// Names one rule that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultId(u64);

/// The faults that are switched on. The first rule that applies counts.
#[derive(Default)]
pub struct Faults(Mutex<Rules>);

#[derive(Default)]
struct Rules {
    next: u64,
    rules: Vec<(u64, FaultRule)>,
}

impl Faults {
    /// Switches a fault on.
    pub fn add(&self, rule: FaultRule) -> FaultId {
        let mut held = lock(&self.0);
        held.next += 1;
        let id = held.next;
        held.rules.push((id, rule));
        FaultId(id)
    }

    /// Switches one fault off; nothing happens if it has used itself up.
    pub fn remove(&self, id: FaultId) {
        lock(&self.0).rules.retain(|(known, _)| *known != id.0);
    }

    /// Switches every fault off.
    pub fn clear(&self) {
        lock(&self.0).rules.clear();
    }

    /// How many rules are still switched on: a rule that has used itself up is not.
    pub fn active(&self) -> usize {
        lock(&self.0).rules.len()
    }

    pub(crate) fn take(&self, seen: &Seen<'_>) -> Option<FaultAction> {
        let mut held = lock(&self.0);
        let at = held.rules.iter().position(|(_, rule)| rule.applies(seen))?;
        let rule = &mut held.rules[at].1;
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        let action = rule.action.clone();
        if let Some(left) = rule.times.as_mut() {
            *left = left.saturating_sub(1);
            if *left == 0 {
                held.rules.remove(at);
            }
        }
        Some(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limited_rule_uses_itself_up_after_the_requests_it_lets_pass() {
        let faults = Faults::default();
        faults.add(FaultRule::new(FaultAction::Drop).on(Plane::Registry).after(1).times(2));
        let seen = Seen { plane: Plane::Registry, method: "GET", path: "/v2/", operation: None };
        let other = Seen { plane: Plane::Hub, ..seen };
        let hits: Vec<bool> = (0..4).map(|_| faults.take(&seen).is_some()).collect();
        assert_eq!(hits, [false, true, true, false]);
        assert!(faults.take(&other).is_none());
        assert_eq!(faults.active(), 0);
    }
}
