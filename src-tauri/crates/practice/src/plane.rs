//! The practice servers, as the request log and the faults name them.

/// The server that a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    /// ECR's control plane and STS (`POST /`), and the part of Amazon Inspector (`POST /coverage/list`).
    Ecr,
    /// ECR's registry (`/v2/…`).
    Registry,
    /// The origin that blob downloads of both registries are redirected to.
    Layers,
    /// Docker Hub's API and its token service.
    Hub,
    /// Docker Hub's registry.
    HubRegistry,
}
