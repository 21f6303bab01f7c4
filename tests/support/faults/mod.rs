//! A proxy on the loopback that breaks what goes through it, as its rules say.
//!
//! It takes one request a connection (it asks both sides to close afterwards), so that a fault hits
//! exactly the request that its rule names. Everything that no rule names goes through unchanged,
//! the `Host` header included; a `Location` that names the upstream names the proxy instead, so that
//! an upload goes on through it.

mod exchange;
mod head;
mod proxy;
mod rule;
mod seen_request;
mod state;
mod watcher;

pub use proxy::FaultProxy;
pub use rule::{Fault, Rule};
pub use seen_request::SeenRequest;
pub use watcher::Watcher;

#[cfg(test)]
mod tests;
