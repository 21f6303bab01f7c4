//! What the findings mean for each client. Source of the differences: measurements with Docker Engine 26.1 with
//! both image stores, skopeo 1.9 and 1.18, and containerd 1.7. Go's HTTP client drops `Authorization` at a redirect
//! to another host; containerd asks for the login of the new host, which Docker has only for the old one (moby,
//! `daemon/containerd/resolver.go`).

use crate::diagnosis::NameClient::{Containerd, DockerContainerd, DockerGraphDriver, Podman};
use crate::diagnosis::{Ability, AbilityVerdict, CheckState, ClientVerdict, NameClient};
use crate::finding::Finding;

/// What a client does with a name that DNS or the server does not answer for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClientRenames {
    /// The registry to which Podman's `registries.conf` maps the name.
    pub podman: Option<String>,
    /// The server in containerd's `hosts.toml` for the name.
    pub containerd: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Login,
    Pull,
    Push,
}

/// Returns the verdict for every client.
pub(crate) fn verdicts(findings: &[Finding], renames: &ClientRenames) -> Vec<ClientVerdict> {
    let of = |client: NameClient| ClientVerdict {
        client,
        title: client.title().to_owned(),
        login: verdict(client, Action::Login, findings, renames),
        pull: verdict(client, Action::Pull, findings, renames),
        push: verdict(client, Action::Push, findings, renames),
    };
    NameClient::ALL.map(of).to_vec()
}

fn works(reason: Option<String>) -> AbilityVerdict {
    AbilityVerdict { ability: Ability::Works, reason }
}

fn fails(reason: impl Into<String>) -> AbilityVerdict {
    AbilityVerdict { ability: Ability::Fails, reason: Some(reason.into()) }
}

fn not_checked(reason: &str) -> AbilityVerdict {
    AbilityVerdict { ability: Ability::NotChecked, reason: Some(reason.to_owned()) }
}

fn verdict(
    client: NameClient,
    action: Action,
    findings: &[Finding],
    renames: &ClientRenames,
) -> AbilityVerdict {
    let rename = match client {
        Podman => renames.podman.as_ref(),
        Containerd => renames.containerd.as_ref(),
        DockerGraphDriver | DockerContainerd => None,
    };
    // A client that renames never contacts the name.
    if let Some(registry) = rename {
        return match (action, client) {
            (Action::Login, _) => fails(format!("Log in to {registry} instead.")),
            (Action::Pull, _) => works(Some(format!("This computer pulls from {registry}."))),
            (Action::Push, Podman) => {
                fails(format!("registries.conf doesn't rename for a push. Push to {registry}."))
            }
            (Action::Push, _) => not_checked("A push requires the capability push in hosts.toml."),
        };
    }
    for finding in findings {
        if let Some(decided) = decided_by(finding, client, action) {
            return decided;
        }
    }
    let is_confirmed = findings.iter().any(|finding| match action {
        Action::Login => matches!(finding, Finding::LoginWorks),
        Action::Pull => matches!(finding, Finding::LayerFromS3 { .. } | Finding::LayerThroughProxy),
        Action::Push => matches!(finding, Finding::SizeAccepted),
    });
    if is_confirmed {
        return works(None);
    }
    match action {
        Action::Login => not_checked("The token wasn't sent."),
        Action::Pull => not_checked("No image was read."),
        Action::Push => not_checked("No upload was started."),
    }
}

