//! The four prerequisites of a pull, from what was found on this computer: an AWS identity, the permission to pull, the
//! login of a client, and the network.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::diagnosis::{CheckId, CheckResult, CheckState, NameDiagnosis};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum PrerequisiteId {
    Identity,
    Permission,
    ClientLogin,
    Network,
}

/// Something that a pull from this computer requires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct PullPrerequisite {
    pub id: PrerequisiteId,
    pub title: String,
    pub state: CheckState,
    pub message: String,
    pub next: Option<String>,
}

/// The identity of the caller, or the reason why AWS returned no identity and what to do next.
pub type IdentityOutcome = Result<String, (String, Option<String>)>;

/// The checks of ECR's own name that show whether the network allows a pull, and those that need permissions.
const NETWORK: [CheckId; 4] =
    [CheckId::Dns, CheckId::Certificate, CheckId::Registry, CheckId::Layer];
const PERMISSION: [CheckId; 3] = [CheckId::Login, CheckId::Manifest, CheckId::Layer];

/// Returns the prerequisites. `diagnosis` is of ECR's own name, and `clients` are the clients on this computer with
/// whether each is logged in. Both are missing without an identity.
pub fn pull_prerequisites(
    identity: &IdentityOutcome,
    diagnosis: Option<&NameDiagnosis>,
    clients: &[(String, bool)],
) -> Vec<PullPrerequisite> {
    let identity_row = match identity {
        Ok(arn) => row(
            PrerequisiteId::Identity,
            CheckState::Passed,
            format!("AWS knows you as {arn}."),
            None,
        ),
        Err((message, next)) => {
            row(PrerequisiteId::Identity, CheckState::Failed, message.clone(), next.clone())
        }
    };
    let Some(diagnosis) = diagnosis else {
        let unknown = |id| {
            row(id, CheckState::NotChecked, "Not checked without an AWS identity.".to_owned(), None)
        };
        return vec![
            identity_row,
            unknown(PrerequisiteId::Permission),
            unknown(PrerequisiteId::ClientLogin),
            unknown(PrerequisiteId::Network),
        ];
    };
    vec![identity_row, permission(diagnosis), client_login(clients), network(diagnosis)]
}

fn row(
    id: PrerequisiteId,
    state: CheckState,
    message: String,
    next: Option<String>,
) -> PullPrerequisite {
    let title = match id {
        PrerequisiteId::Identity => "AWS credentials",
        PrerequisiteId::Permission => "Permission to pull",
        PrerequisiteId::ClientLogin => "A client that is logged in",
        PrerequisiteId::Network => "Network access",
    };
    PullPrerequisite { id, title: title.to_owned(), state, message, next }
}

fn find(diagnosis: &NameDiagnosis, check: CheckId) -> Option<&CheckResult> {
    diagnosis.checks.iter().find(|result| result.check == check)
}

/// Returns the first of the checks that failed, except one with another cause.
fn failed<'a>(
    diagnosis: &'a NameDiagnosis,
    checks: &[CheckId],
    not: &str,
) -> Option<&'a CheckResult> {
    checks
        .iter()
        .filter_map(|check| find(diagnosis, *check))
        .find(|result| result.state == CheckState::Failed && result.finding != not)
}

fn permission(diagnosis: &NameDiagnosis) -> PullPrerequisite {
    let id = PrerequisiteId::Permission;
    if let Some(result) = failed(diagnosis, &PERMISSION, "layer_host_unreachable") {
        let next = "Ask for the policy of the guide, for this repository.".to_owned();
        return row(id, CheckState::Failed, result.message.clone(), Some(next));
    }
    let state_of = |check| find(diagnosis, check).map(|result| result.state);
    match (state_of(CheckId::Login), state_of(CheckId::Manifest), state_of(CheckId::Layer)) {
        (_, Some(CheckState::Passed), Some(CheckState::Passed | CheckState::Failed)) => row(
            id,
            CheckState::Passed,
            "The registry returned the manifest and a layer.".to_owned(),
            None,
        ),
        (Some(CheckState::Passed), ..) => {
            let message = "The login works, but the image couldn't be read.";
            let next =
                "Check that the image exists, and that ecr:BatchGetImage is allowed.".to_owned();
            row(id, CheckState::Warning, message.to_owned(), Some(next))
        }
        _ => row(id, CheckState::NotChecked, "Not checked.".to_owned(), None),
    }
}

fn client_login(clients: &[(String, bool)]) -> PullPrerequisite {
    let id = PrerequisiteId::ClientLogin;
    let names = |logged_in: bool| {
        let matching = clients.iter().filter(|(_, is_in)| *is_in == logged_in);
        matching.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    };
    if clients.iter().any(|(_, logged_in)| *logged_in) {
        return row(id, CheckState::Passed, format!("Logged in: {}.", names(true)), None);
    }
    let (message, next) = if clients.is_empty() {
        ("No client was found on this computer.".to_owned(), "Install Docker or Podman.")
    } else {
        (format!("Not logged in: {}.", names(false)), "Log in as the guide of the client says.")
    };
    row(id, CheckState::Failed, message, Some(next.to_owned()))
}

fn network(diagnosis: &NameDiagnosis) -> PullPrerequisite {
    let id = PrerequisiteId::Network;
    if let Some(result) = failed(diagnosis, &NETWORK, "layer_failed") {
        return row(id, CheckState::Failed, result.message.clone(), result.next.clone());
    }
    let is_reached = find(diagnosis, CheckId::Registry)
        .is_some_and(|result| result.state != CheckState::NotChecked);
    if !is_reached {
        return row(id, CheckState::NotChecked, "Not checked.".to_owned(), None);
    }
    let layer = find(diagnosis, CheckId::Layer).filter(|result| result.state == CheckState::Passed);
    match layer {
        Some(_) => row(
            id,
            CheckState::Passed,
            "The registry and the host of the layers are reachable.".to_owned(),
            None,
        ),
        None => row(
            id,
            CheckState::Warning,
            "The registry is reachable. Whether the layers in Amazon S3 are reachable is unknown."
                .to_owned(),
            Some("Allow *.s3.REGION.amazonaws.com in the firewall.".to_owned()),
        ),
    }
}
