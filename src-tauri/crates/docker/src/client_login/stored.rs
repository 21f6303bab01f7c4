//! Finds logins that `docker login`, `podman login` and `skopeo login` stored. Image sources of a
//! migration or a copy use them if the user entered no login.
//!
//! - `login_files`: the files, in the order in which they are searched.
//! - `content`: the parsed contents of a file.
//! - `keys`: the entry of a file for a registry or a repository.
//! - `registries_conf`: the credential helpers in Podman's `registries.conf`.
//! - `problem`: why a login could not be read.
//! - `find`: the search, including credential helpers.

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
