//! Provides the first credentials of a profile, and tracks when they expire.

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::login::LoginCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{
    ProvideCredentials, Result as ProviderResult, SharedCredentialsProvider, future,
};

use crate::config::environment::AwsEnvironment;
use crate::config::role_chain::BaseCredentials;
use crate::session::credential_process::ProcessCredentials;
use crate::session::role_chain_provider::{default_session_name, session_credentials};
use crate::session::sts::Sts;
use crate::sso::role_credentials::SsoRoleProvider;
use transload_model::Secret;

/// Returns the machine's own credentials: the role of a container, otherwise the role of an instance.
pub(crate) fn machine_credentials(sdk: &SdkConfig) -> impl ProvideCredentials + 'static {
    let config = provider_config(sdk);
    let container = EcsCredentialsProvider::builder().configure(&config).build();
    let instance = ImdsCredentialsProvider::builder().configure(&config).build();
    CredentialsProviderChain::first_try("EcsContainer", container)
        .or_else("Ec2InstanceMetadata", instance)
}

#[derive(Debug)]
struct EnvironmentProvider(AwsEnvironment);

impl ProvideCredentials for EnvironmentProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let none = || CredentialsError::not_loaded("the environment contains no keys");
        let keys = self.0.keys().ok_or_else(none);
        let credentials = keys
            .and_then(|keys| keys.credentials().map_err(CredentialsError::invalid_configuration));
        future::ProvideCredentials::ready(credentials)
    }
}

pub(crate) fn static_credentials(
    access_key_id: &str,
    secret_access_key: &Secret<String>,
    session_token: Option<&Secret<String>>,
) -> Credentials {
    Credentials::new(
        access_key_id,
        secret_access_key.expose(),
        session_token.map(|token| token.expose().clone()),
        None,
        "transload",
    )
}

/// Returns the provider of a profile's first credentials. Unlike the SDK's default chain, it uses keys
/// in the environment only if the profile says so.
pub(crate) fn base_provider(
    base: &BaseCredentials,
    profile: &str,
    environment: &AwsEnvironment,
    sdk: &SdkConfig,
    sts: &Sts,
) -> SharedCredentialsProvider {
    let config = provider_config(sdk);
    match base {
        BaseCredentials::Keys { access_key_id, secret_access_key, session_token } => {
            SharedCredentialsProvider::new(static_credentials(
                access_key_id,
                secret_access_key,
                session_token.as_ref(),
            ))
        }
        BaseCredentials::Sso { account_id, role_name, .. } => {
            SharedCredentialsProvider::new(SsoRoleProvider {
                profile: profile.to_owned(),
                environment: environment.clone(),
                account_id: account_id.clone(),
                role_name: role_name.clone(),
            })
        }
        BaseCredentials::Login { session } => SharedCredentialsProvider::new(
            LoginCredentialsProvider::builder(session).configure(&config).build(),
        ),
        BaseCredentials::Process { command } => {
            SharedCredentialsProvider::new(ProcessCredentials::new(command))
        }
        BaseCredentials::WebIdentity { role_arn, token_file, session_name, setting_location } => {
            SharedCredentialsProvider::new(WebIdentityProvider {
                role_arn: role_arn.clone(),
                token_file: token_file.clone(),
                session_name: session_name.clone(),
                setting_location: setting_location.clone(),
                sts: sts.clone(),
            })
        }
        BaseCredentials::Environment => {
            SharedCredentialsProvider::new(EnvironmentProvider(environment.clone()))
        }
        BaseCredentials::Instance => SharedCredentialsProvider::new(
            ImdsCredentialsProvider::builder().configure(&config).build(),
        ),
        BaseCredentials::Container => SharedCredentialsProvider::new(
            EcsCredentialsProvider::builder().configure(&config).build(),
        ),
    }
}

/// Converts the settings of a session for the SDK's providers.
fn provider_config(sdk: &SdkConfig) -> ProviderConfig {
    let mut config = ProviderConfig::without_region()
        .with_region(sdk.region().cloned())
        .with_behavior_version(sdk.behavior_version())
        .with_use_fips(sdk.use_fips())
        .with_use_dual_stack(sdk.use_dual_stack());
    if let Some(retry) = sdk.retry_config() {
        config = config.with_retry_config(retry.clone());
    }
    if let Some(timeouts) = sdk.timeout_config() {
        config = config.with_timeout_config(timeouts.clone());
    }
    match sdk.http_client() {
        Some(client) => config.with_http_client(client),
        None => config,
    }
}

/// Credentials for a web identity token. The SDK's own provider ignores the STS endpoint of the
/// profile.
#[derive(Debug)]
struct WebIdentityProvider {
    role_arn: String,
    token_file: String,
    session_name: Option<String>,
    setting_location: String,
    sts: Sts,
}

impl WebIdentityProvider {
    async fn assume(&self) -> ProviderResult {
        // Read every time, because Kubernetes and CI systems renew it.
        let token = tokio::fs::read_to_string(&self.token_file).await.map_err(|error| {
            CredentialsError::invalid_configuration(format!(
                "its web_identity_token_file {} cannot be read: {error} ({})",
                self.token_file, self.setting_location
            ))
        })?;
        let response = self
            .sts
            .client()
            .assume_role_with_web_identity()
            .role_arn(&self.role_arn)
            .role_session_name(self.session_name.clone().unwrap_or_else(default_session_name))
            .web_identity_token(token.trim_end())
            .send()
            .await
            .map_err(CredentialsError::provider_error)?;
        session_credentials(response.credentials, &self.role_arn)
    }
}

impl ProvideCredentials for WebIdentityProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}
