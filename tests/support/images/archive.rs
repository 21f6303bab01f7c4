//! Images as OCI layouts in a tar archive, for tests that load images into an engine.

use anyhow::Result;
use serde_json::json;

use crate::images::Manifest;
use crate::images::image::Image;
use crate::images::tar_archive::tar_of;

/// An index or manifest with its images as an OCI layout in a tar archive, for `docker load`. Only the
/// containerd image store and Podman read this format.
pub fn oci_archive(root: &Manifest, images: &[Image], name: &str) -> Result<Vec<u8>> {
    let mut entry = root.descriptor();
    // containerd reads the first annotation, Podman the second.
    entry["annotations"] = json!({
        "io.containerd.image.name": name,
        "org.opencontainers.image.ref.name": name,
    });
    let index = json!({ "schemaVersion": 2, "manifests": [entry] });
    let mut files = vec![
        ("oci-layout".to_owned(), json!({ "imageLayoutVersion": "1.0.0" }).to_string().into()),
        ("index.json".to_owned(), index.to_string().into()),
        (blob(&root.digest), root.bytes.clone()),
    ];
    for image in images {
        files.push((blob(&image.manifest.digest), image.manifest.bytes.clone()));
        files.extend(image.blobs().map(|(digest, bytes)| (blob(digest), bytes.clone())));
    }
    files.sort();
    files.dedup();
    tar_of(files)
}

fn blob(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}
