//! The search for a login through all places, with credential helpers.

use std::collections::HashMap;
use std::io::{ErrorKind, Read as _};

use crate::api::EngineLogin;
use crate::client_login::error::ClientLoginError;
use crate::client_login::helper::Helper;
use crate::client_login::stored::content::{Content, Entry};
use crate::client_login::stored::login_files::{Format, LoginFile, login_files};
use crate::client_login::stored::problem::LoginProblem;
use crate::client_login::stored::{keys, registries_conf};
use crate::environment::DockerEnvironment;
use transload_model::RegistryHost;

/// The variable that holds a whole configuration.
const VARIABLE: &str = "DOCKER_AUTH_CONFIG";
/// A larger file is none of a person's logins.
const FILE_LIMIT_BYTES: u64 = 16 << 20;

/// A login that is stored on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLogin {
    /// The login.
    pub login: EngineLogin,
    /// Where it is stored: a file, a variable, or a credential helper.
    pub place: String,
}

/// Every stored login of this computer, as it was when it was read. Helpers are asked when a login
/// of theirs is wanted, and once for each registry.
pub struct StoredLogins {
    environment: DockerEnvironment,
    sources: Vec<Source>,
    problems: Vec<LoginProblem>,
    answers: HashMap<Question, Answer>,
}

/// What is asked of a helper, by its name, for these servers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question {
    helper: String,
    servers: Vec<String>,
}

type Answer = Result<Option<EngineLogin>, LoginProblem>;

/// A place that was read, or a credential helper of `registries.conf`, which has no entries.
struct Source {
    name: String,
    format: Format,
    content: Content,
}

/// The text of a file that exists, or why it could not be read.
type FileText = Result<Option<Vec<u8>>, String>;

impl StoredLogins {
    /// Reads every place. A place that cannot be read counts as empty and is a problem.
    pub async fn read(environment: &DockerEnvironment) -> Self {
        let mut logins = Self {
            environment: environment.clone(),
            sources: Vec::new(),
            problems: Vec::new(),
            answers: HashMap::new(),
        };
        if let Some(text) = &environment.docker_auth_config {
            logins.add(VARIABLE.to_owned(), Format::Docker, Ok(text.expose().clone().into_bytes()));
        }
        let (places, of_podman) = (login_files(environment), environment.clone());
        let read = tokio::task::spawn_blocking(move || {
            let helpers = registries_conf::credential_helpers(&of_podman);
            let files = places.into_iter().map(|place| (read(&place), place));
            (helpers, files.collect::<Vec<_>>())
        });
        let ((helpers, problems), files) = read.await.unwrap_or_default();
        logins.problems.extend(problems);
        let mut files = Some(files);
        for helper in helpers {
            match helper == registries_conf::FILES {
                true => logins.add_files(files.take().unwrap_or_default()),
                false => logins.add_helper(helper),
            }
        }
        // Podman does not read its files if its configuration leaves them out. Docker does not know
        // that configuration.
        let mut of_docker = files.unwrap_or_default();
        of_docker.retain(|(_, place)| place.format != Format::Containers);
        logins.add_files(of_docker);
        logins
    }

    fn add_files(&mut self, files: Vec<(FileText, LoginFile)>) {
        for (text, place) in files {
            if let Some(text) = text.transpose() {
                self.add(place.path.display().to_string(), place.format, text);
            }
        }
    }

    /// A helper that has logins for every registry, as `credsStore` has them for Docker.
    fn add_helper(&mut self, helper: String) {
        let name = format!("docker-credential-{helper}");
        let content = Content { store: Some(helper), ..Content::default() };
        self.sources.push(Source { name, format: Format::Containers, content });
    }

    fn add(&mut self, name: String, format: Format, text: Result<Vec<u8>, String>) {
        match text.and_then(|text| Content::parse(&text, format)) {
            Ok(content) => self.sources.push(Source { name, format, content }),
            Err(reason) => self.problems.push(LoginProblem { place: name, reason }),
        }
    }

