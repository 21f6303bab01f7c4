//! Writes files that the user exports.

use std::io;
use std::path::PathBuf;

use futures_util::StreamExt as _;
use transload_errors::ApiError;
use transload_files::{write_pieces, write_whole};
use transload_registry::{BlobStream, RegistryError};

/// Replaces a file as a whole, on a thread that may block.
pub(crate) async fn write_exported(path: PathBuf, text: String) -> Result<(), ApiError> {
    let written = {
        let path = path.clone();
        tokio::task::spawn_blocking(move || write_whole(&path, text.as_bytes())).await
    };
    let written = written.map_err(|error| ApiError::internal(error.to_string()))?;
    written.map_err(|error| ApiError::storage(&path, &error))
}

/// Replaces a file by a blob while it is downloaded. The file stays as it was if the download fails.
pub(crate) async fn write_downloaded(path: PathBuf, mut blob: BlobStream) -> Result<(), ApiError> {
    let runtime = tokio::runtime::Handle::current();
    let written = {
        let path = path.clone();
        let pieces = std::iter::from_fn(move || {
            let piece = runtime.block_on(blob.next())?;
            Some(piece.map_err(io::Error::other))
        });
        tokio::task::spawn_blocking(move || write_pieces(&path, pieces)).await
    };
    let written = written.map_err(|error| ApiError::internal(error.to_string()))?;
    written.map_err(|error| match error.downcast::<RegistryError>() {
        Ok(error) => ApiError::from(&error),
        Err(error) => ApiError::storage(&path, &error),
    })
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use transload_errors::ErrorCode;
    use transload_model::RegistryHost;

    use super::*;

    #[tokio::test]
    async fn a_download_replaces_a_file_only_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sbom.json");
        let lost = || RegistryError::Missing {
            registry: RegistryHost::parse("r.example").unwrap(),
            subject: "shop/api".to_owned(),
            repository: false,
            message: None,
        };
        let download = |end| {
            let pieces = vec![Ok("one, ".into()), Ok("two".into())];
            write_downloaded(path.clone(), Box::pin(stream::iter(pieces).chain(stream::iter(end))))
        };
        download(None).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one, two");
        let error = download(Some(Err(lost()))).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ImageMissing);
        assert_eq!(std::fs::read(&path).unwrap(), b"one, two");
        let missing = folder.path().join("none/sbom.json");
        let error = write_downloaded(missing, Box::pin(stream::empty())).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::StorageFailed);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
