//! Faults, and the rules that select the requests they apply to.

use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use regex::Regex;
use serde_json::json;

use crate::faults::head::Head;

/// A fault. Byte counts refer to the body as sent on the wire.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The proxy responds; the upstream never sees the request.
    Respond {
        status: u16,
        /// Headers besides `Content-Length`.
        headers: Vec<(String, String)>,
        body: Bytes,
    },
    /// The connection is closed without a response; the upstream never sees the request.
    Drop,
    /// The upstream handles the request, and its response is lost with the connection.
    LoseResponse,
    /// The connection is cut after this many bytes of the request body were forwarded.
    CutRequest { after_bytes: u64 },
    /// The connection is cut after this many bytes of the response body.
    CutResponse { after_bytes: u64 },
    /// The request stops after this many bytes of its body, until [`super::FaultProxy::release`].
    HoldRequest { after_bytes: u64 },
    /// The response stops after this many bytes of its body, until [`super::FaultProxy::release`].
    HoldResponse { after_bytes: u64 },
    /// The request is delayed before it is forwarded.
    Delay(Duration),
    /// Both bodies are slowed down.
    Throttle { bytes_per_second: u64 },
    /// The response is sent twice on the same connection, which stays open for a moment.
    RespondTwice,
    /// One bit of the response body is flipped.
    FlipBit {
        /// The offset of the byte, starting at 0.
        at_byte: u64,
    },
}

impl Fault {
    /// A response of the proxy.
    pub fn respond(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::Respond {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body: body.into(),
        }
    }

    /// An error in the format of the OCI distribution specification.
    pub fn registry_error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "errors": [{ "code": code, "message": message }] });
        Self::respond(status, "application/json", body.to_string())
    }

    /// An error in the format of AWS JSON, which ECR uses.
    pub fn aws_error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "__type": code, "message": message });
        Self::respond(status, "application/x-amz-json-1.1", body.to_string())
    }

    /// An error in the format of AWS Query, which STS uses.
    pub fn sts_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
             <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>fault</RequestId></ErrorResponse>"
        );
        Self::respond(status, "text/xml", body)
    }

    /// The page of a captive portal, with a success status.
    pub fn html() -> Self {
        Self::respond(
            200,
            "text/html",
            "<!doctype html><html><body>Sign in to continue</body></html>",
        )
    }

    /// Adds a header to a response of the proxy.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Respond { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// Selects the requests that a fault applies to.
#[derive(Clone, Debug)]
pub struct Rule {
    method: Regex,
    path: Regex,
    header: Option<(String, Regex)>,
    skip: usize,
    limit: Option<usize>,
    chance: Option<Chance>,
    matched: usize,
    fault: Fault,
}

/// A pseudo-random choice of requests that is the same on every machine.
#[derive(Clone, Copy, Debug)]
struct Chance {
    requests: u64,
    seed: u64,
}

impl Chance {
    /// SplitMix64. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
    fn hits(self, number: u64) -> bool {
        let mut mixed = self.seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).is_multiple_of(self.requests.max(1))
    }
}

impl Rule {
    /// Applies a fault to every request whose method and path (with its query) match the patterns. The method
    /// pattern must match the whole method, the path pattern any part of the path.
    pub fn new(method: &str, path: &str, fault: Fault) -> Result<Self> {
        Ok(Self {
            method: Regex::new(&format!("^(?:{method})$"))?,
            path: Regex::new(path)?,
            header: None,
            skip: 0,
            limit: None,
            chance: None,
            matched: 0,
            fault,
        })
    }

    /// Applies a fault to every call of an ECR operation, such as `DescribeImages`.
    pub fn ecr(operation: &str, fault: Fault) -> Result<Self> {
        Self::new("POST", "^/", fault)?.header("x-amz-target", &format!(r"\.{operation}$"))
    }

    /// Restricts the rule to requests with a matching header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        self.header = Some((name.to_ascii_lowercase(), Regex::new(value)?));
        Ok(self)
    }

    /// Skips the first matching requests.
    pub fn skip(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    /// Applies the fault to this many matching requests, and not to later ones.
    pub fn only(mut self, requests: usize) -> Self {
        self.limit = Some(requests);
        self
    }

    /// Applies the fault to one of this many requests on average. The same seed selects the same requests.
    pub fn one_in(mut self, requests: u64, seed: u64) -> Self {
        self.chance = Some(Chance { requests, seed });
        self
    }

    /// Counts a matching request, and returns the fault if it applies to it.
    pub(super) fn take(&mut self, request: &Head) -> Option<Fault> {
        let header_matches = self.header.as_ref().is_none_or(|(name, pattern)| {
            request.value(name).is_some_and(|value| pattern.is_match(value))
        });
        if !header_matches
            || !self.method.is_match(request.method())
            || !self.path.is_match(request.path())
        {
            return None;
        }
        self.matched += 1;
        let past_skip = self.matched > self.skip;
        let within_limit = self.limit.is_none_or(|limit| self.matched <= self.skip + limit);
        let chosen = self.chance.is_none_or(|chance| chance.hits(self.matched as u64));
        (past_skip && within_limit && chosen).then(|| self.fault.clone())
    }
}
