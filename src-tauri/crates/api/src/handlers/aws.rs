use transload_engine::aws::list_profiles;
use transload_engine::docker::{DockerApi, EngineLogin};

use crate::api::Api;
use crate::contract::{ApiError, AwsConnection, AwsIdentity, AwsProfiles, RegistryLogin};
use crate::convert;

impl Api {
    /// Every profile of the AWS configuration on this computer.
    pub async fn aws_profiles_list(&self) -> Result<AwsProfiles, ApiError> {
        Ok(convert::profiles(list_profiles(&self.inner.options.aws).await))
    }

    /// Who the caller is, asked anew.
    pub async fn aws_identity(&self, connection: AwsConnection) -> Result<AwsIdentity, ApiError> {
        self.disconnect(&connection).await;
        Ok(self.connect(&connection).await?.identity.clone())
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
        connected: &crate::connections::Connected,
        login: &EngineLogin,
    ) -> Result<(), ApiError> {
        let engine = self.engine().await?;
        Ok(engine.log_in(connected.destination.host(), login).await?)
    }
}
