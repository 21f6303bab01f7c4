//! Commands for the logins of a source.

use transload_contract::{
    ImageSource, SourceLogin, SourceLoginOrigin, SourceLoginStatus, SourceNamespaces,
};
use transload_errors::{ApiError, ErrorCode};
use transload_hub::{HubClient, HubLogin};
use transload_migration::stored_logins::StoredLogin;
use transload_model::RegistryHost;
use transload_registry::{LoginCheck, LoginSource as _, RegistryLogin, check_registry_login};

use crate::api::Api;
use crate::lists::hub;

impl Api {
    /// Tests a login and keeps it in memory until the program closes. Saves it in the keychain if
    /// the user asks for it and the registry confirmed the login. A failure of the keychain is
    /// reported and doesn't fail the sign-in.
    pub async fn source_login(&self, login: SourceLogin) -> Result<SourceLoginStatus, ApiError> {
        let SourceLogin { source, username, secret, keep } = login;
        let Some(address) = self.source_address(&source).await? else {
            let message = "This source doesn't require a login.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message));
        };
        let user = username.trim().to_owned();
        if user.is_empty() || secret.is_empty() {
            let message = "Enter a user name and an access token or password.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message));
        }
        let host = address.endpoint.host.clone();
        let login = RegistryLogin { user, password: secret.into() };
        let check = match address.hub {
            Some(base) => {
                let identifier = login.user.clone();
                let secret = login.password.clone();
                let login = Some(HubLogin { identifier, secret });
                HubClient::with_network(&self.network(), base, login)?.log_in().await?;
                LoginCheck::Accepted
            }
            None => check_registry_login(&self.network(), &address.endpoint, &login).await?,
        };
        let tested = check == LoginCheck::Accepted;
        self.inner.logins.set(host.clone(), login, tested);
        self.login_changed(&host);
        // A login that may be wrong is not saved.
        let keep = keep && tested;
        let kept = if keep { self.inner.logins.keep(&host).await } else { Ok(()) };
        let status = self.login_status(&host, &[]).await;
        Ok(SourceLoginStatus { keychain_error: kept.err().map(ApiError::from), ..status })
    }

    /// Deletes the login that the user entered, in the keychain too.
    pub async fn source_logout(&self, source: ImageSource) -> Result<SourceLoginStatus, ApiError> {
        let Some(address) = self.source_address(&source).await? else { return Ok(anonymous()) };
        let host = address.endpoint.host;
        let forgotten = self.inner.logins.forget(&host).await;
        self.login_changed(&host);
        let status = self.login_status(&host, &[]).await;
        Ok(SourceLoginStatus { keychain_error: forgotten.err().map(ApiError::from), ..status })
    }

    /// Returns the login that is used for a source.
    pub async fn source_login_status(
        &self,
        source: ImageSource,
    ) -> Result<SourceLoginStatus, ApiError> {
        match self.source_address(&source).await? {
            Some(address) => {
                // A namespace that is still being typed has no login of its own.
                let namespaces = self.namespaces(&source).await.unwrap_or_default();
                Ok(self.login_status(&address.endpoint.host, &namespaces).await)
            }
            None => Ok(anonymous()),
        }
    }

    /// Returns the Docker Hub namespaces of the signed-in user. Empty for other sources.
    pub async fn source_namespaces(
        &self,
        source: ImageSource,
    ) -> Result<SourceNamespaces, ApiError> {
        match self.open_hub(&source).await? {
            Some(client) => hub::namespaces(&client).await,
            None => Ok(SourceNamespaces::default()),
        }
    }

    /// Returns the login of a registry, or of the first of these Docker Hub namespaces that has
    /// one.
    async fn login_status(&self, host: &RegistryHost, namespaces: &[String]) -> SourceLoginStatus {
        if let Some(held) = self.own_login(host).await {
            return SourceLoginStatus {
                username: Some(held.login.user),
                origin: if held.kept {
                    SourceLoginOrigin::Keychain
                } else {
                    SourceLoginOrigin::Typed
                },
                login_error: (!held.tested).then(|| untested(host)),
                ..anonymous()
            };
        }
        let stored = StoredLogin::new(host.clone(), &self.inner.options.docker);
        let mut found = None;
        for namespace in namespaces {
            found = stored.find(Some(namespace.as_str())).await;
            if found.is_some() {
                break;
            }
        }
        if found.is_none() {
            found = stored.find(None).await;
        }
        match found {
            Some(found) => SourceLoginStatus {
                username: Some(found.login.user),
                origin: SourceLoginOrigin::DockerLogin,
                stored_in: Some(found.location),
                ..anonymous()
            },
            None => SourceLoginStatus {
                login_error: stored.problem().map(|problem| unreadable(host, &problem)),
                ..anonymous()
            },
        }
    }
}

fn anonymous() -> SourceLoginStatus {
    SourceLoginStatus {
        username: None,
        origin: SourceLoginOrigin::Anonymous,
        stored_in: None,
        login_error: None,
        keychain_error: None,
    }
}

fn unreadable(host: &RegistryHost, problem: &str) -> ApiError {
    let message = format!("Couldn't read a stored login: {problem}.");
    ApiError::new(ErrorCode::StoredLoginUnreadable, message).about(host.as_str())
}

fn untested(host: &RegistryHost) -> ApiError {
    let message = format!(
        "{host} allows anonymous access, so Transload couldn't test the user name and password."
    );
    ApiError::new(ErrorCode::LoginUntested, message).about(host.as_str())
}
