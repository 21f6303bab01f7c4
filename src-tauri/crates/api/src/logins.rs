//! The logins that were typed in this run of the program.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use transload_engine::model::RegistryHost;
use transload_engine::registry::{DockerConfigLogin, LoginSource, RegistryError, RegistryLogin};

use crate::api::locked;

/// What was typed, by registry; in memory alone.
#[derive(Clone, Default)]
pub(crate) struct Logins(Arc<Mutex<HashMap<RegistryHost, RegistryLogin>>>);

impl Logins {
    pub fn get(&self, registry: &RegistryHost) -> Option<RegistryLogin> {
        locked(&self.0).get(registry).cloned()
    }

    /// Keeps a login, or forgets it.
    pub fn keep(&self, registry: RegistryHost, login: Option<RegistryLogin>) {
        let mut logins = locked(&self.0);
        match login {
            Some(login) => logins.insert(registry, login),
            None => logins.remove(&registry),
        };
    }
}

/// What was typed for a registry, otherwise what `docker login` stored: as it is at each moment, so
/// that a migration that runs gets a login that is typed meanwhile.
pub(crate) struct CurrentLogin {
    typed: Logins,
    registry: RegistryHost,
    stored: DockerConfigLogin,
}

impl CurrentLogin {
    pub fn new(typed: Logins, registry: RegistryHost) -> Self {
        Self { typed, stored: DockerConfigLogin::new(registry.clone()), registry }
    }
}

#[async_trait]
impl LoginSource for CurrentLogin {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        match self.typed.get(&self.registry) {
            Some(typed) => Ok(Some(typed)),
            None => self.stored.login().await,
        }
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        match self.typed.get(&self.registry) {
            // A person typed it: only a person can type another one.
            Some(_) => Ok(false),
            None => self.stored.renew().await,
        }
    }
}
