//! Assumes roles one after the other, with MFA codes where required.
//!
//! The SDK supports neither MFA nor `duration_seconds`, so this calls STS itself.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{
    ProvideCredentials, Result as ProviderResult, SharedCredentialsProvider, future,
};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::types::Credentials as StsCredentials;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::config::role_chain::ChainedRole;
use crate::session::mfa_session_cache::{MfaSessionCache, MfaSessionKey};
use crate::session::sts::Sts;
use transload_model::Secret;

/// Why a role of a chain was not assumed.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::large_enum_variant, reason = "it is always boxed as the cause of another error")]
pub(crate) enum RoleChainError {
    /// The role requires a code of the device.
    #[error("a code of {serial} is required")]
    CodeNeeded { serial: String },
    /// STS rejected the call, or was not reached.
    #[error("the role {} of the profile {:?} was not assumed", role.role_arn, role.profile)]
    NotAssumed {
        role: Box<ChainedRole>,
        /// Whether the call contained a code.
        with_code: bool,
        #[source]
        source: SdkError<AssumeRoleError, HttpResponse>,
    },
    /// The response of STS lacks a required field.
    #[error("the response of STS for the role {role_arn} contains no usable session")]
    NoSession { role_arn: String },
}

/// The credentials of a profile: first credentials, and the roles that are assumed with them.
#[derive(Clone, Debug)]
pub(crate) struct RoleChainProvider {
    base: SharedCredentialsProvider,
    /// Identifies the first credentials in the cache.
    base_key: String,
    roles: Arc<[ChainedRole]>,
    sts: Sts,
    cache: MfaSessionCache,
}

impl RoleChainProvider {
    /// `base_key` identifies the first credentials before they are requested.
    pub(crate) fn new(
        base: SharedCredentialsProvider,
        base_key: String,
        roles: Vec<ChainedRole>,
        sts: Sts,
        cache: MfaSessionCache,
    ) -> Self {
        Self { base, base_key, roles: roles.into(), sts, cache }
    }

    /// Returns the device of the first role that requires a code. `None` if no role does.
    pub(crate) fn pending_mfa_serial(&self) -> Option<&str> {
        // A cached session of a later role makes the earlier ones unnecessary.
        let from = self.cached_session().map_or(0, |(number, _)| number + 1);
        self.roles[from..].iter().find_map(|role| role.mfa_serial.as_deref())
    }

    /// Assumes the first role that requires a code, and caches the session.
    pub(crate) async fn submit_mfa_code(
        &self,
        code: &Secret<String>,
    ) -> Result<(), CredentialsError> {
        if self.pending_mfa_serial().is_none() {
            return Ok(());
        }
        match self.assume_all(Some(code)).await {
            // A later role may require another code.
            Err(error)
                if required_code_serial(&error).is_some() && self.cached_session().is_some() =>
            {
                Ok(())
            }
            other => other.map(drop),
        }
    }

    /// Returns the last role with a cached session, by its index.
    fn cached_session(&self) -> Option<(usize, Credentials)> {
        let with_mfa =
            self.roles.iter().enumerate().rev().filter(|(_, role)| role.mfa_serial.is_some());
        with_mfa
            .into_iter()
            .find_map(|(number, _)| Some((number, self.cache.get(&self.key(number))?)))
    }

    async fn assume_all(&self, mut code: Option<&Secret<String>>) -> ProviderResult {
        let (from, mut credentials) = match self.cached_session() {
            Some((number, session)) => (number + 1, session),
            None => {
                // Without the required code, not even the first credentials are requested.
                let first = self.roles.first().and_then(|role| role.mfa_serial.as_ref());
                if let (Some(serial), None) = (first, code) {
                    return Err(code_needed(serial));
                }
                (0, self.base.provide_credentials().await?)
            }
        };
        for (number, role) in self.roles.iter().enumerate().skip(from) {
            credentials = match &role.mfa_serial {
                None => self.assume(role, credentials, None).await?,
                Some(serial) => {
                    let code = code.take().ok_or_else(|| code_needed(serial))?;
                    let session = self.assume(role, credentials, Some((serial, code))).await?;
                    self.cache.insert(self.key(number), session.clone());
                    session
                }
            };
        }
        Ok(credentials)
    }

    async fn assume(
        &self,
        role: &ChainedRole,
        caller: Credentials,
        mfa: Option<(&String, &Secret<String>)>,
    ) -> ProviderResult {
        let response = self
            .sts
            .client_with(caller)
            .assume_role()
            .role_arn(&role.role_arn)
            .role_session_name(role.session_name.clone().unwrap_or_else(default_session_name))
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.duration_seconds)
            .set_serial_number(mfa.map(|(serial, _)| serial.clone()))
            .set_token_code(mfa.map(|(_, code)| code.expose().clone()))
            .send()
            .await
            .map_err(|source| {
                let (role, with_code) = (Box::new(role.clone()), mfa.is_some());
                CredentialsError::provider_error(RoleChainError::NotAssumed {
                    role,
                    with_code,
                    source,
                })
            })?;
        session_credentials(response.credentials, &role.role_arn)
    }

    fn key(&self, number: usize) -> MfaSessionKey {
        MfaSessionKey {
            endpoint: self.sts.endpoint().map(ToString::to_string),
            base: self.base_key.clone(),
            roles: self.roles[..=number].to_vec(),
        }
    }
}

impl ProvideCredentials for RoleChainProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume_all(None))
    }
}

/// Converts the credentials in a response of STS.
pub(crate) fn session_credentials(
    credentials: Option<StsCredentials>,
    role_arn: &str,
) -> ProviderResult {
    let none = || {
        CredentialsError::provider_error(RoleChainError::NoSession {
            role_arn: role_arn.to_owned(),
        })
    };
    let returned = credentials.ok_or_else(none)?;
    let expires_at = SystemTime::try_from(returned.expiration).map_err(|_| none())?;
    Ok(Credentials::new(
        returned.access_key_id,
        returned.secret_access_key,
        Some(returned.session_token),
        Some(expires_at),
        "transload",
    ))
}

/// The session name that CloudTrail shows if the profile sets none.
pub(crate) fn default_session_name() -> String {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("transload-{}", since_1970.as_millis())
}

fn code_needed(serial: &str) -> CredentialsError {
    CredentialsError::provider_error(RoleChainError::CodeNeeded { serial: serial.to_owned() })
}

/// Returns the device whose code an error requires.
fn required_code_serial(error: &CredentialsError) -> Option<&str> {
    let source = std::error::Error::source(error)?;
    match source.downcast_ref::<RoleChainError>()? {
        RoleChainError::CodeNeeded { serial } => Some(serial),
        _ => None,
    }
}
