//! Provides the credentials of a role of IAM Identity Center. The SDK's own provider ignores the
//! endpoints of the profile and any home folder other than that of the process.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result as ProviderResult, future};
use aws_sdk_sso::types::RoleCredentials;

use crate::config::environment::AwsEnvironment;
use crate::sso::portal::SsoPortal;
use crate::sso::sso_session::SsoTarget;

/// A role of IAM Identity Center that a profile uses.
#[derive(Clone, Debug)]
pub(crate) struct SsoRoleProvider {
    pub(crate) profile: String,
    pub(crate) environment: AwsEnvironment,
    pub(crate) account_id: String,
    pub(crate) role_name: String,
}

impl SsoRoleProvider {
    /// Reads the token every time: the user may have signed in meanwhile, here or with another program.
    async fn provide(&self) -> ProviderResult {
        let target = SsoTarget::profile_named(&self.profile);
        let portal = SsoPortal::open(&target, &self.environment)
            .await
            .map_err(CredentialsError::provider_error)?;
        let returned = portal.role_credentials(&self.account_id, &self.role_name).await?;
        returned.and_then(to_credentials).ok_or_else(|| {
            let name = &self.role_name;
            let why =
                format!("the response of IAM Identity Center contains no credentials for {name}");
            CredentialsError::provider_error(why)
        })
    }
}

fn to_credentials(returned: RoleCredentials) -> Option<Credentials> {
    let expires_at = Duration::from_millis(u64::try_from(returned.expiration).ok()?);
    Some(Credentials::new(
        returned.access_key_id?,
        returned.secret_access_key?,
        returned.session_token,
        Some(UNIX_EPOCH + expires_at),
        "transload",
    ))
}

impl ProvideCredentials for SsoRoleProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.provide())
    }
}
