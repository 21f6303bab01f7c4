//! Login sources whose login is known when the client is created: none, or one that the user entered. The
//! `docker` crate reads logins that other programs stored, and `aws` provides those for ECR.

use async_trait::async_trait;

use crate::api::{LoginSource, RegistryLogin};
use crate::error::RegistryError;

/// Anonymous access.
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

/// A login that can't be renewed.
#[derive(Clone, Debug)]
pub struct FixedLogin(RegistryLogin);

impl FixedLogin {
    /// Creates a source that always returns this login.
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
