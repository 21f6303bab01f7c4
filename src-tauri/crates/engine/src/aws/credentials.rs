//! Credentials of exactly one profile, and when they end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_config::BehaviorVersion;
use aws_config::Region as SdkRegion;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{
    ProvideCredentials, Result as ProviderResult, SharedCredentialsProvider, future,
};
use aws_runtime::env_config::file::EnvConfigFiles;

use super::http::SdkHttp;
use crate::model::{Region, Secret};

/// Passes credentials on and remembers when the newest of them end, so that nobody has to ask
/// for credentials, and perhaps assume a role again, only to learn that.
#[derive(Clone, Debug)]
pub(super) struct WatchedCredentials {
    inner: SharedCredentialsProvider,
    ends: Arc<Mutex<Option<SystemTime>>>,
}

impl WatchedCredentials {
    /// The credentials of a profile, whatever the environment says: unlike the SDK's default
    /// chain, this never looks for keys in the environment first.
    pub(super) fn of_profile(
        name: &str,
        files: EnvConfigFiles,
        region: &Region,
        behavior: BehaviorVersion,
        http: &SdkHttp,
    ) -> Self {
        let config = ProviderConfig::without_region()
            .with_http_client(http.clone())
            .with_region(Some(SdkRegion::new(region.as_str().to_owned())))
            .with_behavior_version(Some(behavior));
        Self::new(
            ProfileFileCredentialsProvider::builder()
                .configure(&config)
                .profile_files(files)
                .profile_name(name)
                .build(),
        )
    }

    /// What this machine gives: keys of the environment, web identity, the role of a container, the
    /// role of an instance; in the SDK's own order.
    pub(super) async fn of_machine(
        region: &Region,
        behavior: BehaviorVersion,
        http: &SdkHttp,
    ) -> Self {
        let region = SdkRegion::new(region.as_str().to_owned());
        let config = ProviderConfig::default()
            .with_http_client(http.clone())
            .with_behavior_version(Some(behavior));
        let chain = DefaultCredentialsChain::builder().configure(config).region(region);
        Self::new(chain.build().await)
    }

    /// Keys that were given for this session.
    pub(super) fn of_keys(
        access_key_id: &str,
        secret_access_key: &Secret<String>,
        session_token: Option<&Secret<String>>,
    ) -> Self {
        Self::new(Credentials::new(
            access_key_id,
            secret_access_key.expose(),
            session_token.map(|token| token.expose().clone()),
            None,
            "transload",
        ))
    }

    /// When the credentials end that were used last; nothing where they do not or none were used.
    pub(super) fn ends(&self) -> Option<SystemTime> {
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new(inner: impl ProvideCredentials + 'static) -> Self {
        Self { inner: SharedCredentialsProvider::new(inner), ends: Arc::default() }
    }

    async fn watch(&self) -> ProviderResult {
        let credentials = self.inner.provide_credentials().await?;
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner) = credentials.expiry();
        Ok(credentials)
    }
}

impl ProvideCredentials for WatchedCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.watch())
    }
}
