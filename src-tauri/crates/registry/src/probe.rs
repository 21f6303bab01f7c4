//! Finds out whether a registry on this computer uses TLS.

use crate::endpoint::RegistryEndpoint;
use crate::http::Connections;
use transload_network::Network;

impl RegistryEndpoint {
    /// Switches a registry on this computer to TLS if it responds to HTTPS: a port forward or a tunnel to
    /// another host, whose certificate names that host. As in Docker, HTTPS is tried before HTTP, and the
    /// certificate is not verified.
    #[must_use]
    pub async fn probed(self, network: &Network) -> Self {
        let mut url = self.url.clone();
        if !self.may_speak_tls || url.set_scheme("https").is_err() {
            return self;
        }
        let secure = Self { url, may_speak_tls: false, any_certificate: true, ..self.clone() };
        match Connections::new(network).is_registry(&secure).await {
            true => secure,
            false => self,
        }
    }
}