fn decided_by(finding: &Finding, client: NameClient, action: Action) -> Option<AbilityVerdict> {
    let is_docker_graph = client == DockerGraphDriver;
    match finding {
        Finding::EcrName { .. } => Some(works(Some("This is ECR's own name.".to_owned()))),
        // Every client fails before it sends a request, or with every request.
        Finding::CnameToEcr { .. }
        | Finding::UnknownToDns
        | Finding::LookupFailed { .. }
        | Finding::CertificateForOtherName { .. }
        | Finding::CertificateSelfSigned
        | Finding::CertificateUnknownIssuer { .. }
        | Finding::CertificateExpired { .. }
        | Finding::CertificateNotYetValid { .. }
        | Finding::CertificateInvalid { .. }
        | Finding::NoTls
        | Finding::Unreachable { .. }
        | Finding::NotARegistry { .. }
        | Finding::OtherRegistryBehind { .. }
        | Finding::NoChallenge
        | Finding::AuthorizationDropped { .. }
        | Finding::LoginFailed { .. } => Some(fails(short_reason(finding))),
        // A redirect façade: the login survives it in Docker's old image store only.
        Finding::RedirectsEverything { .. }
        | Finding::ManifestRedirects { .. }
        | Finding::LayerRedirectsToRegistry { .. }
        | Finding::UploadRedirects { .. } => {
            let is_upload = matches!(finding, Finding::UploadRedirects { .. });
            match (client, action) {
                (_, Action::Pull) if is_upload => None,
                (DockerGraphDriver, Action::Login) | (DockerContainerd, Action::Login) => {
                    Some(works(None))
                }
                (DockerGraphDriver, _) => {
                    Some(works(Some("Only with Docker's old image store.".to_owned())))
                }
                (DockerContainerd, _) => {
                    Some(fails("The login is dropped at the redirect: no basic auth credentials."))
                }
                (Podman, _) => {
                    Some(fails("The login is dropped at the redirect: authentication required."))
                }
                (Containerd, Action::Pull) => {
                    Some(works(Some("If the login is for the registry behind it.".to_owned())))
                }
                (Containerd, _) => None,
            }
        }
        Finding::AnswersWithoutLogin => match action {
            Action::Login => Some(works(Some("No login is required.".to_owned()))),
            Action::Pull => {
                Some(works(Some("Everybody who reaches the name can pull.".to_owned())))
            }
            Action::Push => None,
        },
        Finding::ManifestMissingAtName { .. } | Finding::ManifestDiffers { .. } => {
            (action != Action::Login).then(|| fails(short_reason(finding)))
        }
        Finding::LayerHostUnreachable { .. } | Finding::LayerFailed { .. } => {
            (action == Action::Pull).then(|| fails(short_reason(finding)))
        }
        Finding::UploadBypassesName { .. } if action == Action::Push => Some(match client {
            Podman => fails("The push goes past the proxy to ECR."),
            _ if is_docker_graph => fails("unauthorized: authentication required."),
            _ => fails("Location is not rewritten, so the upload arrives at ECR without a login."),
        }),
        Finding::UploadGoesElsewhere { .. }
        | Finding::UploadLosesScheme
        | Finding::UploadLosesPort { .. }
        | Finding::UploadDenied
        | Finding::UploadNotAllowed
        | Finding::UploadFailed { .. }
        | Finding::SizeLimited
        | Finding::SizeTimedOut
        | Finding::SizeFailed { .. }
        | Finding::HeadDiffersFromGet { .. }
            if action == Action::Push =>
        {
            Some(fails(short_reason(finding)))
        }
        _ => None,
    }
}

/// Returns the first sentence of a finding.
fn short_reason(finding: &Finding) -> String {
    let message = finding.words().message;
    match message.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => message,
    }
}

/// Returns the worst state, the verdict in one sentence, and what to do next.
pub(crate) fn headline(name: &str, findings: &[Finding]) -> (CheckState, String, String) {
    let worst = findings.iter().map(Finding::state).max().unwrap_or(CheckState::NotChecked);
    let decisive = findings.iter().find(|finding| {
        finding.state() == worst && matches!(worst, CheckState::Failed | CheckState::Warning)
    });
    if let Some(finding) = decisive {
        let words = finding.words();
        let next = words.next.unwrap_or("Look at the checks for details.");
        return (worst, words.message, next.to_owned());
    }
    let is_ecr = findings.iter().any(|finding| matches!(finding, Finding::EcrName { .. }));
    let is_complete = findings.iter().any(|finding| matches!(finding, Finding::SizeAccepted));
    let (headline, next) = if is_ecr {
        (
            format!("{name} is ECR's own name."),
            "Use it as it is, or choose an answer for a name of your own.",
        )
    } else if is_complete {
        (
            format!("{name} works for login, pull and push."),
            "Test the name with the clients on this computer.",
        )
    } else {
        (
            format!("No problem was found with {name}, but not everything was checked."),
            "Allow the token and a test upload, and enter an image, to check login, pull and push.",
        )
    };
    (worst, headline, next.to_owned())
}
