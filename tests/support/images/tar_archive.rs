//! Tar archives with known bytes: layers, and images for `docker load`.

use std::path::Path;

use anyhow::Result;

/// A tar archive of files with these paths and contents, which has the same bytes on every computer.
pub fn tar_of<C: AsRef<[u8]>>(
    files: impl IntoIterator<Item = (impl AsRef<Path>, C)>,
) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let content = content.as_ref();
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_cksum();
        archive.append_data(&mut header, path, content)?;
    }
    Ok(archive.into_inner()?)
}
