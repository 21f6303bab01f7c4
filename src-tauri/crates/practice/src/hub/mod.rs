//! The practice Docker Hub: its API, its token service, its registry, and the
//! account that is in it. Read-only.

mod account;
mod api;
mod catalogue;
mod limits;
mod registry;
mod token;

pub(crate) use account::Hub;
pub use account::HubAccount;
pub(crate) use api::answer as answer_api;
pub(crate) use registry::answer as answer_registry;
