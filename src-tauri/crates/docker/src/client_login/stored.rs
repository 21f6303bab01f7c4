//! What `docker login`, `podman login` and `skopeo login` stored, for reading: the source of a
//! migration or a copy uses the login that the person already has.
//!
//! - `places`: the files and variables, in the order in which they are searched.
//! - `content`: one of them, parsed once into values.
//! - `keys`: which entry of a file is the one for a registry or repository.
//! - `registries_conf`: the credential helpers of Podman's own configuration.
//! - `problem`: why a place could not be read.
//! - `find`: the search, with credential helpers.

mod content;
#[cfg(all(test, target_os = "linux"))]
mod differential_tests;
mod find;
mod keys;
pub(crate) mod login_files;
mod problem;
mod registries_conf;
#[cfg(all(test, unix))]
mod tests;

pub use find::{FoundLogin, StoredLogins};
pub use problem::LoginProblem;
