//! Stores tokens and client registrations in the format of the AWS CLI, so that both programs can use
//! each other's sign-ins.
//!
//! Source: `SSOTokenFetcher`, `SSOTokenFetcherAuth` and `JSONFileCache` of the AWS CLI 2
//! (`awscli/botocore/utils.py`), and `SsoTokenProvider` of the AWS SDK for Rust, which reads the same
//! files.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

use crate::config::environment::AwsEnvironment;
use crate::sso::cli_files::{RegistrationFile, TokenFile, registration_key};
use crate::sso::error::SignInError;
use crate::sso::random::random_name;
use crate::sso::sign_in_method::SignInMethod;
use crate::sso::sso_session::SsoSession;
use crate::sso::token::{Registration, SsoToken};

/// The folder `~/.aws/sso/cache`.
#[derive(Clone, Debug)]
pub(super) struct TokenStore {
    folder: PathBuf,
}

impl TokenStore {
    pub(super) fn of(environment: &AwsEnvironment) -> Self {
        Self { folder: environment.sso_cache_folder() }
    }

    /// Reads the token of a session, expired or not. Returns `None` if there is no valid token file.
    pub(super) async fn token(
        &self,
        session: &SsoSession,
    ) -> Result<Option<SsoToken>, SignInError> {
        let file: Option<TokenFile> = self.read(&self.token_path(session)).await?;
        Ok(file.and_then(TokenFile::token))
    }

    pub(super) async fn save_token(
        &self,
        session: &SsoSession,
        token: &SsoToken,
    ) -> Result<(), SignInError> {
        self.write(self.token_path(session), &TokenFile::of(session, token)).await
    }

    /// Removes the token of a session. Succeeds if there is no token.
    pub(super) async fn delete_token(&self, session: &SsoSession) -> Result<(), SignInError> {
        let path = self.token_path(session);
        match tokio::fs::remove_file(&path).await {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                Err(SignInError::Store { path, source })
            }
            _ => Ok(()),
        }
    }

    /// Reads a registration that is valid long enough.
    pub(super) async fn registration(
        &self,
        session: &SsoSession,
        method: SignInMethod,
        needed_until: SystemTime,
    ) -> Result<Option<Registration>, SignInError> {
        let file: Option<RegistrationFile> = self.read(&self.registration_path(session)).await?;
        let fits = file.filter(|file| file.method() == method);
        let registration = fits.and_then(RegistrationFile::registration);
        Ok(registration.filter(|registration| registration.expires_at > needed_until))
    }

    pub(super) async fn save_registration(
        &self,
        session: &SsoSession,
        method: SignInMethod,
        scopes: Option<Vec<String>>,
        registration: &Registration,
    ) -> Result<(), SignInError> {
        let file = RegistrationFile::of(registration, method, scopes);
        self.write(self.registration_path(session), &file).await
    }

    /// The file name derives from the session name, or from the start URL in the legacy format.
    pub(super) fn token_path(&self, session: &SsoSession) -> PathBuf {
        self.path_of(session.title())
    }

    /// As in the AWS CLI, the file name derives from the parameters of the registration as JSON,
    /// including the tool: each tool has its own registration, because the
    /// page in the browser names the tool.
    fn registration_path(&self, session: &SsoSession) -> PathBuf {
        self.path_of(&registration_key(session, "transload"))
    }

    fn path_of(&self, key: &str) -> PathBuf {
        let digest = Sha1::digest(key.as_bytes());
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.json"))
    }

    async fn read<T: for<'a> Deserialize<'a>>(
        &self,
        path: &Path,
    ) -> Result<Option<T>, SignInError> {
        match tokio::fs::read(path).await {
            // An invalid file counts as missing. The next sign-in replaces it.
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SignInError::Store { path: path.to_owned(), source }),
        }
    }

    async fn write(&self, path: PathBuf, file: &impl Serialize) -> Result<(), SignInError> {
        let failed = |source| SignInError::Store { path: path.clone(), source };
        let bytes = serde_json::to_vec(file).map_err(|error| failed(error.into()))?;
        let beside = path.with_extension(format!("{}.tmp", random_name()?));
        let (folder, target) = (self.folder.clone(), path.clone());
        tokio::task::spawn_blocking(move || replace(&folder, &beside, &target, &bytes))
            .await
            .map_err(|error| failed(error.into()))?
            .map_err(failed)
    }
}

