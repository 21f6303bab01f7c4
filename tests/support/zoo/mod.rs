//! A registry zoo: one small scripted registry in memory whose behavior is data. Each personality plays
//! a real registry, with the thread or the documentation that shows the behavior.
//!
//! - `personality`: the animals, and every quirk with its siblings. A new bug report is a line there.
//! - `registry`: the registry that plays them.
//!
//! The flow `zoo` runs plan, copy, referrers, list, mount and resume with each of them.

mod personality;
mod registry;

pub use personality::{Op, PERSONALITIES, Personality, Quirk, VARIANTS};
pub use registry::{LOGIN, Seen, ZooRegistry, sha512_of};
