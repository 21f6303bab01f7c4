use std::sync::Arc;

use transload_engine::hub::{HubClient, HubLogin};
use transload_engine::model::RegistryHost;
use transload_engine::registry::{
    FixedLogin, RegistryApi, RegistryClient, RegistryLogin, stored_login_user,
};

use crate::api::Api;
use crate::contract::{
    ApiError, ErrorCode, ImageSource, SourceLogin, SourceLoginOrigin, SourceLoginStatus,
    SourceNamespaces,
};
use crate::lists::hub;

impl Api {
    /// Tries a login and keeps it in memory until the program ends; in the keychain, too, where the
    /// person asks for that. A keychain that does not keep it is told, and is no failure.
    pub async fn source_login(&self, login: SourceLogin) -> Result<SourceLoginStatus, ApiError> {
        let SourceLogin { source, username, secret, keep } = login;
        let Some(address) = self.source_address(&source).await? else {
            let message = "This source needs no login of its own.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message));
        };
        let user = username.trim().to_owned();
        if user.is_empty() || secret.is_empty() {
            let message = "A login needs a user name and an access token or password.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message));
        }
        let host = address.endpoint.host.clone();
        let login = RegistryLogin { user, password: secret.into() };
        match address.hub {
            Some(base) => {
                let identifier = login.user.clone();
                let secret = login.password.clone();
                let login = Some(HubLogin { identifier, secret });
                HubClient::through(&self.network(), base, login)?.log_in().await?;
            }
            None => {
                let fixed = Arc::new(FixedLogin::new(login.clone()));
                RegistryClient::through(&self.network(), address.endpoint, fixed)
                    .check_login()
                    .await?;
            }
        }
        self.inner.logins.set(host.clone(), login);
        self.login_changed(&host);
        let kept = if keep { self.inner.logins.keep(&host).await } else { Ok(()) };
        let status = self.login_status(&host).await;
        Ok(SourceLoginStatus { keychain_error: kept.err().map(ApiError::from), ..status })
    }

    /// Forgets the login that was typed, in the keychain too.
    pub async fn source_logout(&self, source: ImageSource) -> Result<SourceLoginStatus, ApiError> {
        let Some(address) = self.source_address(&source).await? else { return Ok(anonymous()) };
        let host = address.endpoint.host;
        let forgotten = self.inner.logins.forget(&host).await;
        self.login_changed(&host);
        let status = self.login_status(&host).await;
        Ok(SourceLoginStatus { keychain_error: forgotten.err().map(ApiError::from), ..status })
    }

    /// As whom a source is asked.
    pub async fn source_login_status(
        &self,
        source: ImageSource,
    ) -> Result<SourceLoginStatus, ApiError> {
        match self.source_address(&source).await? {
            Some(address) => Ok(self.login_status(&address.endpoint.host).await),
            None => Ok(anonymous()),
        }
    }

    /// The Docker Hub namespaces of whoever is signed in; none of another source.
    pub async fn source_namespaces(
        &self,
        source: ImageSource,
    ) -> Result<SourceNamespaces, ApiError> {
        match self.open_hub(&source).await? {
            Some(client) => hub::namespaces(&client).await,
            None => Ok(SourceNamespaces::default()),
        }
    }

    async fn login_status(&self, host: &RegistryHost) -> SourceLoginStatus {
        let known =
            |user, origin| SourceLoginStatus { username: Some(user), origin, keychain_error: None };
        if let Some(held) = self.own_login(host).await {
            let origin =
                if held.kept { SourceLoginOrigin::Keychain } else { SourceLoginOrigin::Typed };
            return known(held.login.user, origin);
        }
        match stored_login_user(host).await {
            Ok(Some(user)) => known(user, SourceLoginOrigin::DockerLogin),
            Ok(None) => anonymous(),
            Err(error) => {
                // The call that needs the login says why; until then there is none.
                tracing::warn!(%error, "a stored login cannot be read");
                anonymous()
            }
        }
    }
}

fn anonymous() -> SourceLoginStatus {
    let origin = SourceLoginOrigin::Anonymous;
    SourceLoginStatus { username: None, origin, keychain_error: None }
}
