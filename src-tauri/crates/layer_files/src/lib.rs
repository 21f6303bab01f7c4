//! The files in the layers of an image. A layer is listed while it is downloaded, and nothing is extracted or stored.
//! Layers with a table of contents (eStargz, zstd:chunked) are listed from it, with two small requests or one. Called
//! by `api`, for the layers tab and for `transload-cli files`.
//!
//! Everything in a layer was written by strangers: there are limits for entries, bytes and names, names show their
//! control characters, and no link is followed.
//!
//! - `list_layer`: lists one layer, by its table of contents or as a stream
//! - `toc`: the tables of contents of eStargz and zstd:chunked
//! - `zstd_frames`, `list_tar`: from the pieces of a download to the entries of the archive
//! - `layer_files`: the values of a list, and its stored form
//! - `shown_name`: names as text
//! - `layer_changes`: what each layer adds, changes and deletes, and the bytes that later layers hide
//! - `error`: why a layer can't be listed

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod layer_changes;
mod layer_files;
mod list_layer;
mod list_tar;
mod shown_name;
mod toc;
mod zstd_frames;

pub use error::LayerFilesError;
pub use layer_changes::{HiddenFile, LayerChanges, StackChanges, mark_changes, stack_changes};
pub use layer_files::{
    FileChange, FileEntry, FileKind, LayerFiles, ListProgress, ListSource, ListStop,
};
pub use list_layer::list_layer;
pub use toc::has_table;