    /// Whether the login can depend on the repository.
    pub fn has_namespaces(&self) -> bool {
        self.sources.iter().any(|source| source.content.has_namespaces())
    }

    /// Returns the login for a registry, or for one repository of it, from the first place that has
    /// one, and what could not be read on the way there.
    pub async fn find(
        &mut self,
        registry: &RegistryHost,
        repository: Option<&str>,
    ) -> (Option<FoundLogin>, Vec<LoginProblem>) {
        let mut problems = self.problems.clone();
        for at in 0..self.sources.len() {
            let found = self.find_in(at, registry, repository, &mut problems).await;
            if found.is_some() {
                return (found, problems);
            }
        }
        (None, problems)
    }

    /// A helper that is set up for the registry is asked, and otherwise the one for all registries.
    /// What it does not have, it does not have: an older login in the file is not used then. If it
    /// cannot be asked, the file counts. Source: docker/cli, `nativeStore.Get`, whose error
    /// `command.ResolveAuthConfig` ignores.
    async fn find_in(
        &mut self,
        at: usize,
        registry: &RegistryHost,
        repository: Option<&str>,
        problems: &mut Vec<LoginProblem>,
    ) -> Option<FoundLogin> {
        let Source { name, format, content } = &self.sources[at];
        let entry = keys::entry(content, *format, registry, repository);
        let line = keys::helper(content, *format, registry);
        let helper = line.map(|(_, helper)| helper).or(content.store.as_deref());
        let question = helper.filter(|helper| !helper.is_empty()).map(|helper| {
            let mut servers = keys::registry_keys(registry, *format);
            // A helper may know the registry as the file writes it, such as in other capitals.
            let written = [line.map(|(key, _)| key), entry.map(|(key, _)| key)];
            for key in written.into_iter().flatten() {
                if !servers.iter().any(|server| server == key) {
                    servers.push(key.to_owned());
                }
            }
            Question { helper: helper.to_owned(), servers }
        });
        let inline = match entry {
            Some((_, Entry::Login(login))) => {
                Some(FoundLogin { login: login.clone(), place: name.clone() })
            }
            Some((key, Entry::Damaged(reason))) => {
                let reason = format!("the entry for {key} cannot be read: {reason}");
                problems.push(LoginProblem { place: name.clone(), reason });
                None
            }
            Some((_, Entry::Empty)) | None => None,
        };
        let format = *format;
        let Some(question) = question else { return inline };
        let place = format!("docker-credential-{}", question.helper);
        match self.ask(question).await {
            Ok(login) => login.map(|login| FoundLogin { login, place }),
            Err(problem) => {
                problems.push(problem);
                inline.filter(|_| format == Format::Docker)
            }
        }
    }

    async fn ask(&mut self, question: Question) -> Answer {
        if let Some(answer) = self.answers.get(&question) {
            return answer.clone();
        }
        let answer = ask(&question, &self.environment).await;
        self.answers.insert(question, answer.clone());
        answer
    }
}

async fn ask(question: &Question, environment: &DockerEnvironment) -> Answer {
    let place = format!("docker-credential-{}", question.helper);
    let problem = |error: ClientLoginError| LoginProblem {
        place: place.clone(),
        reason: match error {
            ClientLoginError::HelperMissing { .. } => {
                "the credential helper is not installed, or not in a folder that is searched"
                    .to_owned()
            }
            ClientLoginError::HelperFailed { message, .. } => {
                format!("the credential helper failed: {message}")
            }
            other => other.to_string(),
        },
    };
    let helper = Helper::find(&question.helper, environment).map_err(problem)?;
    for server in &question.servers {
        if let Some(login) = helper.get(server).await.map_err(problem)? {
            return Ok(Some(login));
        }
    }
    Ok(None)
}

/// Reads a file, if it exists.
fn read(place: &LoginFile) -> Result<Option<Vec<u8>>, String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read: {}", error.kind());
    let file = match std::fs::File::open(&place.path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error)),
    };
    let mut text = Vec::new();
    file.take(FILE_LIMIT_BYTES).read_to_end(&mut text).map_err(unreadable)?;
    Ok(Some(text))
}
