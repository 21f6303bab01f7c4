//! Logs a client in to a registry: the changes of a method as a preview, applying them, and undoing
//! them.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::api::EngineLogin;
use crate::client_login::config_file::ClientConfigFile;
use crate::client_login::error::ClientLoginError;
use crate::client_login::helper::Helper;
use crate::client_login::inspect::{ClientLogin, ECR_HELPER, LoginClient, LoginMethod, inspect};
use crate::client_login::ordered_object::OrderedObject;
use crate::environment::DockerEnvironment;
use transload_model::{RegistryHost, Secret};

/// A single change of a login method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginChange {
    /// Stores the login with a credential helper.
    StoreWithHelper {
        /// Such as `docker-credential-pass`.
        program: String,
        /// The server name of the stored login.
        server: String,
    },
    /// Sets an entry of the file.
    SetEntry {
        file: PathBuf,
        /// Such as `credHelpers`.
        section: &'static str,
        key: String,
        /// The new value, without secrets.
        shown_value: String,
    },
    /// Removes an outdated entry of the file.
    RemoveEntry {
        file: PathBuf,
        /// `auths` or `credHelpers`.
        section: &'static str,
        /// Such as `https://HOST`.
        key: String,
    },
}

/// The previous state, with which a change is undone. It contains logins, so it must only be kept
/// in memory.
#[derive(Debug)]
pub struct ClientLoginUndo {
    pub client: LoginClient,
    pub host: RegistryHost,
    file: PathBuf,
    /// The previous text of the file; `None` if the file did not exist.
    before: Option<Secret<String>>,
    /// The written text of the file.
    after: Secret<String>,
    edits: Vec<EntryEdit>,
    /// The name of the credential helper, and the login that it had before.
    helper: Option<(String, Option<EngineLogin>)>,
}

/// A changed entry of the file, with its JSON text before and after.
#[derive(Debug)]
struct EntryEdit {
    section: &'static str,
    key: String,
    before: Option<Secret<String>>,
    after: Option<Secret<String>>,
}

impl ClientLogin {
    /// Returns the changes of a method, in the order in which they are made.
    pub fn changes(&self, method: &LoginMethod, host: &RegistryHost) -> Vec<LoginChange> {
        let key = host.to_string();
        let set_entry = |section, shown_value: &str| LoginChange::SetEntry {
            file: self.file.clone(),
            section,
            key: key.clone(),
            shown_value: shown_value.to_owned(),
        };
        let mut changes = match method {
            LoginMethod::Helper { name } => vec![
                LoginChange::StoreWithHelper {
                    program: format!("docker-credential-{name}"),
                    server: key.clone(),
                },
                set_entry("auths", "{}"),
            ],
            LoginMethod::EcrHelper => vec![set_entry("credHelpers", &format!("\"{ECR_HELPER}\""))],
            LoginMethod::Inline => vec![set_entry("auths", "{\"auth\": \u{2026}}")],
        };
        changes.extend(self.stale.iter().map(|stale| LoginChange::RemoveEntry {
            file: self.file.clone(),
            section: stale.section,
            key: stale.key.clone(),
        }));
        changes
    }
}

/// Logs a client in to a registry. On an error, changes that were already made are reverted.
///
/// # Errors
/// [`ClientLoginError::MethodUnavailable`] if the method is no longer possible, or a failed change.
pub async fn apply(
    client: LoginClient,
    host: &RegistryHost,
    method: &LoginMethod,
    login: &EngineLogin,
    environment: &DockerEnvironment,
) -> Result<ClientLoginUndo, ClientLoginError> {
    let unavailable = || ClientLoginError::MethodUnavailable { client: client.name() };
    let current = inspect(client, host, environment)?.ok_or_else(unavailable)?;
    if !current.methods.contains(method) {
        return Err(unavailable());
    }
    let key = host.to_string();
    let mut file = ClientConfigFile::read(&current.file)?;
    let mut edits = Vec::new();
    for stale in &current.stale {
        edits.push(set_entry(&mut file, stale.section, &stale.key, None)?);
    }
    match method {
        // As in `docker login`: an empty entry marks the login, and the helper stores it.
        LoginMethod::Helper { .. } => {
            edits.push(set_entry(&mut file, "auths", &key, Some("{}".to_owned()))?)
        }
        LoginMethod::EcrHelper => {
            let name = Value::from(ECR_HELPER).to_string();
            edits.push(set_entry(&mut file, "credHelpers", &key, Some(name))?);
        }
        LoginMethod::Inline => {
            let text = format!("{}:{}", login.user, login.password.expose());
            let encoded = Value::from(STANDARD.encode(text)).to_string();
            let mut entry = OrderedObject::default();
            let encoded = RawValue::from_string(encoded).map_err(|_| unavailable())?;
            entry.set("auth", encoded);
            let entry = file.entry_text(&entry);
            edits.push(set_entry(&mut file, "auths", &key, Some(entry))?);
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
    if let LoginMethod::Helper { name } = method {
        let helper = Helper::find(name, environment)?;
        let before = helper.get(&key).await?;
        helper.store(&key, login).await?;
        undo.helper = Some((name.clone(), before));
    }
    if let Err(error) = file.write() {
        if let Some((name, before)) = &undo.helper {
            restore_in_helper(name, before.as_ref(), &key, environment).await?;
        }
        return Err(error);
    }
    Ok(undo)
}

/// Restores the previous state.
///
/// # Errors
/// [`ClientLoginError::ChangedSince`] if another program changed an entry since; nothing is changed
/// then. Otherwise a failed change.
pub async fn undo(
    undo: &ClientLoginUndo,
    environment: &DockerEnvironment,
) -> Result<(), ClientLoginError> {
    let mut file = ClientConfigFile::read(&undo.file)?;
    // If no other program wrote the file since, its previous text is restored byte for byte.
    let is_unchanged = file.text_as_read().is_some_and(|text| text.expose() == undo.after.expose());
    for edit in undo.edits.iter().rev() {
        let section = file.section(edit.section)?;
        let current = section.get(&edit.key);
        let after = edit.after.as_ref().map(|text| text.expose().as_str());
        if !is_same_json(current, after) {
            return Err(ClientLoginError::ChangedSince {
                path: undo.file.clone(),
                key: edit.key.clone(),
            });
        }
        let before = edit.before.as_ref().map(|text| text.expose().as_str());
        file.set_entry(edit.section, &edit.key, before)?;
    }
    if let Some((name, before)) = &undo.helper {
        restore_in_helper(name, before.as_ref(), &undo.host.to_string(), environment).await?;
    }
    match &undo.before {
        Some(before) if is_unchanged => file.write_text(before),
        None if file.is_empty() => file.delete(),
        _ => file.write(),
    }
}

/// Sets or removes an entry, and returns its previous value.
fn set_entry(
    file: &mut ClientConfigFile,
    section: &'static str,
    key: &str,
    after: Option<String>,
) -> Result<EntryEdit, ClientLoginError> {
    let before = file.section(section)?.get(key).map(|text| Secret::new(text.to_owned()));
    file.set_entry(section, key, after.as_deref())?;
    Ok(EntryEdit { section, key: key.to_owned(), before, after: after.map(Secret::new) })
}

/// Returns whether two entries have the same JSON value.
fn is_same_json(one: Option<&str>, other: Option<&str>) -> bool {
    let parse = |text: Option<&str>| text.map(serde_json::from_str::<Value>).transpose().ok();
    one == other || parse(one).is_some_and(|one| Some(one) == parse(other))
}

/// Restores the login that a credential helper had before.
async fn restore_in_helper(
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
