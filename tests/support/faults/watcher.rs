use futures_util::future::BoxFuture;

use super::SeenRequest;

/// Sees what goes through a proxy, and may act in between.
pub trait Watcher: std::fmt::Debug + Send + Sync {
    /// A request came. The upstream sees it when this is done.
    fn before<'a>(&'a self, request: &'a SeenRequest) -> BoxFuture<'a, ()>;

    /// The upstream answered. The client sees the answer when this is done.
    fn after<'a>(&'a self, request: &'a SeenRequest) -> BoxFuture<'a, ()>;
}
