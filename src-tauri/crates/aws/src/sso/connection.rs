//! The connection to IAM Identity Center: one session with its clients and its token store. Signing in,
//! the access portal and role credentials use it.

use std::time::{Duration, SystemTime};

use aws_config::{Region, SdkConfig};
use url::Url;

use crate::config::config_files::Configuration;
use crate::config::endpoints::configured_endpoint;
use crate::config::environment::AwsEnvironment;
use crate::config::profile_set::sdk_name;
use crate::error::AwsError;
use crate::session::sdk_http::SdkHttp;
use crate::session::sdk_settings::{READ_TIMEOUT, behavior_version, profile_network};
use crate::sso::error::SignInError;
use crate::sso::oidc::Oidc;
use crate::sso::sso_session::{SsoSession, SsoTarget};
use crate::sso::store::TokenStore;
use crate::sso::token::SsoToken;

/// How long before its expiration a token is refreshed. Source: `_REFRESH_WINDOW` of botocore's
/// `SSOTokenProvider`; the AWS SDK for Rust waits until five minutes before.
const REFRESH_WINDOW: Duration = Duration::from_secs(15 * 60);

pub(super) struct SsoConnection {
    pub(super) session: SsoSession,
    pub(super) store: TokenStore,
    pub(super) oidc: Oidc,
    pub(super) sdk: SdkConfig,
    /// Overrides the endpoint of the access portal.
    pub(super) portal_endpoint: Option<Url>,
    /// The name of the connection in messages.
    pub(super) title: String,
}

impl SsoConnection {
    pub(super) async fn open(
        target: &SsoTarget,
        environment: &AwsEnvironment,
    ) -> Result<Self, SignInError> {
        let configuration = Configuration::read(environment, target.profile()).await;
        let session = SsoSession::find_in(&configuration, target)?;
        let title = target.profile().unwrap_or(session.title()).to_owned();
        let endpoint = |service| {
            configured_endpoint(environment, &configuration.sdk_profiles, service).map_err(
                |error| AwsError::ProfileInvalid {
                    profile: title.clone(),
                    detail: error.to_string(),
                },
            )
        };
        let (oidc_endpoint, portal_endpoint) = (endpoint("SSO_OIDC")?, endpoint("SSO")?);
        let timeouts = aws_config::timeout::TimeoutConfig::builder().read_timeout(READ_TIMEOUT);
        let network = match target.profile() {
            Some(profile) => profile_network(environment, &configuration.sdk_profiles, profile),
            None => environment.network().clone(),
        };
        let mut loader = aws_config::defaults(behavior_version())
            .region(Region::new(session.region.clone()))
            // These calls are not signed; they send the token.
            .no_credentials()
            .http_client(SdkHttp::new(&network))
            .timeout_config(timeouts.build())
            .profile_files(configuration.sdk_files());
        if let Some(profile) = target.profile() {
            loader = loader.profile_name(sdk_name(profile));
        }
        let sdk = loader.load().await;
        let oidc = Oidc::open(&session, &sdk, oidc_endpoint.as_ref(), &title).await?;
        let store = TokenStore::of(environment);
        Ok(Self { session, store, oidc, sdk, portal_endpoint, title })
    }

    /// Returns a valid token, refreshed if necessary.
    pub(super) async fn token(&self) -> Result<SsoToken, SignInError> {
        let missing = || SignInError::NotSignedIn { session: self.session.title().to_owned() };
        let token = self.store.token(&self.session).await?.ok_or_else(missing)?;
        let now = SystemTime::now();
        if token.expires_at > now + REFRESH_WINDOW {
            return Ok(token);
        }
        if self.session.can_refresh(&token, now) {
            match self.oidc.refresh(&token).await {
                Ok(Some(refreshed)) => {
                    self.store.save_token(&self.session, &refreshed).await?;
                    return Ok(refreshed);
                }
                Ok(None) => {}
                // A token that is still valid for some minutes is used.
                Err(error) if token.expires_at <= now => return Err(error),
                Err(error) => tracing::debug!(%error, "an SSO token was not refreshed"),
            }
        }
        if token.expires_at > now { Ok(token) } else { Err(missing()) }
    }
}
