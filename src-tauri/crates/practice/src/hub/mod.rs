//! The practice Docker Hub: its API, its token service, its registry, and the
//! accounts that are in it. Read-only.
//!
//! - `account`, `catalogue`: what it holds, built once and kept on disk.
//! - `warehouse`: a large organisation, made when it is asked for.
//! - `repository`: either of them, as the API and the registry see it.
//! - `people`, `token`: who may sign in, and what for.
//! - `api`, `registry`, `limits`: what it answers.

mod account;
mod api;
mod catalogue;
mod limits;
mod moved;
mod people;
mod registry;
mod repository;
mod token;
mod warehouse;

pub(crate) use account::Hub;
pub use account::HubAccount;
pub(crate) use api::answer as answer_api;
pub(crate) use registry::answer as answer_registry;
