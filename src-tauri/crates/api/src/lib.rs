//! The border: what the engine can do, as calls with JSON in and out, for a window or a terminal.
//!
//! - [`contract`]: the types that cross it.
//!
//! No Tauri here.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod contract;

mod standin;
pub use standin::{Api, ApiOptions};
