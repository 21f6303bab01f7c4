//! Docker Hub's own API: the repositories of a namespace, and their tags. What is pulled comes
//! through `registry`.
//!
//! - `client`: the calls.
//! - `answer`: the JSON of the answers as our values.
//! - `pace`: how many requests it takes.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod client;
mod error;
mod pace;

pub use answer::{HubRepository, HubTag, Page};
pub use client::{HubClient, HubLogin};
pub use error::{BoxError, HubError};
