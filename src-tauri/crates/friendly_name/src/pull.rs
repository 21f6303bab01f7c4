//! How each client pulls one image from ECR, by tag or by digest, with the policy that it requires. Pure.
//!
//! - `pull::guide`: the types.
//! - `pull::machines`: Docker, Podman, containerd.
//! - `pull::kubernetes`: Amazon EKS, the kubelet credential provider, image pull secrets, pod identities.
//! - `pull::services`: Amazon ECS, AWS Lambda, GitHub Actions, GitLab CI.
//! - `pull::prerequisites`: whether this computer can pull.

pub(crate) mod guide;
mod kubernetes;
mod machines;
pub(crate) mod prerequisites;
mod services;

use crate::pull::guide::{PullGuides, PullTarget};

/// Returns the guides for every client.
pub fn pull_guides(target: &PullTarget) -> PullGuides {
    let guides = vec![
        machines::docker(target),
        machines::podman(target),
        machines::containerd(target),
        kubernetes::eks(target),
        kubernetes::kubelet_provider(target),
        kubernetes::image_pull_secret(target),
        kubernetes::pod_identity(target),
        services::ecs(target),
        services::lambda(target),
        services::github_actions(target),
        services::gitlab_ci(target),
    ];
    PullGuides { image: target.image(), guides }
}

#[cfg(test)]
mod tests;
