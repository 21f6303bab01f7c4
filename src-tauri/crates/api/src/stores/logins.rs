//! Logins that the user entered since the program started, and those in the keychain.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use transload_docker::DockerEnvironment;
use transload_files::{StoredList, make_private_folder, move_aside, write_whole};
use transload_migration::stored_logins::StoredLogin;
use transload_model::RegistryHost;
use transload_registry::{LoginSource, RegistryError, RegistryLogin};

use crate::keychain::{Keychain, KeychainError, SystemKeychain};
use crate::locks::locked;

/// The file with the registries whose login is in the keychain. It contains no secret. Because of
/// it, the keychain isn't opened, and may not prompt, for other registries.
const NAMES: &str = "kept-logins.json";

/// How long to wait for the keychain, which may prompt the user to unlock it.
const KEYCHAIN_LIMIT: Duration = Duration::from_secs(60);

/// The logins by registry. Clones share them.
#[derive(Clone)]
pub(crate) struct Logins(Arc<Shared>);

struct Shared {
    known: Mutex<HashMap<RegistryHost, Known>>,
    keychain: Box<dyn Keychain>,
    names: PathBuf,
    /// Held while the keychain or the file of registries is read, so that the user gets one prompt.
    asking: tokio::sync::Mutex<()>,
}

/// What is known about the login of a registry.
#[derive(Clone)]
struct Known {
    /// `None` if the keychain has no login, or failed.
    login: Option<RegistryLogin>,
    /// Whether the keychain has it too.
    kept: bool,
    /// Whether the registry accepted it and rejects invalid ones.
    tested: bool,
}

/// A login that the user entered or saved.
pub(crate) struct EnteredLogin {
    pub login: RegistryLogin,
    pub kept: bool,
    pub tested: bool,
}

impl Logins {
    /// Creates the store with the keychain of the system. `folder` is the data folder.
    pub fn new(folder: &std::path::Path) -> Self {
        Self::with(Box::new(SystemKeychain), folder.join(NAMES))
    }

    fn with(keychain: Box<dyn Keychain>, names: PathBuf) -> Self {
        let (known, asking) = (Mutex::default(), tokio::sync::Mutex::default());
        Self(Arc::new(Shared { known, keychain, names, asking }))
    }

    /// Returns the login of a registry that the user entered, otherwise the one in the keychain.
    pub async fn get(&self, registry: &RegistryHost) -> Option<EnteredLogin> {
        let known = |known: Known| {
            let Known { login, kept, tested } = known;
            login.map(|login| EnteredLogin { login, kept, tested })
        };
        if let Some(found) = locked(&self.0.known).get(registry).cloned() {
            return known(found);
        }
        let _asking = self.0.asking.lock().await;
        // Somebody may have asked meanwhile.
        if let Some(found) = locked(&self.0.known).get(registry).cloned() {
            return known(found);
        }
        // A damaged list says nothing, so the keychain is read.
        let is_listed = |names: BTreeSet<String>| names.contains(registry.as_str());
        let login = if self.names().is_none_or(is_listed) {
            let asked = self.ask({
                let registry = registry.clone();
                move |keychain| keychain.get(&registry)
            });
            asked.await.unwrap_or_else(|error| {
                tracing::warn!(%registry, %error, "a kept login cannot be had");
                None
            })
        } else {
            None
        };
        let found = Known { kept: login.is_some(), login, tested: true };
        locked(&self.0.known).insert(registry.clone(), found.clone());
        known(found)
    }

    /// Uses a login until the program closes.
    pub fn set(&self, registry: RegistryHost, login: RegistryLogin, tested: bool) {
        locked(&self.0.known).insert(registry, Known { login: Some(login), kept: false, tested });
    }

    /// Saves the login in the keychain. The list is written first, so that every entry of the
    /// keychain is on the list and can be found and deleted.
    pub async fn keep(&self, registry: &RegistryHost) -> Result<(), KeychainError> {
        let _asking = self.0.asking.lock().await;
        let found = locked(&self.0.known).get(registry).and_then(|known| known.login.clone());
        let Some(login) = found else { return Ok(()) };
        let before = self.names().unwrap_or_default();
        let mut names = before.clone();
        let is_new = names.insert(registry.to_string());
        self.write(&names)?;
        let asked = self.ask({
            let registry = registry.clone();
            move |keychain| keychain.put(&registry, &login)
        });
        if let Err(error) = asked.await {
            // Nothing was saved, unless the keychain saved it and did not answer in time.
            if is_new && matches!(error, KeychainError::Missing { .. }) {
                self.write(&before)?;
            }
            return Err(error);
        }
        if let Some(known) = locked(&self.0.known).get_mut(registry) {
            known.kept = true;
        }
        Ok(())
    }

