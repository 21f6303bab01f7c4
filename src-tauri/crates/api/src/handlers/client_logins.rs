//! Commands for the registry logins of the user's own `docker` and Podman.

use transload_contract::{AwsConnection, ClientLogin, ClientLogins, LoginClient, LoginMethod};
use transload_docker::EngineLogin;
use transload_docker::client_login::{self, ClientLoginError};
use transload_errors::{ApiError, ErrorCode};
use transload_model::RegistryHost;

use crate::api::Api;
use crate::convert;

const CLIENTS: [LoginClient; 2] = [LoginClient::Docker, LoginClient::Podman];

impl Api {
    /// Returns the logins of the user's own `docker` and Podman for the registry of a connection,
    /// and the methods to change them. Writes nothing.
    pub async fn client_logins(&self, connection: AwsConnection) -> Result<ClientLogins, ApiError> {
        let connected = self.connect(&connection).await?;
        Ok(self.client_logins_of(connected.destination.host()).await)
    }

    /// Logs a client in to the registry, with the method that the user chose.
    pub async fn client_login_apply(
        &self,
        connection: AwsConnection,
        client: LoginClient,
        method: LoginMethod,
    ) -> Result<ClientLogins, ApiError> {
        let connected = self.connect(&connection).await?;
        let host = connected.destination.host();
        let token = connected.destination.login.token().await?;
        let login = EngineLogin { user: token.user, password: token.password };
        let docker = &self.inner.options.docker;
        let mut undos = self.inner.client_login_undos.lock().await;
        let undo = client_login::apply(client, host, &method, &login, docker).await?;
        undos.entry((client, host.clone())).or_default().push(undo);
        drop(undos);
        Ok(self.client_logins_of(host).await)
    }

    /// Restores what a client had before its last change here.
    pub async fn client_login_undo(
        &self,
        connection: AwsConnection,
        client: LoginClient,
    ) -> Result<ClientLogins, ApiError> {
        let connected = self.connect(&connection).await?;
        let host = connected.destination.host();
        let mut undos = self.inner.client_login_undos.lock().await;
        let kept = undos.entry((client, host.clone())).or_default();
        let Some(newest) = kept.pop() else {
            let message = "There is nothing to undo.";
            return Err(ApiError::new(ErrorCode::ClientLoginFailed, message)
                .hint("Only changes since Transload started can be undone."));
        };
        match client_login::undo(&newest, &self.inner.options.docker).await {
            // It never can be undone, so it is not offered again.
            Err(error @ ClientLoginError::ChangedSince { .. }) => return Err(error.into()),
            Err(error) => {
                kept.push(newest);
                return Err(error.into());
            }
            Ok(()) => {}
        }
        drop(undos);
        Ok(self.client_logins_of(host).await)
    }

    pub(super) async fn client_logins_of(&self, host: &RegistryHost) -> ClientLogins {
        let undos = self.inner.client_login_undos.lock().await;
        let docker = &self.inner.options.docker;
        let mut clients = Vec::new();
        for client in CLIENTS {
            let undoable = undos.get(&(client, host.clone())).is_some_and(|kept| !kept.is_empty());
            match client_login::inspect(client, host, docker) {
                Ok(None) => {}
                Ok(Some(found)) => {
                    clients.push(convert::client_login(&found, host, client, undoable));
                }
                Err(error) => clients.push(unseen(client, undoable, error)),
            }
        }
        ClientLogins { registry: host.to_string(), clients }
    }
}

/// A client whose file can't be used.
fn unseen(client: LoginClient, undoable: bool, error: ClientLoginError) -> ClientLogin {
    let error = ApiError::from(error);
    ClientLogin {
        client,
        file: error.subject.clone().unwrap_or_default(),
        existing: None,
        stale: Vec::new(),
        methods: Vec::new(),
        undoable,
        error: Some(error),
    }
}
