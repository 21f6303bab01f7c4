//! The search for a login in files, variables and credential helpers.

use std::collections::HashMap;
use std::io::{ErrorKind, Read as _};

use crate::api::EngineLogin;
use crate::client_login::error::ClientLoginError;
use crate::client_login::helper::Helper;
use crate::client_login::stored::content::{AuthEntry, LoginFileContent};
use crate::client_login::stored::login_files::{LoginFile, LoginFileFormat, login_files};
use crate::client_login::stored::problem::LoginProblem;
use crate::client_login::stored::{keys, registries_conf};
use crate::environment::DockerEnvironment;
use transload_model::RegistryHost;

/// The variable that contains a whole configuration file.
const VARIABLE: &str = "DOCKER_AUTH_CONFIG";
/// Maximum size of a file. The rest of a larger file is ignored.
const FILE_LIMIT_BYTES: u64 = 16 << 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLogin {
    pub login: EngineLogin,
    /// Where it is stored: a file, a variable, or a credential helper.
    pub location: String,
}

/// The stored logins of this computer at the time of reading. A helper is called when its login is
/// required, once per registry.
pub struct StoredLogins {
    environment: DockerEnvironment,
    stores: Vec<LoginStore>,
    problems: Vec<LoginProblem>,
    helper_results: HashMap<HelperQuery, HelperResult>,
}

/// A query for a login to a helper. The first of the server names with a login counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct HelperQuery {
    helper: String,
    servers: Vec<String>,
}

type HelperResult = Result<Option<EngineLogin>, LoginProblem>;

/// A file or variable that was read, or a credential helper of `registries.conf`, which has no
/// entries.
struct LoginStore {
    name: String,
    format: LoginFileFormat,
    content: LoginFileContent,
}

/// The text of a file, `None` if it does not exist, or why it can't be read.
type FileText = Result<Option<Vec<u8>>, String>;

impl StoredLogins {
    /// Reads all files and variables. One that can't be read counts as empty and is reported as a
    /// problem by [`StoredLogins::find`].
    pub async fn read(environment: &DockerEnvironment) -> Self {
        let mut logins = Self {
            environment: environment.clone(),
            stores: Vec::new(),
            problems: Vec::new(),
            helper_results: HashMap::new(),
        };
        if let Some(text) = &environment.docker_auth_config {
            logins.add_store(
                VARIABLE.to_owned(),
                LoginFileFormat::Docker,
                Ok(text.expose().clone().into_bytes()),
            );
        }
        let (paths, podman_environment) = (login_files(environment), environment.clone());
        let read_files = tokio::task::spawn_blocking(move || {
            let helpers = registries_conf::credential_helpers(&podman_environment);
            let files = paths.into_iter().map(|file| (read(&file), file));
            (helpers, files.collect::<Vec<_>>())
        });
        let ((helpers, problems), files) = read_files.await.unwrap_or_default();
        logins.problems.extend(problems);
        let mut files = Some(files);
        for helper in helpers {
            match helper == registries_conf::FILES {
                true => logins.add_files(files.take().unwrap_or_default()),
                false => logins.add_helper(helper),
            }
        }
        // Podman does not read its files if `registries.conf` excludes them. Docker ignores
        // `registries.conf`.
        let mut docker_files = files.unwrap_or_default();
        docker_files.retain(|(_, file)| file.format != LoginFileFormat::Containers);
        logins.add_files(docker_files);
        logins
    }

    fn add_files(&mut self, files: Vec<(FileText, LoginFile)>) {
        for (text, file) in files {
            if let Some(text) = text.transpose() {
                self.add_store(file.path.display().to_string(), file.format, text);
            }
        }
    }

    /// Adds a helper for all registries, like `credsStore` in Docker's file.
    fn add_helper(&mut self, helper: String) {
        let name = format!("docker-credential-{helper}");
        let content = LoginFileContent { store: Some(helper), ..LoginFileContent::default() };
        self.stores.push(LoginStore { name, format: LoginFileFormat::Containers, content });
    }

    fn add_store(&mut self, name: String, format: LoginFileFormat, text: Result<Vec<u8>, String>) {
        match text.and_then(|text| LoginFileContent::parse(&text, format)) {
            Ok(content) => self.stores.push(LoginStore { name, format, content }),
            Err(reason) => self.problems.push(LoginProblem { location: name, reason }),
        }
    }

