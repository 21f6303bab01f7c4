//! What can be chosen when practice mode starts.

use std::path::PathBuf;
use std::time::Duration;

/// How practice mode starts. [`PracticeOptions::new`] gives sensible values.
#[derive(Clone)]
pub struct PracticeOptions {
    /// Where all data lives; made if it is missing.
    pub folder: PathBuf,
    /// The region that requests must be signed for.
    pub region: String,
    /// The twelve digits of the account.
    pub account_id: String,
    /// The access key id of the one user.
    pub access_key_id: String,
    /// The secret access key of the one user. It protects nothing but practice data.
    pub secret_access_key: String,
    /// The name of the Docker Hub account.
    pub hub_account: String,
    /// The access token (password) of the Docker Hub account.
    pub hub_secret: String,
    /// How long a registry token is valid; ECR gives 12 hours.
    pub token_lifetime: Duration,
    /// Manifest pulls that an anonymous client of the practice Docker Hub has in six hours.
    pub hub_pull_limit: u32,
    /// Whether the account belongs to an organisation with very many repositories and tags.
    pub hub_large: bool,
    /// Ports to listen on.
    pub ports: Ports,
    /// Which of ECR's peculiarities are shown.
    pub quirks: Quirks,
}

impl PracticeOptions {
    /// Everything at its default, with the data in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            region: "eu-central-1".to_owned(),
            account_id: "111122223333".to_owned(),
            access_key_id: "AKIAPRACTICE00000000".to_owned(),
            secret_access_key: "practice-only-secret-access-key-00000000".to_owned(),
            hub_account: "dencold".to_owned(),
            hub_secret: "practice-hub-access-token".to_owned(),
            token_lifetime: Duration::from_secs(12 * 60 * 60),
            hub_pull_limit: 100,
            hub_large: false,
            ports: Ports::default(),
            quirks: Quirks::default(),
        }
    }
}

/// Ports on 127.0.0.1. `None` means: the port of the last start in this folder
/// if it is still free, else any free port.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ports {
    /// ECR's API, STS and the registry.
    pub ecr: Option<u16>,
    /// The origin that blob downloads are redirected to.
    pub layers: Option<u16>,
    /// Docker Hub's API and token service.
    pub hub: Option<u16>,
    /// Docker Hub's registry.
    pub hub_registry: Option<u16>,
}

/// ECR's peculiarities that a test may want to switch.
#[derive(Clone, Copy, Debug)]
pub struct Quirks {
    /// Every PATCH after the first of an upload is answered like the others, and
    /// its body thrown away (seen in aws/containers-roadmap#2831). Default: off.
    pub discards_later_chunks: bool,
    /// A chunk under 5 MiB that is not the last fails the upload. Default: on.
    pub minimum_chunk: bool,
    /// An upload without any byte cannot be completed. Default: on, as at ECR;
    /// no client that was tried uploads an empty blob.
    pub refuses_empty_blobs: bool,
    /// `Range` of a PATCH answer stays at the end of the first chunk. Default: on.
    pub stale_range: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            discards_later_chunks: false,
            minimum_chunk: true,
            refuses_empty_blobs: true,
            stale_range: true,
        }
    }
}
