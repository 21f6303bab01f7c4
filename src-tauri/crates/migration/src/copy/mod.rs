//! The copy of an image from registry to registry: children before their index, blobs before their
//! manifest, bytes as they came, and each of them once. `streamed` does the same for an image that
//! comes in one stream, as the Docker Engine's archive does.

mod blob;
mod held;
mod image;
mod mounts;
mod parts;
mod referrers;
mod streamed;
mod tags;
mod turns;

pub(super) use held::Held;
pub(super) use image::{Copied, CopiedTag, Copier, Job};
pub(super) use mounts::Mounts;
pub use referrers::LeftBehind;
pub(super) use referrers::{ReferrerTags, referrer_tags};
pub(super) use streamed::{StreamJob, StreamedCopier};
pub(super) use tags::TagsThere;
pub(super) use turns::Turns;
