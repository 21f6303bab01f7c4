//! The checks of a diagnosis, in the order in which `diagnose` runs them.
//!
//! - `connection`: DNS, the certificate, and the first request.
//! - `login`: what `/v2/` answers, the authentication scheme, and the token.
//! - `content`: a manifest, a layer, and the headers of caches.
//! - `upload`: where an upload goes, and how large it may be.
//! - `local`: the clients on this computer.

pub(crate) mod connection;
pub(crate) mod content;
pub(crate) mod local;
pub(crate) mod login;
pub(crate) mod upload;
