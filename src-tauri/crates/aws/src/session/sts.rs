//! The client of STS, with the endpoint that the configuration may override.

use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::Builder;
use url::Url;

use crate::config::endpoints::endpoint_text;

/// How STS is called: settings and endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Sts {
    sdk: SdkConfig,
    endpoint: Option<Url>,
}

impl Sts {
    /// `endpoint` overrides the default one.
    pub(crate) fn new(sdk: SdkConfig, endpoint: Option<Url>) -> Self {
        Self { sdk, endpoint }
    }

    /// The endpoint that overrides the default one.
    pub(crate) fn endpoint(&self) -> Option<&Url> {
        self.endpoint.as_ref()
    }

    /// Returns a client with the credentials of the settings. Without credentials, it doesn't sign.
    pub(crate) fn client(&self) -> Client {
        Client::from_conf(self.config().build())
    }

    /// Returns a client that signs with these credentials.
    pub(crate) fn client_with(&self, caller: Credentials) -> Client {
        let config = self
            .config()
            .credentials_provider(SharedCredentialsProvider::new(caller))
            // The credentials serve few calls, and the session's cache must not contain them.
            .identity_cache(IdentityCache::no_cache());
        Client::from_conf(config.build())
    }

    fn config(&self) -> Builder {
        let mut config = Builder::from(&self.sdk);
        config.set_endpoint_url(self.endpoint.as_ref().map(endpoint_text));
        if self.endpoint.is_some() {
            // The endpoint rules reject both options together with an endpoint override.
            config = config.use_fips(false).use_dual_stack(false);
        }
        config
    }
}
