//! The API of Docker Hub: repositories of a namespace, their tags, and organizations. Used for the
//! lists from which the user selects images. Images themselves are pulled with the `registry`
//! crate.
//!
//! - `client`: the requests.
//! - `response`: the JSON of the responses, converted to values.
//! - `rate_limit`: waits until Docker Hub's rate limit allows a request.
//! - `error`: why a request fails.

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod client;
mod error;
mod rate_limit;
mod response;

pub use client::{HubClient, HubLogin};
pub use error::{BoxError, HubError};
pub use response::{HubRepository, HubTag, Page};
