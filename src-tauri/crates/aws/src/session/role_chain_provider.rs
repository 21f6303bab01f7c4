//! Roles that are assumed one after the other, with MFA codes where they are asked for.
//!
//! The SDK knows neither MFA nor `duration_seconds`, so STS is called here.

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

use crate::config::role_chain::Hop;
use crate::session::mfa_sessions::{MfaKey, MfaSessions};
use crate::session::sts::Sts;
use transload_model::Secret;

/// Why a role of a chain was not assumed.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::large_enum_variant, reason = "it is boxed at once, as the cause of another error")]
pub(crate) enum HopError {
    /// A code of the device is needed first.
    #[error("a code of {serial} is needed")]
    CodeNeeded { serial: String },
    /// STS refused, or was not reached.
    #[error("the role {} of the profile {:?} was not assumed", hop.role_arn, hop.profile)]
    NotAssumed {
        hop: Box<Hop>,
        /// Whether a code was sent along.
        with_code: bool,
        #[source]
        source: SdkError<AssumeRoleError, HttpResponse>,
    },
    /// STS's answer lacks what it must have.
    #[error("the answer of STS for the role {role_arn} holds no session that can be used")]
    NoSession { role_arn: String },
}

/// The credentials of a profile: a base, and the roles that are assumed from it.
#[derive(Clone, Debug)]
pub(crate) struct RoleChain {
    base: SharedCredentialsProvider,
    /// Who the base is, for the key of kept sessions.
    base_name: String,
    hops: Arc<[Hop]>,
    sts: Sts,
    kept: MfaSessions,
}

impl RoleChain {
    /// `base_name` says who the base is, as far as it can be known before it is asked.
    pub(crate) fn new(
        base: SharedCredentialsProvider,
        base_name: String,
        hops: Vec<Hop>,
        sts: Sts,
        kept: MfaSessions,
    ) -> Self {
        Self { base, base_name, hops: hops.into(), sts, kept }
    }

    /// The device of the first role that waits for a code; nothing where none does.
    pub(crate) fn waits_for(&self) -> Option<&str> {
        // A session of a later role needs no earlier one.
        let from = self.kept_session().map_or(0, |(number, _)| number + 1);
        self.hops[from..].iter().find_map(|hop| hop.mfa_serial.as_deref())
    }

    /// Assumes the first role that waits for a code with this one, and keeps the session.
    pub(crate) async fn submit(&self, code: &Secret<String>) -> Result<(), CredentialsError> {
        if self.waits_for().is_none() {
            return Ok(());
        }
        match self.assume_all(Some(code)).await {
            // A role after the one that took the code may wait for a code of its own.
            Err(error) if waits(&error).is_some() && self.kept_session().is_some() => Ok(()),
            other => other.map(drop),
        }
    }

    /// The last role that has a kept session, by its number.
    fn kept_session(&self) -> Option<(usize, Credentials)> {
        let with_mfa =
            self.hops.iter().enumerate().rev().filter(|(_, hop)| hop.mfa_serial.is_some());
        with_mfa
            .into_iter()
            .find_map(|(number, _)| Some((number, self.kept.get(&self.key(number))?)))
    }

    async fn assume_all(&self, mut code: Option<&Secret<String>>) -> ProviderResult {
        let (from, mut credentials) = match self.kept_session() {
            Some((number, session)) => (number + 1, session),
            None => {
                // Nobody is asked for anything before a code that is needed is there.
                let first = self.hops.first().and_then(|hop| hop.mfa_serial.as_ref());
                if let (Some(serial), None) = (first, code) {
                    return Err(code_needed(serial));
                }
                (0, self.base.provide_credentials().await?)
            }
        };
        for (number, hop) in self.hops.iter().enumerate().skip(from) {
            credentials = match &hop.mfa_serial {
                None => self.assume(hop, credentials, None).await?,
                Some(serial) => {
                    let code = code.take().ok_or_else(|| code_needed(serial))?;
                    let session = self.assume(hop, credentials, Some((serial, code))).await?;
                    self.kept.keep(self.key(number), session.clone());
                    session
                }
            };
        }
        Ok(credentials)
    }

    async fn assume(
        &self,
        hop: &Hop,
        caller: Credentials,
        mfa: Option<(&String, &Secret<String>)>,
    ) -> ProviderResult {
        let answer = self
            .sts
            .client_of(caller)
            .assume_role()
            .role_arn(&hop.role_arn)
            .role_session_name(hop.session_name.clone().unwrap_or_else(session_name))
            .set_external_id(hop.external_id.clone())
            .set_duration_seconds(hop.duration_seconds)
            .set_serial_number(mfa.map(|(serial, _)| serial.clone()))
            .set_token_code(mfa.map(|(_, code)| code.expose().clone()))
            .send()
            .await
            .map_err(|source| {
                let (hop, with_code) = (Box::new(hop.clone()), mfa.is_some());
                CredentialsError::provider_error(HopError::NotAssumed { hop, with_code, source })
            })?;
        session(answer.credentials, &hop.role_arn)
    }

    fn key(&self, number: usize) -> MfaKey {
        MfaKey {
            endpoint: self.sts.endpoint().map(ToString::to_string),
            base: self.base_name.clone(),
            hops: self.hops[..=number].to_vec(),
        }
    }
}

impl ProvideCredentials for RoleChain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume_all(None))
    }
}

/// The credentials in an answer of STS.
pub(crate) fn session(credentials: Option<StsCredentials>, role_arn: &str) -> ProviderResult {
    let none =
        || CredentialsError::provider_error(HopError::NoSession { role_arn: role_arn.to_owned() });
    let given = credentials.ok_or_else(none)?;
    let ends = SystemTime::try_from(given.expiration).map_err(|_| none())?;
    Ok(Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        Some(given.session_token),
        Some(ends),
        "transload",
    ))
}

/// What CloudTrail shows where a profile names nothing.
pub(crate) fn session_name() -> String {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("transload-{}", since_1970.as_millis())
}

fn code_needed(serial: &str) -> CredentialsError {
    CredentialsError::provider_error(HopError::CodeNeeded { serial: serial.to_owned() })
}

/// The device whose code an error asks for.
fn waits(error: &CredentialsError) -> Option<&str> {
    let source = std::error::Error::source(error)?;
    match source.downcast_ref::<HopError>()? {
        HopError::CodeNeeded { serial } => Some(serial),
        _ => None,
    }
}
