//! Commands for profiles, the caller, and registry logins.

use transload_aws::{AwsSession, list_profiles};
use transload_contract::{AwsConnection, AwsIdentity, AwsProfiles, RegistryLogin};
use transload_docker::{DockerApi, EngineLogin};
use transload_errors::{ApiError, ErrorCode};
use transload_model::Secret;

use crate::api::Api;

impl Api {
    /// Every profile of the AWS configuration on this computer.
    pub async fn aws_profiles_list(&self) -> Result<AwsProfiles, ApiError> {
        Ok(list_profiles(&self.inner.options.aws).await)
    }

    /// What the AWS command line refuses or passes over in the AWS configuration, as sentences for a
    /// terminal; the window shows it beside the profiles.
    pub async fn aws_file_warnings(&self) -> Vec<String> {
        let list = list_profiles(&self.inner.options.aws).await;
        let refused = list.files.iter().filter_map(|file| file.refused_by_cli.as_ref());
        let refused =
            refused.map(|why| format!("{why}. The AWS command line refuses the whole file."));
        // Sections of the AWS command line's own.
        let is_known = |section: &str| matches!(section, "plugins" | "preview");
        let ignored = list.ignored.iter().filter(|ignored| !is_known(&ignored.section));
        refused.chain(ignored.map(|ignored| format!("{ignored}."))).collect()
    }

    /// Who the caller is, asked anew.
    pub async fn aws_identity(&self, connection: AwsConnection) -> Result<AwsIdentity, ApiError> {
        self.disconnect(&connection).await;
        Ok(self.connect(&connection).await?.identity.clone())
    }

    /// Gives the code of the MFA device that the profile's role waits for, and says who the caller
    /// is then. One code serves every call and migration of the profile until its session ends; what
    /// waits for it goes on.
    pub async fn aws_mfa_submit(
        &self,
        connection: AwsConnection,
        code: String,
    ) -> Result<AwsIdentity, ApiError> {
        let code = mfa_code(code)?;
        let (request, _) = self.session_request(&connection).await?;
        AwsSession::submit_mfa_code(request, &self.aws_environment(), &code).await?;
        let identity = self.aws_identity(connection).await;
        self.inner.jobs.wake_all();
        identity
    }

    /// The alias of the account; nothing where it has none, or where the caller may not ask. Never
    /// fails for that: it only makes the account easier to know again.
    pub async fn aws_account_alias(
        &self,
        connection: AwsConnection,
    ) -> Result<Option<String>, ApiError> {
        let connected = self.connect(&connection).await?;
        if connected.identity.practice {
            return Ok(None);
        }
        Ok(connected.session.account_alias().await)
    }

    /// Gets the registry token and tries it on the registry, and on the engine when it will push.
    pub async fn registry_login(
        &self,
        connection: AwsConnection,
        with_engine: bool,
    ) -> Result<RegistryLogin, ApiError> {
        let connected = self.connect(&connection).await?;
        let destination = &connected.destination;
        let token = destination.login.token().await?;
        destination.registry.check_login().await?;
        let user = token.user.clone();
        let engine = if with_engine {
            let login = EngineLogin { user: token.user, password: token.password };
            Some(self.engine_login(&connected, &login).await)
        } else {
            None
        };
        Ok(RegistryLogin {
            registry: destination.host().to_string(),
            user,
            expires_at_ms: token.expires_at_ms,
            registry_accepts: true,
            engine_accepts: engine.as_ref().map(Result::is_ok),
            engine_error: engine.and_then(Result::err),
        })
    }

    async fn engine_login(
        &self,
        connected: &crate::connected::Connected,
        login: &EngineLogin,
    ) -> Result<(), ApiError> {
        let engine = self.engine().await?;
        Ok(engine.log_in(connected.destination.host(), login).await?)
    }
}

/// An MFA code as it was typed, with or without a space in the middle.
pub(crate) fn mfa_code(typed: String) -> Result<Secret<String>, ApiError> {
    let code: String = typed.split_whitespace().collect();
    // Source: `tokenCodeType` of STS.
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Secret::new(code));
    }
    Err(ApiError::new(ErrorCode::MfaCodeRefused, "An MFA code has six digits."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits() {
        assert_eq!(mfa_code(" 123 456 ".to_owned()).unwrap().expose(), "123456");
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(mfa_code(wrong.to_owned()).unwrap_err().code, ErrorCode::MfaCodeRefused);
        }
    }
}
