//! Copies from registry to registry without a plan, for the command line only. They run as a job, as a migration does.

use crate::migration::CopyScope;

/// Images to copy from registry to registry, with options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyRequest {
    pub pairs: Vec<CopyPair>,
    /// Copy every tag. The sources are then repositories.
    pub all_tags: bool,
    /// What is copied of each image.
    pub extent: CopyScope,
    /// Number of concurrent images. The default suits most registries.
    pub jobs: Option<usize>,
    /// Use plain HTTP for the source registries.
    pub source_plain_http: bool,
    /// Use plain HTTP for the destination registries.
    pub destination_plain_http: bool,
    pub ecr: CopyEcr,
    /// Create missing repositories in ECR.
    pub create_repositories: bool,
    /// A CA file, which is trusted in addition to the system's certificate authorities.
    pub ca_file: Option<String>,
}

/// The connection to ECR, by a profile of the AWS configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyEcr {
    /// If it is given, the destination is ECR regardless of its host.
    pub profile: Option<String>,
    /// Replaces the region of the host or the profile.
    pub region: Option<String>,
}

/// The source and destination of an image, as references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyPair {
    pub source: String,
    pub destination: String,
}
