//! Faults, and the rules that say which requests they apply to.

use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use regex::Regex;
use serde_json::json;

use crate::faults::head::Head;

/// What is done to a request. Bytes are counted in the body as it is on the wire.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The proxy answers itself; the upstream never sees the request.
    Answer {
        /// The status.
        status: u16,
        /// Headers besides `Content-Length`.
        headers: Vec<(String, String)>,
        /// The body.
        body: Bytes,
    },
    /// The connection is closed before anything is answered; the upstream never sees the request.
    Drop,
    /// The upstream does what it was asked, and its answer is lost with the connection.
    LoseAnswer,
    /// The connection is cut after so many bytes of the request's body went on to the upstream.
    CutRequest {
        /// How many.
        after_bytes: u64,
    },
    /// The connection is cut after so many bytes of the response's body.
    CutResponse {
        /// How many.
        after_bytes: u64,
    },
    /// The request stops after so many bytes of its body, until [`super::FaultProxy::release`].
    HoldRequest {
        /// How many.
        after_bytes: u64,
    },
    /// The response stops after so many bytes of its body, until [`super::FaultProxy::release`].
    HoldResponse {
        /// How many.
        after_bytes: u64,
    },
    /// The request waits before it goes on.
    Delay(Duration),
    /// Both bodies are slowed down.
    Throttle {
        /// To this speed.
        bytes_per_second: u64,
    },
    /// The answer comes twice on the same connection, which stays open for a moment.
    AnswerTwice,
    /// One bit of one byte of the response's body is turned.
    FlipBit {
        /// Which byte, from 0.
        at_byte: u64,
    },
}

impl Fault {
    /// An answer of the proxy itself.
    pub fn answer(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::Answer {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body: body.into(),
        }
    }

    /// A refusal in the words of the OCI distribution protocol.
    pub fn registry_error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "errors": [{ "code": code, "message": message }] });
        Self::answer(status, "application/json", body.to_string())
    }

    /// A refusal in the words of AWS's JSON protocol, which ECR speaks.
    pub fn aws_error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "__type": code, "message": message });
        Self::answer(status, "application/x-amz-json-1.1", body.to_string())
    }

    /// A refusal in the words of AWS's query protocol, which STS speaks.
    pub fn sts_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
             <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>fault</RequestId></ErrorResponse>"
        );
        Self::answer(status, "text/xml", body)
    }

    /// The page of a captive portal, with the status of success.
    pub fn html() -> Self {
        Self::answer(200, "text/html", "<!doctype html><html><body>Sign in to go on</body></html>")
    }

    /// Adds a header to an answer of the proxy itself.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// Which requests a fault hits.
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

/// A choice among requests that looks like chance and is the same on every machine.
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
    /// A fault for every request whose method and path (with its query) match the patterns. The
    /// method's pattern stands for the whole method, the path's for any part of the path.
    ///
    /// # Errors
    /// When a pattern is none.
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

    /// A fault for every call of an operation of ECR, such as `DescribeImages`.
    ///
    /// # Errors
    /// When the operation is no pattern.
    pub fn ecr(operation: &str, fault: Fault) -> Result<Self> {
        Self::new("POST", "^/", fault)?.header("x-amz-target", &format!(r"\.{operation}$"))
    }

    /// Only requests with a header that matches.
    ///
    /// # Errors
    /// When the pattern is none.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        self.header = Some((name.to_ascii_lowercase(), Regex::new(value)?));
        Ok(self)
    }

    /// Lets the first requests that match through.
    #[must_use]
    pub fn skip(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    /// Hits so many requests and lets the rest through.
    #[must_use]
    pub fn only(mut self, requests: usize) -> Self {
        self.limit = Some(requests);
        self
    }

    /// Hits one of so many requests, chosen by the seed: the same seed hits the same ones.
    #[must_use]
    pub fn one_in(mut self, requests: u64, seed: u64) -> Self {
        self.chance = Some(Chance { requests, seed });
        self
    }

    /// The fault, if this request gets it; counts the request.
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
