//! What all practice servers share.

use std::sync::Arc;
use std::time::Duration;

use crate::faults::Faults;
use crate::hmac::{hex, hmac_sha256};
use crate::hub::Hub;
use crate::options::PracticeOptions;
use crate::record::Record;
use crate::store::Store;
use crate::tokens::Tokens;

/// The ports in use.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Addresses {
    pub(crate) ecr: u16,
    pub(crate) layers: u16,
    pub(crate) hub: u16,
    pub(crate) hub_registry: u16,
}

pub(crate) struct World {
    pub(crate) options: PracticeOptions,
    pub(crate) addresses: Addresses,
    pub(crate) store: Arc<Store>,
    pub(crate) hub: Hub,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) record: Record,
}

impl World {
    /// `127.0.0.1:PORT` of the ECR.
    pub(crate) fn registry_host(&self) -> String {
        format!("127.0.0.1:{}", self.addresses.ecr)
    }

    pub(crate) fn hub_registry_host(&self) -> String {
        format!("127.0.0.1:{}", self.addresses.hub_registry)
    }

    pub(crate) fn hub_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.addresses.hub)
    }

    /// The one user's ARN.
    pub(crate) fn user_arn(&self) -> String {
        format!("arn:aws:iam::{}:user/practice", self.options.account_id)
    }

    pub(crate) fn repository_arn(&self, name: &str) -> String {
        let (region, account) = (&self.options.region, &self.options.account_id);
        format!("arn:aws:ecr:{region}:{account}:repository/{name}")
    }

    /// ECR's sentence about a repository that is not there.
    pub(crate) fn no_repository(&self, name: &str) -> String {
        format!(
            "The repository with name '{name}' does not exist in the registry with id '{}'",
            self.options.account_id
        )
    }

    pub(crate) fn token_key(&self) -> String {
        self.store.read(|state| state.token_key.clone())
    }

    /// A download address on the other origin, which is good for an hour. Its
    /// host name is another one on purpose: some clients compare only the name,
    /// not the port, before they pass `Authorization` on.
    pub(crate) fn layer_url(&self, shelf: &str, digest: &str) -> String {
        let expires = crate::clock::now_millis() / 1000 + 3600;
        let signature = self.layer_signature(shelf, digest, expires);
        format!(
            "http://localhost:{}/{shelf}/{digest}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={expires}&X-Amz-Signature={signature}",
            self.addresses.layers
        )
    }

    pub(crate) fn layer_signature(&self, shelf: &str, digest: &str, expires: i64) -> String {
        let text = format!("{shelf}/{digest}/{expires}");
        hex(&hmac_sha256(self.token_key().as_bytes(), text.as_bytes()))
    }

    /// Issues a token of the ECR registry: what follows `AWS:`, and its end in
    /// milliseconds since 1970.
    pub(crate) fn issue_registry_token(&self) -> (String, i64) {
        let lifetime: Duration = self.options.token_lifetime;
        let key = self.token_key();
        let (token, claims) = self.tokens.issue(&key, "ecr", "AWS", Vec::new(), lifetime);
        (token, claims.expires / 1000)
    }
}
