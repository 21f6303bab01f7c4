//! What `docker` and Podman have for a registry, and which ways lead to a login.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::client_login::error::ClientLoginError;
use crate::client_login::file::ConfigFile;
use crate::client_login::helper::Helper;
use crate::client_login::stored::login_files::podman_file;
use crate::environment::DockerEnvironment;
use transload_model::RegistryHost;

/// The helper that gets ECR's logins itself, each time anew. Source: amazon-ecr-credential-helper.
pub(super) const ECR_HELPER: &str = "ecr-login";

/// A program that pulls and pushes, with logins of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "LoginClient", export_to = "aws.ts")]
pub enum Client {
    /// The Docker command line.
    Docker,
    /// Podman, and with it Buildah and Skopeo.
    Podman,
}

impl Client {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    /// The file that its `login` command writes. Sources: docker/cli, `config.Dir`; containers/image,
    /// `getPathToAuth`.
    fn file(self, environment: &DockerEnvironment) -> Option<PathBuf> {
        match self {
            Self::Docker => Some(environment.configuration_folder()?.join("config.json")),
            Self::Podman => podman_file(environment),
        }
    }
}

/// What a client has for a registry now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum HeldLogin {
    /// Nothing.
    None,
    /// A login in its file, which anybody who reads the file can use.
    Inline,
    /// Whatever this helper holds; it is not asked, since it may ask the person.
    Helper {
        /// Such as `docker-credential-pass`.
        program: String,
    },
    /// The helper that gets ECR's logins itself.
    EcrHelper,
}

/// A way to give a client a login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(rename = "LoginWay", export_to = "aws.ts")]
pub enum Way {
    /// Its credential helper keeps it, for 12 hours.
    Helper {
        /// Such as `pass`.
        name: String,
    },
    /// The helper that gets ECR's logins itself is set up for the registry.
    EcrHelper,
    /// It is written into the file, in base64, for 12 hours.
    Inline,
}

/// An old entry for the same host under a name that newer clients do not write; some tools find it
/// first and use a login that has run out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleEntry {
    /// `auths` or `credHelpers`.
    pub section: &'static str,
    /// Such as `https://HOST`.
    pub key: String,
}

/// What a client has, and could have.
#[derive(Clone, Debug)]
pub struct ClientLogin {
    /// Which client.
    pub client: Client,
    /// Its file with logins; it need not exist.
    pub file: PathBuf,
    /// What it has now.
    pub held: HeldLogin,
    /// Old entries for the same host.
    pub stale: Vec<StaleEntry>,
    /// The ways to a login, best first; none where it gets its logins itself.
    pub ways: Vec<Way>,
}

/// Looks at what a client has for a registry; nothing where the client is not on this computer.
/// Nothing is written, and no helper is asked.
///
/// # Errors
/// [`ClientLoginError::Unreadable`], [`ClientLoginError::Damaged`].
pub fn look(
    client: Client,
    host: &RegistryHost,
    environment: &DockerEnvironment,
) -> Result<Option<ClientLogin>, ClientLoginError> {
    let Some(path) = client.file(environment) else { return Ok(None) };
    if environment.find_program(client.name()).is_none() && !path.exists() {
        return Ok(None);
    }
    let file = ConfigFile::read(&path)?;
    let key = host.to_string();
    let (auths, helpers) = (file.section("auths")?, file.section("credHelpers")?);
    let own = helpers.get(&key).and_then(|text| serde_json::from_str::<String>(text).ok());
    // Podman knows no store for all registries in this file.
    let store = (client == Client::Docker).then(|| file.text("credsStore")).flatten();
    let helper = own.filter(|name| !name.is_empty()).or(store);
    let held = match &helper {
        Some(name) if name == ECR_HELPER => HeldLogin::EcrHelper,
        Some(name) => HeldLogin::Helper { program: format!("docker-credential-{name}") },
        None if auths.get(&key).is_some_and(has_login) => HeldLogin::Inline,
        None => HeldLogin::None,
    };
    let mut stale = Vec::new();
    for (section, object) in [("auths", &auths), ("credHelpers", &helpers)] {
        let old = object.keys().filter(|name| is_old_name(name, &key));
        stale.extend(old.map(|name| StaleEntry { section, key: name.to_owned() }));
    }
    let mut ways = Vec::new();
    if held != HeldLogin::EcrHelper {
        let has = |name: &str| Helper::find(name, environment).is_ok();
        ways.extend(
            helper.iter().filter(|name| has(name)).map(|name| Way::Helper { name: name.clone() }),
        );
        if host.is_amazon_ecr() && has(ECR_HELPER) {
            ways.push(Way::EcrHelper);
        }
        // A client with a helper does not look into the file.
        if helper.is_none() {
            ways.push(Way::Inline);
        }
    }
    Ok(Some(ClientLogin { client, file: path, held, stale, ways }))
}

/// Whether an entry of `auths` holds something: with a helper, Docker writes an empty one.
fn has_login(entry: &str) -> bool {
    let read: serde_json::Value = serde_json::from_str(entry).unwrap_or_default();
    ["auth", "identitytoken", "registrytoken"]
        .iter()
        .any(|key| read[*key].as_str().is_some_and(|text| !text.is_empty()))
}

/// Whether a name is the same host with a scheme or a path, as very old clients wrote it.
fn is_old_name(name: &str, host: &str) -> bool {
    let without_scheme = name.strip_prefix("https://").or_else(|| name.strip_prefix("http://"));
    let bare = without_scheme.unwrap_or(name);
    let is_host = bare.split('/').next() == Some(host);
    is_host
        && name != host
        && (without_scheme.is_some() || matches!(&bare[host.len()..], "/" | "/v1/" | "/v2/"))
}
