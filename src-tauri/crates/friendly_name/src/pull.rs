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

use crate::pull::guide::{PullClient, PullGuides, PullTarget};

/// Returns the guides for every client.
pub fn pull_guides(target: &PullTarget) -> PullGuides {
    let mut guides = vec![
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
    if target.registry.is_loopback() {
        let elsewhere = guides.iter_mut().filter(|guide| !is_on_this_computer(guide.client));
        elsewhere.for_each(|guide| guide.notes.insert(0, PRACTICE_NOTE.to_owned()));
    }
    PullGuides { image: target.image(), guides }
}

/// AWS services can't reach a registry of this computer, such as that of practice mode.
const PRACTICE_NOTE: &str = "This registry is on this computer, so only clients on this computer can pull from it. \
     The commands for other AWS services use your AWS account, not practice mode.";

fn is_on_this_computer(client: PullClient) -> bool {
    matches!(client, PullClient::Docker | PullClient::Podman | PullClient::Containerd)
}

#[cfg(test)]
mod tests;
