//! What the practice ECR remembers: blobs as files, the rest as one JSON file.

mod blobs;
mod disk;
mod manifest;
mod pushes;
mod state;
mod uploads;

pub(crate) use blobs::BlobFolder;
pub use disk::StoreError;
pub(crate) use disk::{Store, lock, write_atomically};
pub(crate) use manifest::{MAX_MANIFEST_BYTES, Manifest, ManifestError};
pub(crate) use pushes::{
    PushError, adopt_upload, delete_image, mountable, push_manifest, remove_unused, untag,
};
pub(crate) use state::{Image, Repository, State, TagMutability};
pub(crate) use uploads::{Upload, UploadError, Uploads};