    /// Deletes a login, in the keychain too. The list may be lost, so the keychain is used even if
    /// the list doesn't contain the registry. The login isn't used any longer even if the keychain
    /// fails.
    pub async fn forget(&self, registry: &RegistryHost) -> Result<(), KeychainError> {
        let gone = Known { login: None, kept: false, tested: false };
        locked(&self.0.known).insert(registry.clone(), gone);
        let _asking = self.0.asking.lock().await;
        let names = self.names();
        let is_listed = names.as_ref().is_none_or(|names| names.contains(registry.as_str()));
        let asked = self.ask({
            let registry = registry.clone();
            move |keychain| keychain.remove(&registry)
        });
        match asked.await {
            // Without a keychain there is nothing to delete, unless the list says otherwise.
            Err(KeychainError::Missing { .. }) if !is_listed => return Ok(()),
            outcome => outcome?,
        }
        let mut names = names.unwrap_or_default();
        if names.remove(registry.as_str()) { self.write(&names) } else { Ok(()) }
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Keychain) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let shared = Arc::clone(&self.0);
        let asking = tokio::task::spawn_blocking(move || question(shared.keychain.as_ref()));
        match tokio::time::timeout(KEYCHAIN_LIMIT, asking).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => {
                Err(KeychainError::Failed { reason: "the request was interrupted".to_owned() })
            }
            Err(_) => Err(KeychainError::Locked {
                reason: format!("it wasn't unlocked within {} seconds", KEYCHAIN_LIMIT.as_secs()),
            }),
        }
    }

    /// Returns the registries on the list. `None` if the list is damaged.
    fn names(&self) -> Option<BTreeSet<String>> {
        self.stored().ok().map(|list| list.elements.into_iter().collect())
    }

    fn stored(&self) -> std::io::Result<StoredList<String>> {
        match std::fs::read(&self.0.names) {
            Ok(text) => Ok(StoredList::parse(&text)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(StoredList::default()),
            Err(error) => Err(error),
        }
    }

    /// Replaces the list. A damaged one is kept under another name, elements that can't be read are kept in it.
    fn write(&self, names: &BTreeSet<String>) -> Result<(), KeychainError> {
        let write = || {
            self.0.names.parent().map_or(Ok(()), make_private_folder)?;
            let mut list = self.stored().or_else(|error| {
                let aside = move_aside(&self.0.names)?;
                tracing::warn!(%error, aside = %aside.display(), "the list of logins was damaged");
                std::io::Result::Ok(StoredList::default())
            })?;
            list.elements = names.iter().cloned().collect();
            write_whole(&self.0.names, serde_json::json!(list.to_values()?).to_string().as_bytes())
        };
        write().map_err(|error| KeychainError::Failed {
            reason: format!("{} can't be written: {error}", self.0.names.display()),
        })
    }
}

/// The login that the user entered or saved for a registry, otherwise the one that `docker login`
/// or `podman login` stored. It is looked up at each use, so that a running migration uses a login
/// that is entered later.
pub(crate) struct CurrentLogin {
    own: Logins,
    registry: RegistryHost,
    stored: StoredLogin,
}

impl CurrentLogin {
    pub fn new(own: Logins, registry: RegistryHost, docker: &DockerEnvironment) -> Self {
        Self { own, stored: StoredLogin::new(registry.clone(), docker), registry }
    }
}

#[async_trait]
impl LoginSource for CurrentLogin {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        match self.own.get(&self.registry).await {
            Some(held) => Ok(Some(held.login)),
            None => self.stored.login().await,
        }
    }

    async fn login_for(&self, path: &str) -> Result<Option<RegistryLogin>, RegistryError> {
        match self.own.get(&self.registry).await {
            Some(held) => Ok(Some(held.login)),
            None => self.stored.login_for(path).await,
        }
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        match self.own.get(&self.registry).await {
            // The user entered it, so only the user can replace it.
            Some(_) => Ok(false),
            None => self.stored.renew().await,
        }
    }

    fn problem(&self) -> Option<String> {
        self.stored.problem()
    }
}

#[cfg(test)]
mod tests;
