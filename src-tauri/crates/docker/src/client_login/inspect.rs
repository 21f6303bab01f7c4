//! Inspects the login of `docker` or Podman for a registry, and the methods with which it can be
//! logged in.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::client_login::config_file::ClientConfigFile;
use crate::client_login::error::ClientLoginError;
use crate::client_login::helper::Helper;
use crate::client_login::stored::login_files::podman_file;
use crate::environment::DockerEnvironment;
use transload_model::RegistryHost;

/// The helper that requests an ECR login for each command. Source: amazon-ecr-credential-helper.
pub(super) const ECR_HELPER: &str = "ecr-login";

/// A program that pulls and pushes images with its own logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum LoginClient {
    /// The Docker command line.
    Docker,
    /// Podman, which shares its logins with Buildah and Skopeo.
    Podman,
}

impl LoginClient {
    /// Returns the name of the command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    /// Returns the file that its `login` command writes. Sources: docker/cli, `config.Dir`;
    /// containers/image, `getPathToAuth`.
    fn file(self, environment: &DockerEnvironment) -> Option<PathBuf> {
        match self {
            Self::Docker => Some(environment.configuration_folder()?.join("config.json")),
            Self::Podman => podman_file(environment),
        }
    }
}

/// The current login of a client for a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum ExistingLogin {
    None,
    /// A login in its file, readable by every program of the user.
    Inline,
    /// This helper stores the logins. It is not called, because it could prompt the user.
    Helper {
        /// Such as `docker-credential-pass`.
        program: String,
    },
    /// The helper that requests ECR logins itself.
    EcrHelper,
}

/// A method to log a client in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum LoginMethod {
    /// Store the login with the client's credential helper. It is valid for 12 hours.
    Helper {
        /// Such as `pass`.
        name: String,
    },
    /// Configure the helper that requests ECR logins itself for the registry.
    EcrHelper,
    /// Write the login to the file, in base64. It is valid for 12 hours.
    Inline,
}

/// An outdated entry for the same host, under a name that newer clients do not write. Some tools
/// find it first and use an expired login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleEntry {
    /// `auths` or `credHelpers`.
    pub section: &'static str,
    /// Such as `https://HOST`.
    pub key: String,
}

/// The current login of a client, and the methods to log it in.
#[derive(Clone, Debug)]
pub struct ClientLogin {
    pub client: LoginClient,
    /// Its file with logins. The file does not have to exist.
    pub file: PathBuf,
    pub existing: ExistingLogin,
    /// Outdated entries for the same host.
    pub stale: Vec<StaleEntry>,
    /// The methods to log it in, best first. Empty if it uses the helper that requests ECR logins
    /// itself.
    pub methods: Vec<LoginMethod>,
}

/// Inspects the login of a client for a registry. Returns `None` if the client is not installed.
/// Writes nothing and calls no helper.
///
/// # Errors
/// [`ClientLoginError::Unreadable`], [`ClientLoginError::Damaged`].
pub fn inspect(
    client: LoginClient,
    host: &RegistryHost,
    environment: &DockerEnvironment,
) -> Result<Option<ClientLogin>, ClientLoginError> {
    let Some(path) = client.file(environment) else { return Ok(None) };
    if environment.find_program(client.name()).is_none() && !path.exists() {
        return Ok(None);
    }
    let file = ClientConfigFile::read(&path)?;
    let key = host.to_string();
    let (auths, helpers) = (file.section("auths")?, file.section("credHelpers")?);
    let of_registry = helpers.get(&key).and_then(|text| serde_json::from_str::<String>(text).ok());
    // Podman does not support `credsStore`.
    let store = (client == LoginClient::Docker).then(|| file.string("credsStore")).flatten();
    let helper = of_registry.filter(|name| !name.is_empty()).or(store);
    let existing = match &helper {
        Some(name) if name == ECR_HELPER => ExistingLogin::EcrHelper,
        Some(name) => ExistingLogin::Helper { program: format!("docker-credential-{name}") },
        None if auths.get(&key).is_some_and(has_login) => ExistingLogin::Inline,
        None => ExistingLogin::None,
    };
    let mut stale = Vec::new();
    for (section, object) in [("auths", &auths), ("credHelpers", &helpers)] {
        let outdated = object.keys().filter(|name| is_outdated_key(name, &key));
        stale.extend(outdated.map(|name| StaleEntry { section, key: name.to_owned() }));
    }
    let mut methods = Vec::new();
    if existing != ExistingLogin::EcrHelper {
        let is_installed = |name: &str| Helper::find(name, environment).is_ok();
        let installed = helper.iter().filter(|name| is_installed(name));
        methods.extend(installed.map(|name| LoginMethod::Helper { name: name.clone() }));
        if host.is_amazon_ecr() && is_installed(ECR_HELPER) {
            methods.push(LoginMethod::EcrHelper);
        }
        // A client with a helper ignores logins in the file.
        if helper.is_none() {
            methods.push(LoginMethod::Inline);
        }
    }
    Ok(Some(ClientLogin { client, file: path, existing, stale, methods }))
}

/// Returns whether an entry of `auths` contains a login. With a helper, Docker writes an empty
/// entry.
fn has_login(entry: &str) -> bool {
    let entry: serde_json::Value = serde_json::from_str(entry).unwrap_or_default();
    ["auth", "identitytoken", "registrytoken"]
        .iter()
        .any(|key| entry[*key].as_str().is_some_and(|text| !text.is_empty()))
}

/// Returns whether a key is the host with a scheme or a path, as very old clients wrote it.
fn is_outdated_key(key: &str, host: &str) -> bool {
    let without_scheme = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
    let bare = without_scheme.unwrap_or(key);
    let is_host = bare.split('/').next() == Some(host);
    is_host
        && key != host
        && (without_scheme.is_some() || matches!(&bare[host.len()..], "/" | "/v1/" | "/v2/"))
}
