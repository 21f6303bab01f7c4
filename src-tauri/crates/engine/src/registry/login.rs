use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::token::IDENTITY_TOKEN_USER;
use super::{LoginSource, RegistryError, RegistryLogin};
use crate::model::{RegistryHost, Secret};

/// Docker Hub's name in Docker's configuration. Source: docker/cli, `IndexServer`.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";
/// How long a credential helper may take; some ask the person to unlock a keychain.
const HELPER_LIMIT: Duration = Duration::from_secs(60);
/// What helpers print where they hold nothing. Source: docker-credential-helpers,
/// `errCredentialsNotFoundMessage`.
const HELPER_HAS_NOTHING: &str = "credentials not found";

/// No login.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnonymousLogin;

#[async_trait]
impl LoginSource for AnonymousLogin {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        Ok(None)
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        Ok(false)
    }
}

/// A user name and a password that a person gave.
#[derive(Clone, Debug)]
pub struct FixedLogin(RegistryLogin);

impl FixedLogin {
    /// Uses this login, and no other where it is refused.
    pub fn new(login: RegistryLogin) -> Self {
        Self(login)
    }
}

#[async_trait]
impl LoginSource for FixedLogin {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        Ok(Some(self.0.clone()))
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        Ok(false)
    }
}

/// What `docker login` stored: inline, in a store of the operating system, or with a helper.
///
/// It is read once and kept; a refused login is read anew, in case another one was stored since.
pub struct DockerConfigLogin {
    registry: RegistryHost,
    file: Option<PathBuf>,
    kept: Mutex<Option<Option<RegistryLogin>>>,
}

impl DockerConfigLogin {
    /// The login for a registry, from `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`.
    pub fn new(registry: RegistryHost) -> Self {
        let folder = std::env::var_os("DOCKER_CONFIG")
            .filter(|folder| !folder.is_empty())
            .map(PathBuf::from)
            .or_else(|| std::env::home_dir().map(|home| home.join(".docker")));
        Self {
            registry,
            file: folder.map(|folder| folder.join("config.json")),
            kept: Mutex::default(),
        }
    }

    /// The login for a registry, from a configuration file that is named.
    pub fn from_file(registry: RegistryHost, file: PathBuf) -> Self {
        Self { registry, file: Some(file), kept: Mutex::default() }
    }

    async fn read(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        let Some(file) = self.file.clone() else { return Ok(None) };
        let key = if self.registry.is_docker_hub() {
            DOCKER_HUB_KEY.to_owned()
        } else {
            self.registry.to_string()
        };
        // Helpers are other programs and may wait for a person.
        let reading = tokio::task::spawn_blocking(move || read_file(&file, &key));
        match timeout(HELPER_LIMIT, reading).await {
            Ok(Ok(Ok(login))) => Ok(login),
            Ok(Ok(Err(detail))) => Err(self.unreadable(detail)),
            Ok(Err(_)) => Err(self.unreadable("reading it was broken off".to_owned())),
            Err(_) => Err(self.unreadable(format!(
                "the credential helper did not answer within {} seconds",
                HELPER_LIMIT.as_secs()
            ))),
        }
    }

    fn unreadable(&self, detail: String) -> RegistryError {
        RegistryError::LoginUnreadable { registry: self.registry.clone(), detail }
    }
}

#[async_trait]
impl LoginSource for DockerConfigLogin {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        let mut kept = self.kept.lock().await;
        if let Some(login) = kept.as_ref() {
            return Ok(login.clone());
        }
        Ok(kept.insert(self.read().await?).clone())
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        let mut kept = self.kept.lock().await;
        let new = self.read().await?;
        let differs = new.is_some() && kept.as_ref() != Some(&new);
        *kept = Some(new);
        Ok(differs)
    }
}

/// The user name of the login that `docker login` stored for a registry; nothing where there is
/// none. A stored identity token has the user name `<token>`.
///
/// # Errors
/// [`RegistryError::LoginUnreadable`].
pub async fn stored_login_user(registry: &RegistryHost) -> Result<Option<String>, RegistryError> {
    let login = DockerConfigLogin::new(registry.clone()).login().await?;
    Ok(login.map(|login| login.user))
}

