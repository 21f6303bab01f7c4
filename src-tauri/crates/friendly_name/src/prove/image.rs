//! The tiny image of a proof: one layer with one file, as an archive of `docker save`, which every client loads.

use std::io;

use serde_json::json;
use sha2::{Digest, Sha256};

/// The architecture of this computer in the words of image configurations. Clients refuse images of others.
const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };

/// Returns the archive of an image with a name. Its content is unique for each name.
pub(super) fn docker_archive(name: &str) -> io::Result<Vec<u8>> {
    let layer = archive(&[("transload-name-test", name.as_bytes())])?;
    let layer_digest = hex(&layer);
    let config = json!({
        "architecture": ARCHITECTURE,
        "os": "linux",
        "config": { "Labels": { "io.github.transload.name-test": name } },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{layer_digest}")] },
        "history": [{ "created": "1970-01-01T00:00:00Z", "created_by": "transload" }],
        "created": "1970-01-01T00:00:00Z",
    })
    .to_string();
    let config_file = format!("{}.json", hex(config.as_bytes()));
    let layer_file = format!("{layer_digest}/layer.tar");
    let manifest =
        json!([{ "Config": config_file, "RepoTags": [name], "Layers": [layer_file] }]).to_string();
    archive(&[
        (&config_file, config.as_bytes()),
        (&layer_file, &layer),
        ("manifest.json", manifest.as_bytes()),
    ])
}

fn archive(files: &[(&str, &[u8])]) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        builder.append_data(&mut header, path, *content)?;
    }
    builder.into_inner()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
