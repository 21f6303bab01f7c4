//! Options of practice mode, which `Practice::start` takes.

use std::path::PathBuf;
use std::time::Duration;

/// Options of practice mode. [`PracticeOptions::new`] returns the defaults.
#[derive(Clone)]
pub struct PracticeOptions {
    /// The folder for all data. It is created if it does not exist.
    pub folder: PathBuf,
    /// The region that requests have to be signed for.
    pub region: String,
    /// The 12-digit AWS account ID.
    pub account_id: String,
    pub access_key_id: String,
    /// Protects nothing but practice data.
    pub secret_access_key: String,
    /// The name of the Docker Hub account.
    pub hub_account: String,
    /// The access token (password) of the Docker Hub account.
    pub hub_secret: String,
    /// How long an authorization token is valid. 12 hours in ECR.
    pub token_lifetime: Duration,
    /// Manifest pulls that the practice Docker Hub allows an anonymous client in six hours.
    pub hub_pull_limit: u32,
    /// Whether the account belongs to an organization with thousands of repositories and tags.
    pub hub_large: bool,
    pub ports: Ports,
    /// Deviations of ECR that the practice ECR reproduces.
    pub quirks: Quirks,
}

impl PracticeOptions {
    /// Returns the defaults, with the data in `folder`.
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

/// Ports on 127.0.0.1. `None` selects the port of the previous start in this folder if it is free, otherwise
/// any free port.
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

/// Deviations of ECR that tests switch on and off.
#[derive(Clone, Copy, Debug)]
pub struct Quirks {
    /// Every PATCH of an upload after the first one succeeds, but its body is discarded. Default: off.
    /// Source: aws/containers-roadmap#2831
    pub discards_later_chunks: bool,
    /// A chunk below 5 MiB that is not the last one fails the upload. Default: on.
    pub minimum_chunk: bool,
    /// An empty upload can't be completed. Default: on, as in ECR.
    pub refuses_empty_blobs: bool,
    /// The `Range` of a PATCH response stays at the end of the first chunk. Default: on.
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
