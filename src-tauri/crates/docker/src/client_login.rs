//! The registry logins of the `docker` and Podman commands. The `api` crate uses this module to log
//! them in to ECR: it inspects what they have, previews a change, applies it, and undoes it. The
//! migration uses `stored`.
//!
//! - `inspect`: the current login of a client, and the methods with which it can be logged in.
//! - `change`: the single changes of a method; applying and undoing them.
//! - `config_file`: the configuration file, read and replaced as a whole.
//! - `ordered_object`: a JSON object that preserves unknown members and their order.
//! - `helper`: credential helpers, such as `docker-credential-pass`.
//! - `stored`: the search for logins that `docker login`, `podman login` or `skopeo login` stored.
//! - `error`: why a login can't be read or changed.

mod change;
mod config_file;
mod error;
mod helper;
mod inspect;
mod ordered_object;
pub mod stored;
#[cfg(all(test, unix))]
mod tests;

pub use change::{ClientLoginUndo, LoginChange, apply, undo};
pub use error::ClientLoginError;
pub use inspect::{ClientLogin, ExistingLogin, LoginClient, LoginMethod, StaleEntry, inspect};
