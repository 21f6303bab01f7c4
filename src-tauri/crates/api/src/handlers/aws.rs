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

    /// Returns the problems of the AWS configuration as sentences for a terminal: what the AWS CLI
    /// rejects or ignores. The window shows them with the profiles.
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

    /// Returns the caller. Opens the connection again.
    pub async fn aws_identity(&self, connection: AwsConnection) -> Result<AwsIdentity, ApiError> {
        self.disconnect(&connection).await;
        Ok(self.connect(&connection).await?.identity.clone())
    }

    /// Submits the code of the MFA device that the role of the profile requires, and returns the
    /// caller. One code is valid for every call and migration of the profile until its session
    /// expires. Migrations that wait for it continue.
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

    /// Returns the alias of the account, which makes it easier to recognize. `None` if it has none,
    /// or if the caller isn't allowed to read it.
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

    /// Gets the authorization token and tests it at the registry, and at the engine if the engine
    /// will push.
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

/// Parses an MFA code, with or without a space in the middle.
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
