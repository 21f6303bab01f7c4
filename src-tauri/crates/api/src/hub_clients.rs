//! Docker Hub's own API with the login that applies to each namespace. `docker login` and `podman login`
//! store a login for all of Docker Hub or for one namespace (`docker.io/acme`); the sources use the
//! most specific one, as containers/image does for a pull.

use std::sync::Arc;

use tokio::sync::Mutex;
use url::Url;

use transload_errors::ApiError;
use transload_hub::{HubClient, HubError, HubLogin};
use transload_migration::stored_logins::StoredLogin;
use transload_network::Network;
use transload_registry::{LoginSource as _, RegistryError, RegistryLogin};

/// The clients of the API, one per login. Clones share them.
#[derive(Clone)]
pub(crate) struct HubClients {
    network: Network,
    base: Url,
    /// With the login for all of Docker Hub, or anonymous.
    general: HubClient,
    /// The logins of other programs. `None` if the user entered a login, which takes precedence.
    stored: Option<Arc<StoredLogin>>,
    /// The clients of single namespaces, with their stored logins.
    special: Arc<Mutex<Vec<(RegistryLogin, HubClient)>>>,
}

impl HubClients {
    pub fn new(
        network: Network,
        base: Url,
        general: HubClient,
        stored: Option<Arc<StoredLogin>>,
    ) -> Self {
        Self { network, base, general, stored, special: Arc::default() }
    }

    /// Returns the client with the login for all of Docker Hub.
    pub fn general(&self) -> HubClient {
        self.general.clone()
    }

    /// Returns the client with the login for a namespace or for one of its repositories.
    pub async fn client_for(&self, path: &str) -> Result<HubClient, ApiError> {
        let Some(stored) = &self.stored else { return Ok(self.general()) };
        let login = |found: Result<Option<RegistryLogin>, RegistryError>| found.ok().flatten();
        let Some(special) = login(stored.login_for(path).await) else { return Ok(self.general()) };
        if login(stored.login().await).as_ref() == Some(&special) {
            return Ok(self.general());
        }
        // Under the lock: namespaces with one login share one session.
        let mut clients = self.special.lock().await;
        if let Some((_, client)) = clients.iter().find(|(login, _)| *login == special) {
            return Ok(client.clone());
        }
        let client = accepted(&self.network, &self.base, Some(special.clone())).await?;
        clients.push((special, client.clone()));
        Ok(client)
    }
}

/// Returns a client of the API with a stored login, or an anonymous one if there is no login or the API
/// rejects it: `docker login` can store credentials that are valid for the registry only.
pub(crate) async fn accepted(
    network: &Network,
    base: &Url,
    login: Option<RegistryLogin>,
) -> Result<HubClient, ApiError> {
    if let Some(login) = login.filter(RegistryLogin::is_password) {
        let login = HubLogin { identifier: login.user, secret: login.password };
        let client = HubClient::with_network(network, base.clone(), Some(login))?;
        match client.log_in().await {
            Err(HubError::Unauthorized { .. }) => {}
            _ => return Ok(client),
        }
    }
    Ok(HubClient::with_network(network, base.clone(), None)?)
}
