//! The logins that were typed in this run of the program, and those that the keychain keeps.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use transload_engine::model::RegistryHost;
use transload_engine::registry::{DockerConfigLogin, LoginSource, RegistryError, RegistryLogin};

use crate::api::locked;
use crate::folders::make_private_folder;
use crate::keychain::{Keychain, KeychainError, SystemKeychain};

/// The file that names the registries whose login is in the keychain: it holds no secret, and spares
/// everybody else the question of a keychain that is locked.
const NAMES: &str = "kept-logins.json";

/// How long the keychain may take: it may ask a person to unlock it.
const KEYCHAIN_LIMIT: Duration = Duration::from_secs(60);

/// The logins, by registry; clones share them.
#[derive(Clone)]
pub(crate) struct Logins(Arc<Shared>);

struct Shared {
    known: Mutex<HashMap<RegistryHost, Known>>,
    keychain: Box<dyn Keychain>,
    names: PathBuf,
    /// Held while the keychain or the file of names is asked, so that a person is asked once.
    asking: tokio::sync::Mutex<()>,
}

/// What is known of a registry's login.
#[derive(Clone)]
struct Known {
    /// Nothing where the keychain was asked and has none, or failed.
    login: Option<RegistryLogin>,
    /// Whether the keychain has it too.
    kept: bool,
}

/// A login, and whether the keychain has it too.
pub(crate) struct HeldLogin {
    pub login: RegistryLogin,
    pub kept: bool,
}

impl Logins {
    /// Logins of the system's keychain, and none typed yet. `folder` is the data folder.
    pub fn new(folder: &std::path::Path) -> Self {
        Self::with(Box::new(SystemKeychain), folder.join(NAMES))
    }

    fn with(keychain: Box<dyn Keychain>, names: PathBuf) -> Self {
        let (known, asking) = (Mutex::default(), tokio::sync::Mutex::default());
        Self(Arc::new(Shared { known, keychain, names, asking }))
    }

    /// The login for a registry: what was typed, otherwise what the keychain has.
    pub async fn get(&self, registry: &RegistryHost) -> Option<HeldLogin> {
        let known = |known: Known| known.login.map(|login| HeldLogin { login, kept: known.kept });
        if let Some(found) = locked(&self.0.known).get(registry).cloned() {
            return known(found);
        }
        let _asking = self.0.asking.lock().await;
        // Somebody may have asked meanwhile.
        if let Some(found) = locked(&self.0.known).get(registry).cloned() {
            return known(found);
        }
        let login = if self.names().contains(registry.as_str()) {
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
        let found = Known { kept: login.is_some(), login };
        locked(&self.0.known).insert(registry.clone(), found.clone());
        known(found)
    }

    /// Uses a login from now on, until the program ends.
    pub fn set(&self, registry: RegistryHost, login: RegistryLogin) {
        locked(&self.0.known).insert(registry, Known { login: Some(login), kept: false });
    }

    /// Has the keychain keep the login that is used.
    pub async fn keep(&self, registry: &RegistryHost) -> Result<(), KeychainError> {
        let _asking = self.0.asking.lock().await;
        let found = locked(&self.0.known).get(registry).and_then(|known| known.login.clone());
        let Some(login) = found else { return Ok(()) };
        let asked = self.ask({
            let registry = registry.clone();
            move |keychain| keychain.put(&registry, &login)
        });
        asked.await?;
        let mut names = self.names();
        names.insert(registry.to_string());
        self.write(&names)?;
        if let Some(known) = locked(&self.0.known).get_mut(registry) {
            known.kept = true;
        }
        Ok(())
    }

    /// Forgets a login, in the keychain too. In this run it is gone even where the keychain fails.
    pub async fn forget(&self, registry: &RegistryHost) -> Result<(), KeychainError> {
        let gone = Known { login: None, kept: false };
        locked(&self.0.known).insert(registry.clone(), gone);
        let _asking = self.0.asking.lock().await;
        let mut names = self.names();
        if !names.contains(registry.as_str()) {
            return Ok(());
        }
        let asked = self.ask({
            let registry = registry.clone();
            move |keychain| keychain.remove(&registry)
        });
        asked.await?;
        names.remove(registry.as_str());
        self.write(&names)
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
                Err(KeychainError::Failed { reason: "asking it was broken off".to_owned() })
            }
            Err(_) => Err(KeychainError::Locked {
                reason: format!("nobody unlocked it in {} seconds", KEYCHAIN_LIMIT.as_secs()),
            }),
        }
    }

    fn names(&self) -> BTreeSet<String> {
        let text = std::fs::read(&self.0.names).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    fn write(&self, names: &BTreeSet<String>) -> Result<(), KeychainError> {
        let text = serde_json::json!(names).to_string();
        let folder = self.0.names.parent().map_or(Ok(()), make_private_folder);
        let written = folder.and_then(|()| std::fs::write(&self.0.names, text));
        written.map_err(|error| KeychainError::Failed {
            reason: format!("{} cannot be written: {error}", self.0.names.display()),
        })
    }
}

