//! Docker, Podman and containerd on a machine of one's own.

use crate::pull::guide::{PullClient, PullGuide, PullTarget, step};

/// Tokens of ECR expire after 12 hours.
const EXPIRY: &str = "The login is valid for 12 hours. Log in again after that.";

fn guide(
    client: PullClient,
    title: &str,
    target: &PullTarget,
    program: &str,
    notes: &[&str],
) -> PullGuide {
    PullGuide {
        client,
        title: title.to_owned(),
        steps: vec![
            step("Log in:", target.login(program)),
            step("Pull:", format!("{program} pull {}", target.named_image())),
        ],
        policy: Some(target.policy()),
        policy_for: Some("Your user or role".to_owned()),
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
    }
}

pub(super) fn docker(target: &PullTarget) -> PullGuide {
    let helper = if target.name.is_some() {
        "The Amazon ECR credential helper doesn't recognize a name of your own."
    } else {
        "The Amazon ECR credential helper (docker-credential-ecr-login) renews the login by itself."
    };
    guide(PullClient::Docker, "Docker", target, "docker", &[EXPIRY, helper])
}

pub(super) fn podman(target: &PullTarget) -> PullGuide {
    guide(
        PullClient::Podman,
        "Podman",
        target,
        "podman",
        &[EXPIRY, "Buildah and skopeo use the same login."],
    )
}

pub(super) fn containerd(target: &PullTarget) -> PullGuide {
    let notes = [
        EXPIRY,
        "ctr accepts the login only as an argument (--user), where other users of the machine can read it. Use nerdctl.",
        "For images of Kubernetes, add --namespace k8s.io.",
    ];
    guide(PullClient::Containerd, "nerdctl and containerd", target, "nerdctl", &notes)
}
