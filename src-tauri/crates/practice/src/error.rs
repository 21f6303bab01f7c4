//! What can go wrong with practice mode itself.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::store::StoreError;

/// Practice mode could not start, stop or reset.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// The practice folder could not be made or locked.
    #[error("the practice folder {} cannot be used", folder.display())]
    Folder {
        /// The folder that was asked for.
        folder: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Another practice mode has this folder open.
    #[error("the practice folder {} is in use by {}", folder.display(), holder_name(holder.as_ref()))]
    FolderInUse {
        /// The folder that was asked for.
        folder: PathBuf,
        /// The process that has it open, where it said who it is.
        holder: Option<Holder>,
    },
    /// No port could be opened on 127.0.0.1.
    #[error("no server can listen on 127.0.0.1:{port} (0 stands for any free port)")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The stored data could not be read or written. After
    /// [`StoreError::TornState`], [`crate::Practice::erase`] makes the folder
    /// usable again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The process that has a practice folder open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The name of its program, such as `transload-cli`.
    pub program: String,
    /// Its process id.
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

/// Why a tag of the practice Docker Hub was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveTagError {
    /// There is no such repository.
    #[error("the practice Docker Hub has no repository {repository}")]
    RepositoryMissing {
        /// As it was named, such as `dencold/pgcli`.
        repository: String,
    },
    /// The repository has no such tag.
    #[error("the repository {repository} has no tag {tag}")]
    TagMissing {
        /// The repository.
        repository: String,
        /// As it was named.
        tag: String,
    },
    /// The images are made when they are asked for, each for its tag.
    #[error("the tags of {repository} stay where they are: each makes its own image")]
    Fixed {
        /// The repository.
        repository: String,
    },
    /// Both tags have one image.
    #[error("the tags {tag} and {to} of {repository} are the same image already")]
    SameImage {
        /// The repository.
        repository: String,
        /// The tag that was to move.
        tag: String,
        /// The tag whose image it was to get.
        to: String,
    },
    /// The move could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}
