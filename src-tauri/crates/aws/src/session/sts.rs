use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::Builder;
use url::Url;

use crate::config::endpoints::endpoint_text;

/// Where STS is called, and with which settings.
#[derive(Clone, Debug)]
pub(crate) struct Sts {
    sdk: SdkConfig,
    endpoint: Option<Url>,
}

impl Sts {
    /// `endpoint` goes before the usual address.
    pub(crate) fn new(sdk: SdkConfig, endpoint: Option<Url>) -> Self {
        Self { sdk, endpoint }
    }

    /// The address that goes before the usual one.
    pub(crate) fn endpoint(&self) -> Option<&Url> {
        self.endpoint.as_ref()
    }

    /// A client as whoever the settings say; without credentials in them, as nobody.
    pub(crate) fn client(&self) -> Client {
        Client::from_conf(self.config().build())
    }

    /// A client that these credentials sign for.
    pub(crate) fn client_of(&self, caller: Credentials) -> Client {
        let config = self
            .config()
            .credentials_provider(SharedCredentialsProvider::new(caller))
            // The caller is for few calls, and the cache of the session is for its own.
            .identity_cache(IdentityCache::no_cache());
        Client::from_conf(config.build())
    }

    fn config(&self) -> Builder {
        let mut config = Builder::from(&self.sdk);
        config.set_endpoint_url(self.endpoint.as_ref().map(endpoint_text));
        if self.endpoint.is_some() {
            // The endpoint rules refuse these two beside an endpoint of one's own.
            config = config.use_fips(false).use_dual_stack(false);
        }
        config
    }
}
