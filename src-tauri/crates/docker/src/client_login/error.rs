//! Errors of reading and changing the logins of `docker` and Podman.

use std::path::PathBuf;

/// Why a login of `docker` or Podman can't be read or changed. No variant contains a login.
#[derive(Debug, thiserror::Error)]
pub enum ClientLoginError {
    /// The folder of the configuration is unknown.
    #[error("the home folder of this user is unknown")]
    NoFolder,
    /// The file exists but can't be read.
    #[error("couldn't read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file, or a section that must be an object, is not a JSON object.
    #[error("{} is not a valid configuration of Docker: {detail}", path.display())]
    Damaged {
        path: PathBuf,
        /// The position, without the text, which can contain logins.
        detail: String,
    },
    /// The file can't be replaced.
    #[error("couldn't write {}: {source}", path.display())]
    NotWritable { path: PathBuf, source: std::io::Error },
    /// The credential helper is not installed in a searched folder.
    #[error("the credential helper {helper} was not found")]
    HelperMissing {
        /// Such as `docker-credential-pass`.
        helper: String,
    },
    /// The credential helper failed.
    #[error("the credential helper {helper} failed: {message}")]
    HelperFailed {
        /// Such as `docker-credential-pass`.
        helper: String,
        /// The reason, without its output, which can contain a login.
        message: String,
    },
    /// The credential helper can't store a login of this length.
    #[error("the credential helper {helper} can't store a login of {length_bytes} bytes")]
    TooLong {
        /// Such as `docker-credential-pass`.
        helper: String,
        /// Length of the password.
        length_bytes: usize,
    },
    /// The login method is no longer possible, because the configuration changed since the
    /// inspection.
    #[error("the configuration of {client} changed since it was read")]
    MethodUnavailable {
        /// `docker` or `podman`.
        client: &'static str,
    },
    /// Another program changed the entry since, so the change can't be undone.
    #[error("another program changed {key} in {}, so the change wasn't undone", path.display())]
    ChangedSince {
        path: PathBuf,
        /// Key of the entry.
        key: String,
    },
}
