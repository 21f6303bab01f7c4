//! Code that runs before and after each request of a proxy.

use futures_util::future::BoxFuture;

use crate::faults::seen_request::SeenRequest;

/// Receives every request of a proxy, and can act before and after it.
pub trait Watcher: std::fmt::Debug + Send + Sync {
    /// Called before the request is sent to the upstream.
    fn before<'a>(&'a self, request: &'a SeenRequest) -> BoxFuture<'a, ()>;

    /// Called before the response is sent to the client.
    fn after<'a>(&'a self, request: &'a SeenRequest) -> BoxFuture<'a, ()>;
}
