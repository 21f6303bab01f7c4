use std::path::PathBuf;

/// Why a login of `docker` or Podman cannot be seen or changed. No variant holds a login.
#[derive(Debug, thiserror::Error)]
pub enum ClientLoginError {
    /// It is not known where the configuration is.
    #[error("the home folder of this user is not known")]
    NoFolder,
    /// The file is there and cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no JSON object, or what must be an object in it is none.
    #[error("{} is not as Docker writes it: {detail}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, without its text.
        detail: String,
    },
    /// The file cannot be replaced.
    #[error("{} cannot be written: {source}", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The program that is to keep the login is not on the search path.
    #[error("the credential helper {helper} is not there")]
    HelperMissing {
        /// Its name.
        helper: String,
    },
    /// The program that is to keep the login did not do it.
    #[error("the credential helper {helper} failed: {message}")]
    HelperFailed {
        /// Its name.
        helper: String,
        /// What it said.
        message: String,
    },
    /// The program cannot keep a login of this length.
    #[error("the credential helper {helper} cannot keep a login of {length_bytes} bytes")]
    TooLong {
        /// Its name.
        helper: String,
        /// The length of the password.
        length_bytes: usize,
    },
    /// The way is not open any more: something changed since it was shown.
    #[error("the configuration of {client} has changed since it was looked at")]
    WayClosed {
        /// `docker` or `podman`.
        client: &'static str,
    },
    /// What is to be undone was changed by somebody else since.
    #[error("{key} in {} was changed since; it is left as it is", path.display())]
    ChangedSince {
        /// The file.
        path: PathBuf,
        /// The entry.
        key: String,
    },
}
