//! Docker Hub's own API: the repositories of a namespace, and their tags. What is pulled comes
//! through `registry`.
//!
//! - `client`: the calls.
//! - `answer`: the JSON of the answers as our values.
//! - `pace`: how many requests it takes.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod client;
mod error;
mod rate_limit;
mod response;

pub use client::{HubClient, HubLogin};
pub use error::{BoxError, HubError};
pub use response::{HubRepository, HubTag, Page};