    /// Returns whether the login can depend on the repository.
    pub fn has_namespaces(&self) -> bool {
        self.stores.iter().any(|store| store.content.has_namespaces())
    }

    /// Returns the first login for a registry, or for one repository of it, and the problems of the
    /// stores that were searched before it.
    pub async fn find(
        &mut self,
        registry: &RegistryHost,
        repository: Option<&str>,
    ) -> (Option<FoundLogin>, Vec<LoginProblem>) {
        let mut problems = self.problems.clone();
        for index in 0..self.stores.len() {
            let found = self.find_in(index, registry, repository, &mut problems).await;
            if found.is_some() {
                return (found, problems);
            }
        }
        (None, problems)
    }

    /// Searches one store. Calls the helper for the registry, or else the helper for all
    /// registries. If the helper has no login, an older login in the file is not used. If the
    /// helper fails, the file is used. Source: docker/cli, `nativeStore.Get`, whose error
    /// `command.ResolveAuthConfig` ignores.
    async fn find_in(
        &mut self,
        index: usize,
        registry: &RegistryHost,
        repository: Option<&str>,
        problems: &mut Vec<LoginProblem>,
    ) -> Option<FoundLogin> {
        let LoginStore { name, format, content } = &self.stores[index];
        let entry = keys::entry(content, *format, registry, repository);
        let helper_entry = keys::helper(content, *format, registry);
        let helper = helper_entry.map(|(_, helper)| helper).or(content.store.as_deref());
        let query = helper.filter(|helper| !helper.is_empty()).map(|helper| {
            let mut servers = keys::registry_keys(registry, *format);
            // The helper can have the login under the key of the file, for example with upper-case
            // letters.
            let keys_in_file = [helper_entry.map(|(key, _)| key), entry.map(|(key, _)| key)];
            for key in keys_in_file.into_iter().flatten() {
                if !servers.iter().any(|server| server == key) {
                    servers.push(key.to_owned());
                }
            }
            HelperQuery { helper: helper.to_owned(), servers }
        });
        let inline = match entry {
            Some((_, AuthEntry::Login(login))) => {
                Some(FoundLogin { login: login.clone(), location: name.clone() })
            }
            Some((key, AuthEntry::Damaged(reason))) => {
                let reason = format!("the entry for {key} is invalid: {reason}");
                problems.push(LoginProblem { location: name.clone(), reason });
                None
            }
            Some((_, AuthEntry::Empty)) | None => None,
        };
        let format = *format;
        let Some(query) = query else { return inline };
        let location = format!("docker-credential-{}", query.helper);
        match self.query_helper(query).await {
            Ok(login) => login.map(|login| FoundLogin { login, location }),
            Err(problem) => {
                problems.push(problem);
                inline.filter(|_| format == LoginFileFormat::Docker)
            }
        }
    }

    async fn query_helper(&mut self, query: HelperQuery) -> HelperResult {
        if let Some(result) = self.helper_results.get(&query) {
            return result.clone();
        }
        let result = call_helper(&query, &self.environment).await;
        self.helper_results.insert(query, result.clone());
        result
    }
}

async fn call_helper(query: &HelperQuery, environment: &DockerEnvironment) -> HelperResult {
    let location = format!("docker-credential-{}", query.helper);
    let problem = |error: ClientLoginError| LoginProblem {
        location: location.clone(),
        reason: match error {
            ClientLoginError::HelperMissing { .. } => {
                "the credential helper is not installed, or not in a searched folder".to_owned()
            }
            ClientLoginError::HelperFailed { message, .. } => {
                format!("the credential helper failed: {message}")
            }
            other => other.to_string(),
        },
    };
    let helper = Helper::find(&query.helper, environment).map_err(problem)?;
    for server in &query.servers {
        if let Some(login) = helper.get(server).await.map_err(problem)? {
            return Ok(Some(login));
        }
    }
    Ok(None)
}

/// Reads a file, if it exists.
fn read(file: &LoginFile) -> Result<Option<Vec<u8>>, String> {
    let unreadable = |error: std::io::Error| format!("it can't be read: {}", error.kind());
    let reader = match std::fs::File::open(&file.path) {
        Ok(reader) => reader,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error)),
    };
    let mut text = Vec::new();
    reader.take(FILE_LIMIT_BYTES).read_to_end(&mut text).map_err(unreadable)?;
    Ok(Some(text))
}
