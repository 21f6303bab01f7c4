//! Errors of practice mode itself, as opposed to the errors that its servers send.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::store::error::StoreError;

/// Practice mode couldn't start, stop or reset.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// The practice folder couldn't be created or locked.
    #[error("the practice folder {} couldn't be used", folder.display())]
    Folder {
        folder: PathBuf,
        #[source]
        source: io::Error,
    },
    /// Another process uses this folder.
    #[error("the practice folder {} is in use by {}", folder.display(), holder_name(holder.as_ref()))]
    FolderInUse {
        folder: PathBuf,
        /// The process, if it is known.
        holder: Option<Holder>,
    },
    #[error("couldn't listen on 127.0.0.1:{port} (0 is any free port)")]
    Listen {
        port: u16,
        #[source]
        source: io::Error,
    },
    /// The stored data couldn't be read or written. [`crate::Practice::erase`] repairs a
    /// [`StoreError::TornState`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The process that uses a practice folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The name of the program, such as `transload-cli`.
    pub program: String,
    pub process: u32,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} (process {})", self.program, self.process)
    }
}

fn holder_name(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "another process".to_owned(), Holder::to_string)
}

/// Why a tag of the practice Docker Hub couldn't be moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveTagError {
    #[error("the practice Docker Hub has no repository {repository}")]
    RepositoryMissing {
        /// Such as `dencold/pgcli`.
        repository: String,
    },
    #[error("the repository {repository} has no tag {tag}")]
    TagMissing { repository: String, tag: String },
    /// The repository is generated: every tag has its own image.
    #[error("the tags of {repository} can't be moved, because the repository is generated")]
    Fixed { repository: String },
    #[error("the tags {tag} and {to} of {repository} already point to the same image")]
    SameImage { repository: String, tag: String, to: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}
