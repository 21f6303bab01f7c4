//! A proxy on 127.0.0.1 that injects faults into requests according to its rules.
//!
//! It handles one request per connection (it asks both sides to close), so that a fault applies to exactly the request that its
//! rule matches. All other requests are unchanged, including the `Host` header. A `Location` of the upstream is changed to the
//! proxy, so that uploads continue through it.

mod exchange;
mod head;
pub(crate) mod proxy;
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
