//! A way as the single changes that it makes: shown before, applied, undone.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::api::EngineLogin;
use crate::client_login::error::ClientLoginError;
use crate::client_login::file::ConfigFile;
use crate::client_login::helper::Helper;
use crate::client_login::inspect::{Client, ClientLogin, ECR_HELPER, Way, look};
use crate::client_login::ordered::Object;
use crate::environment::DockerEnvironment;
use transload_model::{RegistryHost, Secret};

/// One change that a way makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A helper is given the login to keep.
    Kept {
        /// Such as `docker-credential-pass`.
        program: String,
        /// Under which name.
        server: String,
    },
    /// An entry of the file is set.
    Set {
        /// The file.
        file: PathBuf,
        /// Such as `credHelpers`.
        section: &'static str,
        /// The host.
        key: String,
        /// What it is set to, with nothing secret in it.
        shown: String,
    },
    /// An old entry is taken out.
    Removed {
        /// The file.
        file: PathBuf,
        /// `auths` or `credHelpers`.
        section: &'static str,
        /// Such as `https://HOST`.
        key: String,
    },
}

/// How to put back what there was. It holds logins, and so is kept in memory alone.
#[derive(Debug)]
pub struct ClientLoginUndo {
    /// Which client was changed.
    pub client: Client,
    /// For which registry.
    pub host: RegistryHost,
    file: PathBuf,
    /// The whole file before; nothing where it was not there.
    before: Option<Secret<String>>,
    /// The whole file as it was written.
    after: Secret<String>,
    edits: Vec<Edit>,
    helper: Option<(String, Option<EngineLogin>)>,
}

/// An entry of the file before and after, as JSON text.
#[derive(Debug)]
struct Edit {
    section: &'static str,
    key: String,
    before: Option<Secret<String>>,
    after: Option<Secret<String>>,
}

impl ClientLogin {
    /// What a way would change, in its order.
    pub fn changes(&self, way: &Way, host: &RegistryHost) -> Vec<Change> {
        let key = host.to_string();
        let set = |section, shown: &str| Change::Set {
            file: self.file.clone(),
            section,
            key: key.clone(),
            shown: shown.to_owned(),
        };
        let mut changes = match way {
            Way::Helper { name } => vec![
                Change::Kept { program: format!("docker-credential-{name}"), server: key.clone() },
                set("auths", "{}"),
            ],
            Way::EcrHelper => vec![set("credHelpers", &format!("\"{ECR_HELPER}\""))],
            Way::Inline => vec![set("auths", "{\"auth\": \u{2026}}")],
        };
        changes.extend(self.stale.iter().map(|stale| Change::Removed {
            file: self.file.clone(),
            section: stale.section,
            key: stale.key.clone(),
        }));
        changes
    }
}

/// Gives a client a login.
///
/// # Errors
/// [`ClientLoginError`]; what was begun is put back then.
pub async fn apply(
    client: Client,
    host: &RegistryHost,
    way: &Way,
    login: &EngineLogin,
    environment: &DockerEnvironment,
) -> Result<ClientLoginUndo, ClientLoginError> {
    let closed = || ClientLoginError::WayClosed { client: client.name() };
    let found = look(client, host, environment)?.ok_or_else(closed)?;
    if !found.ways.contains(way) {
        return Err(closed());
    }
    let key = host.to_string();
    let mut file = ConfigFile::read(&found.file)?;
    let mut edits = Vec::new();
    for stale in &found.stale {
        edits.push(edit(&mut file, stale.section, &stale.key, None)?);
    }
    match way {
        // As `docker login` does: the entry says that there is a login, the helper has it.
        Way::Helper { .. } => edits.push(edit(&mut file, "auths", &key, Some("{}".to_owned()))?),
        Way::EcrHelper => {
            let name = Value::from(ECR_HELPER).to_string();
            edits.push(edit(&mut file, "credHelpers", &key, Some(name))?);
        }
        Way::Inline => {
            let text = format!("{}:{}", login.user, login.password.expose());
            let encoded = Value::from(STANDARD.encode(text)).to_string();
            let mut entry = Object::default();
            let encoded = RawValue::from_string(encoded).map_err(|_| closed())?;
            entry.set("auth", encoded);
            let entry = file.entry_text(&entry);
            edits.push(edit(&mut file, "auths", &key, Some(entry))?);
        }
    }
    let mut undo = ClientLoginUndo {
        client,
        host: host.clone(),
        file: file.path().to_path_buf(),
        before: file.text_as_read().cloned(),
        after: file.text_to_write(),
        edits,
        helper: None,
    };
    if let Way::Helper { name } = way {
        let helper = Helper::find(name, environment)?;
        let before = helper.get(&key).await?;
        helper.store(&key, login).await?;
        undo.helper = Some((name.clone(), before));
    }
    if let Err(error) = file.write() {
        if let Some((name, before)) = &undo.helper {
            put_back(name, before.as_ref(), &key, environment).await?;
        }
        return Err(error);
    }
    Ok(undo)
}

/// Puts back what there was.
///
/// # Errors
/// [`ClientLoginError::ChangedSince`] where somebody else changed it since; nothing is changed then.
pub async fn undo(
    undo: &ClientLoginUndo,
    environment: &DockerEnvironment,
) -> Result<(), ClientLoginError> {
    let mut file = ConfigFile::read(&undo.file)?;
    // Where nobody wrote it since, the file becomes what it was, to the byte.
    let untouched = file.text_as_read().is_some_and(|text| text.expose() == undo.after.expose());
    for edit in undo.edits.iter().rev() {
        let section = file.section(edit.section)?;
        let now = section.get(&edit.key);
        let after = edit.after.as_ref().map(|text| text.expose().as_str());
        if !same(now, after) {
            return Err(ClientLoginError::ChangedSince {
                path: undo.file.clone(),
                key: edit.key.clone(),
            });
        }
        let before = edit.before.as_ref().map(|text| text.expose().as_str());
        file.put(edit.section, &edit.key, before)?;
    }
    if let Some((name, before)) = &undo.helper {
        put_back(name, before.as_ref(), &undo.host.to_string(), environment).await?;
    }
    match &undo.before {
        Some(before) if untouched => file.write_text(before),
        None if file.is_empty() => file.delete(),
        _ => file.write(),
    }
}

/// Changes an entry and keeps how it was.
fn edit(
    file: &mut ConfigFile,
    section: &'static str,
    key: &str,
    after: Option<String>,
) -> Result<Edit, ClientLoginError> {
    let before = file.section(section)?.get(key).map(|text| Secret::new(text.to_owned()));
    file.put(section, key, after.as_deref())?;
    Ok(Edit { section, key: key.to_owned(), before, after: after.map(Secret::new) })
}

/// Whether two entries say the same; spaces do not matter.
fn same(one: Option<&str>, other: Option<&str>) -> bool {
    let read = |text: Option<&str>| text.map(serde_json::from_str::<Value>).transpose().ok();
    one == other || read(one).is_some_and(|one| Some(one) == read(other))
}

async fn put_back(
    name: &str,
    before: Option<&EngineLogin>,
    key: &str,
    environment: &DockerEnvironment,
) -> Result<(), ClientLoginError> {
    let helper = Helper::find(name, environment)?;
    match before {
        Some(login) => helper.store(key, login).await,
        None => helper.erase(key).await,
    }
}
