//! Registry logins of the user's own `docker` and Podman.

use serde::{Deserialize, Serialize};
pub use transload_docker::client_login::{ExistingLogin, LoginClient, LoginMethod};
use transload_errors::ApiError;
use ts_rs::TS;

/// The logins of the person's own `docker` and Podman for an ECR registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct ClientLogins {
    /// The registry.
    pub registry: String,
    /// The clients that are on this computer.
    pub clients: Vec<ClientLogin>,
}

/// A client, what it has for the registry, and what it could have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct ClientLogin {
    /// Which client.
    pub client: LoginClient,
    /// Its file with logins; empty where it is not known. It need not exist.
    pub file: String,
    /// What it has now; nothing where that cannot be seen.
    pub held: Option<ExistingLogin>,
    /// Old entries for the same host, such as `https://HOST`, which some tools find first.
    pub stale: Vec<String>,
    /// The ways to a login, best first.
    pub ways: Vec<ClientLoginWay>,
    /// Whether the last change can be undone.
    pub undoable: bool,
    /// Why its file cannot be used.
    pub error: Option<ApiError>,
}

/// A way to give a client a login, with everything that it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct ClientLoginWay {
    /// Which way.
    pub way: LoginMethod,
    /// What is changed, in its order.
    pub changes: Vec<ClientLoginChange>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct ClientLoginChange {
    /// What happens.
    pub action: ClientLoginAction,
    /// The file, or the program that keeps the login.
    pub place: String,
    /// The entry, such as `auths → HOST`.
    pub key: String,
    /// What it is set to, without anything secret; nothing where it is taken out.
    pub value: Option<String>,
}

/// What happens to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum ClientLoginAction {
    /// A program keeps it.
    Kept,
    /// It is set.
    Set,
    /// It is taken out.
    Removed,
}
