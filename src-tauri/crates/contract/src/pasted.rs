//! What text that a user pastes into a field of the source names.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::sources::ImageSource;

/// The field that the text was entered into. It decides what a plain word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum PasteField {
    /// The host of a registry.
    Registry,
    /// The namespaces of Docker Hub.
    Namespace,
    /// A repository of the current source.
    Repository,
    /// A filter. Plain words are never references.
    Filter,
}

/// What pasted text names: a source, and a repository and tag in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct PastedSource {
    /// The source to use. A profile that the text doesn't name, of an ECR, is empty.
    pub source: ImageSource,
    /// The repository as the source shows it.
    pub repository: Option<String>,
    pub tag: Option<String>,
    /// The digest, if the text is pinned to one.
    pub digest: Option<String>,
}
