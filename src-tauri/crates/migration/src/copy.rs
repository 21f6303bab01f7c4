//! Copies images to the destination registry: children before their index, blobs before their
//! manifest, bytes unchanged, and each blob once. `image` copies from another registry; `streamed`
//! copies an image that arrives in one stream, such as the Docker Engine's archive. The push steps
//! of `run` and list copies call it.

mod blob;
mod destination_state;
mod image;
mod mounts;
mod parts;
mod referrers;
mod streamed;
mod tags;
mod upload_slots;

pub(super) use destination_state::DestinationState;
pub(super) use image::{Copied, CopiedTag, Copier, Job};
pub(super) use mounts::Mounts;
pub use referrers::LeftBehind;
pub(super) use referrers::{ReferrerTags, referrer_tags};
pub(super) use streamed::{StreamJob, StreamedCopier};
pub(super) use tags::DestinationTags;
pub(super) use upload_slots::UploadSlots;
