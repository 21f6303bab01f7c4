//! What a proof uses, and what it reports.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use transload_model::RegistryHost;
use transload_network::Network;
use ts_rs::TS;

use crate::diagnosis::CheckState;
use crate::probe::RegistryCredentials;
use crate::resolver::NameResolver;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum ProofClient {
    Docker,
    Podman,
    Skopeo,
    Containerd,
}

impl ProofClient {
    pub const ALL: [Self; 4] = [Self::Docker, Self::Podman, Self::Skopeo, Self::Containerd];

    pub const fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Skopeo => "skopeo",
            Self::Containerd => "ctr",
        }
    }
}

/// A step of a client, with its command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct ProofStep {
    /// Such as `Push`.
    pub action: String,
    /// The command, with the temporary folder as `$TMP`.
    pub command: String,
    pub state: CheckState,
    /// The end of the output, if the command failed.
    pub output: Option<String>,
}

/// What one client did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct ClientProof {
    pub client: ProofClient,
    pub title: String,
    pub state: CheckState,
    /// The result in a sentence.
    pub message: String,
    /// The pushed reference.
    pub image: String,
    pub pushed_digest: Option<String>,
    pub pulled_digest: Option<String>,
    /// The hosts that the client connected to. `null` if that couldn't be observed.
    pub hosts: Option<Vec<String>>,
    pub steps: Vec<ProofStep>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct NameProof {
    pub name: String,
    pub state: CheckState,
    pub headline: String,
    pub clients: Vec<ClientProof>,
    /// What was deleted again, and what couldn't be deleted.
    pub clean_up: Vec<String>,
}

/// What a proof uses.
pub struct ProofEnvironment {
    pub network: Network,
    pub resolver: Arc<dyn NameResolver>,
    /// The registry behind the name.
    pub registry: RegistryHost,
    pub credentials: RegistryCredentials,
    /// The programs of the clients that are installed.
    pub programs: Vec<(ProofClient, PathBuf)>,
    /// The address of the Docker Engine.
    pub docker_host: Option<String>,
}

/// What a client did, before it is judged.
pub(crate) struct ClientOutcome {
    pub steps: Vec<ProofStep>,
    pub pushed_digest: Option<String>,
    pub pulled_digest: Option<String>,
    /// Why the client can't be used on this computer.
    pub unusable: Option<String>,
}
