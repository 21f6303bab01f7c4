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
    /// Creates the book with the keychain of the system. `folder` is the data folder.
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
        // A damaged list says nothing, so the keychain is asked.
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
mod tests {
    use super::*;

    /// A keychain in memory that counts its calls.
    #[derive(Clone, Default)]
    struct Memory {
        kept: Arc<Mutex<HashMap<RegistryHost, RegistryLogin>>>,
        asked: Arc<Mutex<u32>>,
        fails: bool,
        /// Saves a login and reports a failure, as after a timeout.
        fails_late: bool,
        /// Reads the list while a login is saved.
        list: Option<PathBuf>,
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
            if let Some(list) = &self.list {
                let text = std::fs::read_to_string(list).unwrap();
                assert!(text.contains(registry.as_str()), "the list is written first: {text}");
            }
            locked(&self.kept).insert(registry.clone(), login.clone());
            let reason = "no answer".to_owned();
            if self.fails_late { Err(KeychainError::Locked { reason }) } else { Ok(()) }
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
        first.set(hub.clone(), login("dckr_pat_1"), true);
        assert!(!first.get(&hub).await.unwrap().kept);
        assert_eq!(*locked(&keychain.asked), 0, "nobody asked to keep anything");
        first.keep(&hub).await.unwrap();

        let next = run();
        let held = next.get(&hub).await.unwrap();
        assert_eq!((held.login, held.kept), (login("dckr_pat_1"), true));
        let asked = *locked(&keychain.asked);
        assert!(next.get(&hub).await.is_some());
        assert_eq!(*locked(&keychain.asked), asked, "the keychain is asked once");
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
    async fn a_damaged_list_loses_only_what_is_damaged_and_is_never_overwritten() {
        for (damaged, kept_in) in [
            (r#"["ghcr.io", {"later": 1}]"#, NAMES.to_owned()),
            (r#"["ghcr.io", "#, format!("{NAMES}.broken-1")),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let keychain = Memory::default();
            let ghcr = RegistryHost::parse("ghcr.io").unwrap();
            keychain.put(&ghcr, &login("one")).unwrap();
            std::fs::write(folder.path().join(NAMES), damaged).unwrap();
            let logins = Logins::with(Box::new(keychain), folder.path().join(NAMES));
            assert_eq!(logins.get(&ghcr).await.unwrap().login, login("one"), "{damaged}");
            let hub = RegistryHost::docker_hub();
            logins.set(hub.clone(), login("two"), true);
            logins.keep(&hub).await.unwrap();
            let kept = std::fs::read_to_string(folder.path().join(kept_in)).unwrap();
            assert!(
                kept.contains(if damaged.contains("later") { "later" } else { damaged }),
                "{kept}"
            );
            assert!(logins.names().unwrap().contains("docker.io"), "{damaged}");
        }
    }

    #[tokio::test]
    async fn without_a_keychain_a_login_is_used_and_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let keychain = Memory { fails: true, ..Memory::default() };
        let hub = RegistryHost::docker_hub();
        let logins = Logins::with(Box::new(keychain.clone()), folder.path().join(NAMES));
        logins.set(hub.clone(), login("dckr_pat_1"), true);
        let error = logins.keep(&hub).await.unwrap_err();
        assert!(matches!(error, KeychainError::Missing { .. }));
        assert!(!logins.get(&hub).await.unwrap().kept);
        let listed = std::fs::read_to_string(folder.path().join(NAMES)).unwrap_or_default();
        assert!(!listed.contains("docker.io"), "{listed}");
        logins.forget(&hub).await.unwrap();
        assert!(logins.get(&hub).await.is_none());
    }

    #[tokio::test]
    async fn whatever_the_keychain_saved_can_be_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let (list, hub) = (folder.path().join(NAMES), RegistryHost::docker_hub());
        let kept = Memory { list: Some(list.clone()), ..Memory::default() };
        let run = |keychain: &Memory| Logins::with(Box::new(keychain.clone()), list.clone());

        // The keychain saved it and failed: the next run finds it, and forgets it.
        let late = Memory { fails_late: true, ..kept.clone() };
        let first = run(&late);
        first.set(hub.clone(), login("dckr_pat_1"), true);
        first.keep(&hub).await.unwrap_err();
        assert!(run(&kept).get(&hub).await.is_some());
        run(&kept).forget(&hub).await.unwrap();
        assert!(locked(&kept.kept).is_empty());

        // A list that was lost, or damaged, hides nothing from Forget.
        for lost in [None, Some(""), Some("{\"odd\":1}")] {
            let first = run(&kept);
            first.set(hub.clone(), login("dckr_pat_1"), true);
            first.keep(&hub).await.unwrap();
            match lost {
                Some(text) => std::fs::write(&list, text).unwrap(),
                None => std::fs::remove_file(&list).unwrap(),
            }
            let next = run(&kept);
            assert_eq!(next.get(&hub).await.is_some(), lost.is_some(), "{lost:?}");
            next.forget(&hub).await.unwrap();
            assert!(locked(&kept.kept).is_empty(), "{lost:?}");
            assert!(next.get(&hub).await.is_none());
        }

        // A locked keychain may hold an entry of ours: that is said.
        let locked_one = Memory { fails: true, ..Memory::default() };
        std::fs::write(&list, "[\"docker.io\"]").unwrap();
        assert!(run(&locked_one).forget(&hub).await.is_err());
    }
}
