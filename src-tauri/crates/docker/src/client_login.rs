//! The logins of the person's own `docker` and Podman: what they have for a registry, what would be
//! changed to give them one, the change, and its undoing.
//!
//! - `stored`: what `docker login`, `podman login` and `skopeo login` stored, for reading.
//! - `ordered`: a JSON object that keeps what it does not know as it was written.
//! - `file`: the configuration file, read and replaced as a whole.
//! - `helper`: programs that keep logins, such as `docker-credential-pass`.
//! - `look`: what there is, and which ways lead to a login.
//! - `change`: a way as the single changes that it makes; applied and undone.

mod change;
mod error;
mod file;
mod helper;
mod inspect;
mod ordered;
pub mod stored;
#[cfg(all(test, unix))]
mod tests;

pub use change::{Change, ClientLoginUndo, apply, undo};
pub use error::ClientLoginError;
pub use inspect::{Client, ClientLogin, HeldLogin, StaleEntry, Way, look};
