//! Where the clients have their configuration, what was read of it, and how its files are read.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::verdict::ClientRenames;

/// The largest configuration file that is read, in bytes.
const FILE_LIMIT_BYTES: u64 = 1 << 20;

/// Where the clients of this computer have their configuration. Tests replace the folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFiles {
    /// The folder of the system's configuration, `/etc`.
    pub etc: Option<PathBuf>,
    pub home: Option<PathBuf>,
    /// The folder of Docker's `config.json`.
    pub docker_config: Option<PathBuf>,
    /// `CONTAINERS_REGISTRIES_CONF`, which Podman reads instead of the other files.
    pub registries_conf: Option<PathBuf>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClientConfiguration {
    pub renames: ClientRenames,
    /// What each client does with the name, in sentences.
    pub lines: Vec<String>,
    /// `registry-mirrors` of the Docker Engine.
    pub mirrors: Vec<String>,
    /// Whether the Docker Engine doesn't verify the certificate of the name.
    pub is_insecure: bool,
    /// Files that can't be read, with the reason.
    pub problems: Vec<String>,
}

/// Returns the text of a file, or `None` if it doesn't exist. Any other reason becomes a problem.
pub(super) fn text_of(path: &Path, problems: &mut Vec<String>) -> Option<String> {
    let mut refuse = |reason: String| problems.push(format!("{}: {reason}", path.display()));
    match std::fs::metadata(path) {
        Ok(file) if file.len() > FILE_LIMIT_BYTES => {
            refuse("it is too large for a configuration file".to_owned());
            None
        }
        Ok(_) => match std::fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) => {
                refuse(error.kind().to_string());
                None
            }
        },
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            None
        }
        Err(error) => {
            refuse(error.kind().to_string());
            None
        }
    }
}

/// Returns the line of an error in a TOML file.
pub(super) fn toml_problem(path: &Path, text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("{}: it is not valid TOML at line {}", path.display(), before.matches('\n').count() + 1)
}
