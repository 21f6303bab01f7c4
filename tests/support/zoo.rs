//! A registry zoo: one small scripted registry in memory whose behavior is data. Each personality plays
//! a real registry, with the thread or the documentation that shows the behavior.
//!
//! - `quirk`: the operations of the protocol, and what a registry may do differently.
//! - `personality`: the real registries. A new bug report is a line there.
//! - `variants`: each quirk with its siblings.
//! - `registry`: the registry that plays them; `request` and `response` are what it reads and writes,
//!   `content` what it holds, `handlers` how it serves, `behavior` how the quirks change that.
//!
//! The flow `zoo` runs plan, copy, referrers, list, mount and resume with each of them.

mod behavior;
mod content;
mod handlers;
mod personality;
mod quirk;
mod registry;
mod request;
mod response;
mod variants;

pub use content::sha512_of;
pub use personality::{PERSONALITIES, Personality};
pub use quirk::{Op, Quirk};
pub use registry::{LOGIN, Seen, ZooRegistry};
pub use variants::VARIANTS;
