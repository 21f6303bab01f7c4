//! Proves a name with the clients on this computer: each pushes a tiny image through the name, pulls it again, and
//! compares the digests.
//!
//! - `prove::image`: the tiny image.
//! - `prove::observer`: an HTTP proxy on 127.0.0.1 that records which hosts a client connects to.
//! - `prove::command`: runs a client with a time limit.
//! - `prove::clients`: the commands of each client. `prove::proof` has the types.
//!
//! Logins are in files of a private temporary folder, never in arguments. The caller deletes what was pushed.

mod clients;
mod command;
mod image;
mod observer;
pub(crate) mod proof;

use std::sync::Arc;

use tempfile::TempDir;
use transload_model::RegistryHost;

use crate::diagnosis::CheckState;
use crate::name::FriendlyName;
use crate::prove::clients::ProofWorkspace;
use crate::prove::observer::Observer;
use crate::prove::proof::{ClientOutcome, ClientProof, NameProof, ProofClient, ProofEnvironment};

/// The tag that a client pushes.
pub fn proof_tag(id: &str, client: ProofClient) -> String {
    format!("name-test-{id}-{}", client.program())
}

/// Pushes and pulls with every client, one after the other. `report` receives each result.
pub async fn prove(
    name: &FriendlyName,
    repository: &str,
    id: &str,
    environment: &ProofEnvironment,
    report: &(dyn Fn(ClientProof) + Send + Sync),
) -> std::io::Result<NameProof> {
    let mut proofs = Vec::new();
    for (client, program) in &environment.programs {
        let folder = TempDir::with_prefix("transload-name-test-")?;
        let observer =
            Observer::start(&environment.network, Arc::clone(&environment.resolver)).await?;
        let image = format!("{name}/{repository}:{}", proof_tag(id, *client));
        let workplace =
            ProofWorkspace::create(folder.path(), name, &image, environment, &observer, program)?;
        let outcome = workplace.run(*client).await;
        let hosts = observer.hosts();
        let proof = judge(*client, image, outcome, hosts, &environment.registry);
        report(proof.clone());
        proofs.push(proof);
    }
    let (state, headline) = headline(name, &proofs);
    Ok(NameProof { name: name.to_string(), state, headline, clients: proofs, clean_up: Vec::new() })
}

fn judge(
    client: ProofClient,
    image: String,
    outcome: ClientOutcome,
    hosts: Vec<String>,
    registry: &RegistryHost,
) -> ClientProof {
    let ClientOutcome { steps, pushed_digest, pulled_digest, unusable } = outcome;
    // The engine connects, not the command that was observed. Nothing connects through a proxy to this computer.
    let hosts = (client != ProofClient::Docker && !hosts.is_empty()).then_some(hosts);
    let is_bypassed = hosts.iter().flatten().any(|host| {
        let without_port = host.strip_suffix(":443").unwrap_or(host);
        without_port == registry.as_str()
    });
    let failed = steps.iter().find(|step| step.state == CheckState::Failed);
    let (state, message) = if let Some(reason) = unusable {
        (CheckState::NotChecked, reason)
    } else if let Some(step) = failed {
        (CheckState::Failed, format!("{} failed.", step.action))
    } else if is_bypassed {
        (
            CheckState::Failed,
            format!("The client went past the name to {registry}: Location is not rewritten."),
        )
    } else {
        match (&pushed_digest, &pulled_digest) {
            (Some(pushed), Some(pulled)) if pushed == pulled => {
                (CheckState::Passed, "Pushed and pulled with the same digest.".to_owned())
            }
            (Some(_), Some(_)) => {
                (CheckState::Failed, "The pulled image has another digest.".to_owned())
            }
            _ => (CheckState::Warning, "The client reported no digest.".to_owned()),
        }
    };
    let title = client.program().to_owned();
    ClientProof { client, title, state, message, image, pushed_digest, pulled_digest, hosts, steps }
}

fn headline(name: &FriendlyName, proofs: &[ClientProof]) -> (CheckState, String) {
    let names = |state| {
        let matching = proofs.iter().filter(|proof| proof.state == state);
        matching.map(|proof| proof.title.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (passed, failed) = (names(CheckState::Passed), names(CheckState::Failed));
    if !failed.is_empty() {
        return (CheckState::Failed, format!("{name} doesn't work with {failed}."));
    }
    if passed.is_empty() {
        let text = "No client on this computer could be tested.".to_owned();
        return (CheckState::NotChecked, text);
    }
    (CheckState::Passed, format!("{name} works with {passed}."))
}

#[cfg(test)]
mod tests;