/// Reads one login; the error says what is wrong without what a helper printed, since that can be
/// the password itself.
fn read_file(file: &Path, key: &str) -> Result<Option<RegistryLogin>, String> {
    use CredentialRetrievalError as E;
    let reader = match File::open(file) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{} cannot be opened: {}", file.display(), error.kind())),
    };
    let login = |user: String, password: String| {
        Ok(Some(RegistryLogin { user, password: Secret::new(password) }))
    };
    match docker_credential::get_credential_from_reader(reader, key) {
        Ok(DockerCredential::UsernamePassword(user, password)) => login(user, password),
        Ok(DockerCredential::IdentityToken(token)) => login(IDENTITY_TOKEN_USER.to_owned(), token),
        Err(E::NoCredentialConfigured | E::ConfigNotFound) => Ok(None),
        Err(E::HelperFailure { stdout, .. })
            if stdout.to_ascii_lowercase().contains(HELPER_HAS_NOTHING) =>
        {
            Ok(None)
        }
        Err(E::HelperFailure { helper, .. }) => Err(format!("{helper} failed")),
        Err(E::HelperCommunicationError) => {
            Err("the credential helper that Docker is set up with cannot be started".to_owned())
        }
        Err(E::MalformedHelperResponse) => {
            Err("the credential helper did not answer with a login".to_owned())
        }
        Err(E::CredentialDecodingError | E::CredentialMismatchError) => {
            Err(format!("the stored login in {} is damaged", file.display()))
        }
        Err(E::ConfigReadError) => Err(format!("{} is not valid JSON", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    async fn stored(config: &str, host: &str) -> Result<Option<RegistryLogin>, RegistryError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        std::fs::write(&file, config).unwrap();
        DockerConfigLogin::from_file(RegistryHost::parse(host).unwrap(), file).login().await
    }

    fn auth(text: &str) -> String {
        base64::engine::general_purpose::STANDARD.encode(text)
    }

    #[tokio::test]
    async fn an_inline_login_is_found_under_dockers_names() {
        let config = format!(
            r#"{{"auths":{{"https://index.docker.io/v1/":{{"auth":"{}"}},"r.example:5000":{{"auth":"{}"}}}}}}"#,
            auth("hubuser:a:b"),
            auth("other:pw")
        );
        let login = stored(&config, "docker.io").await.unwrap().unwrap();
        assert_eq!((login.user.as_str(), login.password.expose().as_str()), ("hubuser", "a:b"));
        assert_eq!(stored(&config, "r.example:5000").await.unwrap().unwrap().user, "other");
        assert_eq!(stored(&config, "quay.io").await.unwrap(), None);
    }

    #[tokio::test]
    async fn no_file_means_no_login_and_a_damaged_one_is_told() {
        let host = RegistryHost::parse("r.example").unwrap();
        let missing = DockerConfigLogin::from_file(host, PathBuf::from("/nonexistent/config.json"));
        assert_eq!(missing.login().await.unwrap(), None);
        let damaged = stored("{", "r.example").await.unwrap_err();
        assert!(matches!(damaged, RegistryError::LoginUnreadable { .. }));
        let config = r#"{"auths":{"r.example":{"auth":"aHVudGVyMg=="}}}"#;
        let error = stored(config, "r.example").await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn an_identity_token_is_marked_by_its_user_name() {
        let config = r#"{"auths":{"r.example":{"identitytoken":"t0k"}}}"#;
        let login = stored(config, "r.example").await.unwrap().unwrap();
        assert_eq!((login.user.as_str(), login.password.expose().as_str()), ("<token>", "t0k"));
    }

    #[tokio::test]
    async fn a_helper_that_is_missing_is_told() {
        let config = r#"{"credsStore":"transload-has-no-such-helper"}"#;
        let error = stored(config, "r.example").await.unwrap_err();
        assert!(matches!(error, RegistryError::LoginUnreadable { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_refused_login_is_renewed_only_where_another_one_was_stored() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        let store = |login: &str| {
            let config = format!(r#"{{"auths":{{"r.example":{{"auth":"{}"}}}}}}"#, auth(login));
            std::fs::write(&file, config).unwrap();
        };
        store("u:old");
        let source =
            DockerConfigLogin::from_file(RegistryHost::parse("r.example").unwrap(), file.clone());
        assert_eq!(source.login().await.unwrap().unwrap().password.expose(), "old");
        assert!(!source.renew().await.unwrap());
        store("u:new");
        assert!(source.renew().await.unwrap());
        assert_eq!(source.login().await.unwrap().unwrap().password.expose(), "new");
    }
}
