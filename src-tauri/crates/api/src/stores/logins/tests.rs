//! Logins that are kept from one run to the next, and damaged lists of them.

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
    assert_eq!(*locked(&keychain.asked), asked, "the keychain is read once");
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
        assert!(kept.contains(if damaged.contains("later") { "later" } else { damaged }), "{kept}");
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