/// What was typed or kept for a registry, otherwise what `docker login` stored: as it is at each
/// moment, so that a migration that runs gets a login that is typed meanwhile.
pub(crate) struct CurrentLogin {
    own: Logins,
    registry: RegistryHost,
    stored: DockerConfigLogin,
}

impl CurrentLogin {
    pub fn new(own: Logins, registry: RegistryHost) -> Self {
        Self { own, stored: DockerConfigLogin::new(registry.clone()), registry }
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

    async fn renew(&self) -> Result<bool, RegistryError> {
        match self.own.get(&self.registry).await {
            // A person typed it: only a person can type another one.
            Some(_) => Ok(false),
            None => self.stored.renew().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A keychain in memory that counts how often it is asked.
    #[derive(Clone, Default)]
    struct Memory {
        kept: Arc<Mutex<HashMap<RegistryHost, RegistryLogin>>>,
        asked: Arc<Mutex<u32>>,
        fails: bool,
    }

    impl Memory {
        fn turn(&self) -> Result<(), KeychainError> {
            *locked(&self.asked) += 1;
            let reason = "no service".to_owned();
            if self.fails { Err(KeychainError::Missing { reason }) } else { Ok(()) }
        }
    }

    impl Keychain for Memory {
        fn get(&self, registry: &RegistryHost) -> Result<Option<RegistryLogin>, KeychainError> {
            self.turn()?;
            Ok(locked(&self.kept).get(registry).cloned())
        }

        fn put(&self, registry: &RegistryHost, login: &RegistryLogin) -> Result<(), KeychainError> {
            self.turn()?;
            locked(&self.kept).insert(registry.clone(), login.clone());
            Ok(())
        }

        fn remove(&self, registry: &RegistryHost) -> Result<(), KeychainError> {
            self.turn()?;
            locked(&self.kept).remove(registry);
            Ok(())
        }
    }

    fn login(secret: &str) -> RegistryLogin {
        RegistryLogin { user: "ada".to_owned(), password: secret.to_owned().into() }
    }

    #[tokio::test]
    async fn a_kept_login_is_there_in_the_next_run_and_gone_once_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let (keychain, hub) = (Memory::default(), RegistryHost::docker_hub());
        let run = || Logins::with(Box::new(keychain.clone()), folder.path().join(NAMES));
        let first = run();
        assert!(first.get(&hub).await.is_none());
        first.set(hub.clone(), login("dckr_pat_1"));
        assert!(!first.get(&hub).await.unwrap().kept);
        assert_eq!(*locked(&keychain.asked), 0, "nobody asked to keep anything");
        first.keep(&hub).await.unwrap();

        let next = run();
        let held = next.get(&hub).await.unwrap();
        assert_eq!((held.login, held.kept), (login("dckr_pat_1"), true));
        let asked = *locked(&keychain.asked);
        assert!(next.get(&hub).await.is_some());
        assert_eq!(*locked(&keychain.asked), asked, "a person is asked once");
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert_eq!(text, r#"["docker.io"]"#);
        }
        next.forget(&hub).await.unwrap();
        assert!(next.get(&hub).await.is_none());
        assert!(run().get(&hub).await.is_none());
        assert!(locked(&keychain.kept).is_empty());
    }

    #[tokio::test]
    async fn without_a_keychain_a_login_is_used_and_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let keychain = Memory { fails: true, ..Memory::default() };
        let hub = RegistryHost::docker_hub();
        let logins = Logins::with(Box::new(keychain.clone()), folder.path().join(NAMES));
        logins.set(hub.clone(), login("dckr_pat_1"));
        let error = logins.keep(&hub).await.unwrap_err();
        assert!(matches!(error, KeychainError::Missing { .. }));
        assert!(!logins.get(&hub).await.unwrap().kept);
        assert!(!folder.path().join(NAMES).exists());
        logins.forget(&hub).await.unwrap();
        assert!(logins.get(&hub).await.is_none());
    }
}
