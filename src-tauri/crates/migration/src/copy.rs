//! Copies images to the destination registry: children before their index, blobs before their
//! manifest, bytes unchanged, and each blob once. `image` copies from another registry; `archive_copy`
//! copies an image that arrives in one stream, such as the Docker Engine's archive. The push steps
//! of `run` and list copies call it.

pub(crate) mod archive_copy;
mod blob;
pub(crate) mod destination_state;
pub(crate) mod image;
pub(crate) mod list_copy;
pub(crate) mod mounts;
mod parts;
pub(crate) mod referrer_tags;
pub(crate) mod referrers;
pub(crate) mod registry_tags;
pub(crate) mod upload_slots;