/// Writes a new file that only this user can read, and renames it over the target. A concurrent reader
/// sees either the old or the new content.
fn replace(folder: &Path, beside: &Path, target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        builder.mode(0o700);
        options.mode(0o600);
    }
    builder.create(folder)?;
    let written = options.open(beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(beside, target)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::Home;

    fn session(name: Option<&str>) -> SsoSession {
        SsoSession {
            name: name.map(str::to_owned),
            start_url: "https://corp.example/start".to_owned(),
            region: "eu-west-1".to_owned(),
            scopes: None,
        }
    }

    fn token() -> SsoToken {
        SsoToken {
            access_token: "secret-access".to_owned().into(),
            expires_at: SystemTime::UNIX_EPOCH + Duration::from_secs(4_070_908_800),
            refresh_token: Some("secret-refresh".to_owned().into()),
            registration: Some(Registration {
                client_id: "client".to_owned(),
                client_secret: "secret-client".to_owned().into(),
                expires_at: SystemTime::UNIX_EPOCH + Duration::from_secs(4_070_908_801),
            }),
        }
    }

    #[tokio::test]
    async fn a_token_is_stored_as_the_aws_cli_does_for_this_user_alone() {
        let home = Home::with("", "");
        let store = TokenStore::of(&home.environment());
        store.save_token(&session(Some("corp")), &token()).await.unwrap();
        // The SHA-1 of the session's name.
        let path = Path::new(home.path())
            .join(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
        let text = std::fs::read_to_string(&path).unwrap();
        let written: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            written,
            serde_json::json!({
                "startUrl": "https://corp.example/start", "region": "eu-west-1",
                "accessToken": "secret-access", "expiresAt": "2099-01-01T00:00:00Z",
                "clientId": "client", "clientSecret": "secret-client",
                "registrationExpiresAt": "2099-01-01T00:00:01Z", "refreshToken": "secret-refresh",
            })
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
        let files = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "a temporary file is left");
        let read = store.token(&session(Some("corp"))).await.unwrap().unwrap();
        assert_eq!(read.access_token.expose(), "secret-access");
        assert_eq!(read.registration.as_ref().unwrap().client_id, "client");
        assert!(!format!("{read:?}").contains("secret-"));
        store.delete_token(&session(Some("corp"))).await.unwrap();
        store.delete_token(&session(Some("corp"))).await.unwrap();
        assert!(store.token(&session(Some("corp"))).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn files_of_other_programs_are_read_and_invalid_ones_are_ignored() {
        let home = Home::with("", "");
        let store = TokenStore::of(&home.environment());
        let old = session(None);
        std::fs::create_dir_all(store.token_path(&old).parent().unwrap()).unwrap();
        let put = |text: &str| std::fs::write(store.token_path(&old), text).unwrap();
        put(r#"{"startUrl": "https://corp.example/start", "region": "eu-west-1",
            "accessToken": "a", "expiresAt": "2099-01-01T00:00:00UTC", "more": {"b": 1}}"#);
        let read = store.token(&old).await.unwrap().unwrap();
        assert_eq!(read.expires_at, token().expires_at);
        assert!(read.registration.is_none());
        for broken in ["", "[]", "{}", r#"{"accessToken": "a", "expiresAt": "soon"}"#] {
            put(broken);
            assert!(store.token(&old).await.unwrap().is_none(), "{broken}");
        }
    }

    #[tokio::test]
    async fn a_registration_serves_its_own_method_while_it_is_valid() {
        let home = Home::with("", "");
        let store = TokenStore::of(&home.environment());
        let corp = session(Some("corp"));
        let registration = token().registration.unwrap();
        let saved = store.save_registration(&corp, SignInMethod::Browser, None, &registration);
        saved.await.unwrap();
        let found =
            async |method, until| store.registration(&corp, method, until).await.unwrap().is_some();
        let now = SystemTime::now();
        assert!(found(SignInMethod::Browser, now).await);
        assert!(!found(SignInMethod::Code, now).await);
        assert!(!found(SignInMethod::Browser, registration.expires_at).await);
    }
}
