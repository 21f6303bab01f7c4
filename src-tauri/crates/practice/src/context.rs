//! What all practice servers share: options, addresses, data and tokens. `Practice` creates it and every
//! request handler receives it.

use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "faults")]
use crate::faults::Faults;
use crate::hash::{hex, hmac_sha256};
use crate::hub::Hub;
use crate::options::PracticeOptions;
#[cfg(feature = "faults")]
use crate::request_log::RequestLog;
use crate::store::Store;
use crate::tokens::Tokens;

/// The ports in use, which are stored for the next start.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Addresses {
    pub(crate) ecr: u16,
    pub(crate) layers: u16,
    pub(crate) hub: u16,
    pub(crate) hub_registry: u16,
}

pub(crate) struct ServerContext {
    pub(crate) options: PracticeOptions,
    pub(crate) addresses: Addresses,
    pub(crate) store: Arc<Store>,
    pub(crate) hub: Hub,
    pub(crate) tokens: Tokens,
    #[cfg(feature = "faults")]
    pub(crate) faults: Faults,
    #[cfg(feature = "faults")]
    pub(crate) request_log: RequestLog,
}

impl ServerContext {
    /// Returns `127.0.0.1:PORT` of the ECR.
    pub(crate) fn registry_host(&self) -> String {
        format!("127.0.0.1:{}", self.addresses.ecr)
    }

    pub(crate) fn hub_registry_host(&self) -> String {
        format!("127.0.0.1:{}", self.addresses.hub_registry)
    }

    pub(crate) fn hub_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.addresses.hub)
    }

    pub(crate) fn user_arn(&self) -> String {
        format!("arn:aws:iam::{}:user/practice", self.options.account_id)
    }

    pub(crate) fn repository_arn(&self, name: &str) -> String {
        let (region, account) = (&self.options.region, &self.options.account_id);
        format!("arn:aws:ecr:{region}:{account}:repository/{name}")
    }

    /// Returns the message of ECR for a repository that does not exist.
    pub(crate) fn repository_not_found(&self, name: &str) -> String {
        format!(
            "The repository with name '{name}' does not exist in the registry with id '{}'",
            self.options.account_id
        )
    }

    pub(crate) fn token_key(&self) -> String {
        self.store.read(|state| state.token_key.clone())
    }

    /// Returns a download URL that is valid for one hour. It uses another host name on purpose: some clients
    /// only compare the name, not the port, before they forward `Authorization`.
    pub(crate) fn layer_url(&self, owner: &str, digest: &str) -> String {
        let expires = crate::clock::now_millis() / 1000 + 3600;
        let signature = self.layer_signature(owner, digest, expires);
        format!(
            "http://localhost:{}/{owner}/{digest}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={expires}&X-Amz-Signature={signature}",
            self.addresses.layers
        )
    }

    pub(crate) fn layer_signature(&self, owner: &str, digest: &str, expires: i64) -> String {
        let text = format!("{owner}/{digest}/{expires}");
        hex(&hmac_sha256(self.token_key().as_bytes(), text.as_bytes()))
    }

    /// Issues an ECR authorization token. Returns the part after `AWS:` and its expiry in milliseconds since
    /// 1970.
    pub(crate) fn issue_registry_token(&self) -> (String, i64) {
        let lifetime: Duration = self.options.token_lifetime;
        let key = self.token_key();
        let (token, claims) = self.tokens.issue(&key, "ecr", "AWS", Vec::new(), lifetime);
        (token, claims.expires / 1000)
    }
}
