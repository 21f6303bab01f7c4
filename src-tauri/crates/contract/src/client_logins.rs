//! Registry logins of the user's own `docker` and Podman.

use serde::{Deserialize, Serialize};
pub use transload_docker::client_login::{ExistingLogin, LoginClient, LoginMethod};
use transload_errors::ApiError;
use ts_rs::TS;

/// The logins of the user's own `docker` and Podman for an ECR registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct ClientLogins {
    pub registry: String,
    /// The clients on this computer.
    pub clients: Vec<ClientLogin>,
}

/// A client with its login for the registry, and the methods to change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct ClientLogin {
    pub client: LoginClient,
    /// Its file with logins, which may not exist. Empty if unknown.
    pub file: String,
    /// Its login. `null` if unknown.
    pub existing: Option<ExistingLogin>,
    /// Old entries for the same host, such as `https://HOST`, which some tools find first.
    pub stale: Vec<String>,
    /// The methods to log in, best first.
    pub methods: Vec<ClientLoginMethod>,
    /// Whether the last change can be undone.
    pub undoable: bool,
    /// Why its file can't be used.
    pub error: Option<ApiError>,
}

/// A method to log a client in, with all its changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct ClientLoginMethod {
    pub method: LoginMethod,
    /// The changes, in order.
    pub changes: Vec<ClientLoginChange>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct ClientLoginChange {
    pub action: ClientLoginAction,
    /// The file, or the program that stores the login.
    pub place: String,
    /// The entry, such as `auths → HOST`.
    pub key: String,
    /// The new value, without secrets. `null` if the entry is removed.
    pub value: Option<String>,
}

/// What happens to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum ClientLoginAction {
    /// A program stores it.
    Kept,
    Set,
    Removed,
}
