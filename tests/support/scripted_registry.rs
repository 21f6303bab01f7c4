//! A scripted registry in memory. Its behavior is data: each [`RegistryKind`] imitates a real registry, with
//! the issue or the documentation that shows the behavior.
//!
//! - `quirk`: the operations of the protocol, and the ways in which registries differ.
//! - `real_registries`: the real registries. A new bug report is a line there.
//! - `variants`: each quirk alone, in all its variants.
//! - `registry`: the server. `request` and `response` are what it reads and writes, `content` what it stores,
//!   `handlers` how it serves requests, `behavior` how the quirks change that.
//!
//! The flow `registry_compatibility` runs plan, copy, referrers, list, mount and resume with each of them.

mod behavior;
mod content;
mod handlers;
mod quirk;
mod real_registries;
mod registry;
mod request;
mod response;
mod variants;

pub use content::sha512_of;
pub use quirk::{Op, Quirk};
pub use real_registries::{REAL_REGISTRIES, RegistryKind};
pub use registry::{LOGIN, RecordedRequest, ScriptedRegistry};
pub use variants::QUIRK_VARIANTS;
