//! Logins that are known when the client is made: none, or one that the person gave. Those that
//! other programs stored are in `stored_logins`.

use async_trait::async_trait;

use crate::api::{LoginSource, RegistryLogin};
use crate::error::RegistryError;

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
