//! The copy of an image from registry to registry: children before their index, blobs before their
//! manifest, bytes as they came.

mod blob;
mod image;

pub(super) use image::Copier;
