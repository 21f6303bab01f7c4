//! The registry login stored by `docker login`, `podman login` or `skopeo login`, as the login of a
//! registry client. Image sources use it if the user entered no login in Transload.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use transload_docker::DockerEnvironment;
use transload_docker::client_login::stored::{FoundLogin, LoginProblem, StoredLogins};
use transload_model::RegistryHost;
use transload_registry::{LoginSource, RegistryError, RegistryLogin};

/// The stored login of a registry, read on first use.
///
/// A login store that can't be read never fails a request: it counts as having no login, as in
/// Docker, and [`StoredLogin::problem`] gives the reason. A login that the registry rejects is read
/// again, in case the user stored another one since.
pub struct StoredLogin {
    registry: RegistryHost,
    environment: DockerEnvironment,
    state: tokio::sync::Mutex<LoginState>,
    problem: Mutex<Option<String>>,
}

#[derive(Default)]
struct LoginState {
    logins: Option<StoredLogins>,
    /// Logins returned so far, by repository; `None` is the registry itself.
    returned: HashMap<Option<String>, Option<FoundLogin>>,
}

impl StoredLogin {
    /// Creates the login of a registry without reading it yet.
    pub fn new(registry: RegistryHost, environment: &DockerEnvironment) -> Self {
        let (state, problem) = (tokio::sync::Mutex::default(), Mutex::default());
        Self { registry, environment: environment.clone(), state, problem }
    }

    /// Returns the login for the registry, or for one repository of it, with the place where it is
    /// stored.
    pub async fn find(&self, repository: Option<&str>) -> Option<FoundLogin> {
        let mut state = self.state.lock().await;
        self.find_in(&mut state, repository).await
    }

    async fn find_in(
        &self,
        state: &mut LoginState,
        repository: Option<&str>,
    ) -> Option<FoundLogin> {
        let logins = match &mut state.logins {
            Some(logins) => logins,
            none => none.insert(StoredLogins::read(&self.environment).await),
        };
        // Without keys for parts of a registry, every repository has the same login.
        let repository = repository.filter(|_| logins.has_namespaces());
        let key = repository.map(str::to_owned);
        if let Some(found) = state.returned.get(&key) {
            return found.clone();
        }
        let (found, problems) = logins.find(&self.registry, repository).await;
        self.note(found.is_some(), &problems);
        state.returned.insert(key, found.clone());
        found
    }

    fn note(&self, found: bool, problems: &[LoginProblem]) {
        for problem in problems {
            let registry = &self.registry;
            tracing::warn!(
                %registry, location = problem.location, reason = problem.reason,
                "couldn't read a stored login"
            );
        }
        let mut noted = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        *noted = if found { None } else { described(problems) };
    }
}

/// Joins all problems into one sentence.
fn described(problems: &[LoginProblem]) -> Option<String> {
    let sentences: Vec<_> = problems.iter().map(ToString::to_string).collect();
    (!sentences.is_empty()).then(|| sentences.join("; "))
}

fn as_registry_login(found: Option<FoundLogin>) -> Option<RegistryLogin> {
    let login = found?.login;
    Some(RegistryLogin { user: login.user, password: login.password })
}

#[async_trait]
impl LoginSource for StoredLogin {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        Ok(as_registry_login(self.find(None).await))
    }

    async fn login_for(&self, path: &str) -> Result<Option<RegistryLogin>, RegistryError> {
        Ok(as_registry_login(self.find(Some(path)).await))
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        let mut state = self.state.lock().await;
        let before = std::mem::take(&mut *state).returned;
        let mut differs = false;
        for (repository, old) in before {
            let new = self.find_in(&mut state, repository.as_deref()).await;
            let login =
                |found: &Option<FoundLogin>| found.as_ref().map(|found| found.login.clone());
            differs |= new.is_some() && login(&new) != login(&old);
        }
        Ok(differs)
    }

    fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    struct StoreLocation {
        folder: tempfile::TempDir,
        environment: DockerEnvironment,
    }

    impl StoreLocation {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let home = folder.path().to_owned();
            let environment = DockerEnvironment {
                docker_config: Some(home.clone()),
                xdg_runtime_dir: Some(home.join("run")),
                home: Some(home),
                ..DockerEnvironment::default()
            };
            Self { folder, environment }
        }

        fn store(&self, entries: &[(&str, &str)]) {
            let entry = |(key, login): &(&str, &str)| {
                let auth = base64::engine::general_purpose::STANDARD.encode(login);
                ((*key).to_owned(), serde_json::json!({ "auth": auth }))
            };
            let auths: serde_json::Map<_, _> = entries.iter().map(entry).collect();
            self.write(&serde_json::json!({ "auths": auths }).to_string());
        }

        fn write(&self, text: &str) {
            std::fs::write(self.folder.path().join("config.json"), text).unwrap();
        }

        fn login(&self) -> StoredLogin {
            StoredLogin::new(RegistryHost::parse("r.example").unwrap(), &self.environment)
        }
    }

    fn text(login: Option<RegistryLogin>) -> Option<String> {
        login.map(|login| format!("{}:{}", login.user, login.password.expose()))
    }

    #[tokio::test]
    async fn a_rejected_login_is_read_again_and_used_if_it_changed() {
        let home = StoreLocation::new();
        home.store(&[("r.example", "u:old"), ("r.example/team", "t:old")]);
        let source = home.login();
        assert_eq!(text(source.login().await.unwrap()).unwrap(), "u:old");
        assert_eq!(text(source.login_for("team/app").await.unwrap()).unwrap(), "t:old");
        assert!(!source.renew().await.unwrap());
        home.store(&[("r.example", "u:old"), ("r.example/team", "t:new")]);
        assert!(source.renew().await.unwrap());
        assert_eq!(text(source.login_for("team/app").await.unwrap()).unwrap(), "t:new");
        assert_eq!(text(source.login_for("other/app").await.unwrap()).unwrap(), "u:old");
    }

    #[tokio::test]
    async fn an_unreadable_store_is_a_problem_but_not_an_error() {
        let home = StoreLocation::new();
        assert_eq!((home.login().login().await.unwrap(), home.login().problem()), (None, None));
        home.write("{");
        let source = home.login();
        assert_eq!(source.login().await.unwrap(), None);
        let problem = source.problem().unwrap();
        assert!(problem.contains("config.json") && problem.contains("JSON"), "{problem}");
        home.store(&[("r.example", "u:p")]);
        assert!(source.renew().await.unwrap());
        assert_eq!(source.problem(), None);
    }
}
