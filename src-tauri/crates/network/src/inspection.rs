//! Requests that examine a server instead of using it: they connect to given addresses, record the certificate
//! of the server, and follow no redirect. The diagnosis of a registry name sends them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::Error;
use rustls::client::danger::ServerCertVerifier;
use time::OffsetDateTime;

use crate::certificate;
use crate::certificate_check::{CertificateCheck, PresentedCertificate, verifier_with};
use crate::exchange::{Exchange, ExchangeError, ExchangeRequest, ExchangeResponse};
use crate::network::Network;

/// The time limit for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time limit for a complete response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// Which certificates an inspection accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InspectionTrust {
    /// Those that every other connection accepts.
    Verified,
    /// All. Requests must not contain a secret.
    Unverified,
}

/// The certificate that a server presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCertificate {
    pub subject: String,
    pub issuer: String,
    /// The DNS names and IP addresses that the certificate is valid for.
    pub names: Vec<String>,
    pub not_after: OffsetDateTime,
    /// The number of certificates that the server sent.
    pub chain_length: usize,
}

/// Sends requests to one server and records its certificate.
#[derive(Debug)]
pub struct Inspection {
    exchange: Exchange,
    seen: Arc<Mutex<Option<SeenCertificate>>>,
}

impl Inspection {
    /// Creates a client. Connections to `host` go to `addresses`, unless a proxy is used or the list is
    /// empty.
    pub fn new(
        network: &Network,
        host: &str,
        addresses: &[SocketAddr],
        trust: InspectionTrust,
    ) -> Result<Self, ExchangeError> {
        let seen = Arc::default();
        let check = RecordedCheck { seen: Arc::clone(&seen), trust, inner: network.verifier() };
        let mut client = network
            .client_with_verifier(verifier_with(check), &["http/1.1"])
            .http1_only()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never());
        if !addresses.is_empty() {
            client = client.resolve_to_addrs(host, addresses);
        }
        let client =
            client.build().map_err(|error| ExchangeError::InvalidRequest(error.to_string()))?;
        let exchange = Exchange::with_client(client, network.clone(), RESPONSE_TIMEOUT);
        Ok(Self { exchange, seen })
    }

    /// Sends a request and reads its complete response.
    ///
    /// # Errors
    /// [`ExchangeError`]. A response with an error status is not an error here.
    pub async fn send(&self, request: ExchangeRequest) -> Result<ExchangeResponse, ExchangeError> {
        self.exchange.send(request).await
    }

    /// Returns the certificate of the last connection, also if it was rejected.
    pub fn certificate(&self) -> Option<SeenCertificate> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Records certificates before another verifier checks them.
#[derive(Debug)]
struct RecordedCheck {
    seen: Arc<Mutex<Option<SeenCertificate>>>,
    trust: InspectionTrust,
    inner: Arc<dyn ServerCertVerifier>,
}

impl CertificateCheck for RecordedCheck {
    fn check(&self, certificate: &PresentedCertificate<'_>) -> Result<(), Error> {
        if let Some(info) = certificate::read(certificate.leaf) {
            let seen = SeenCertificate {
                subject: info.subject,
                issuer: info.issuer,
                names: info.alternative_names,
                not_after: info.not_after,
                chain_length: certificate.intermediates.len() + 1,
            };
            *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        }
        match self.trust {
            InspectionTrust::Unverified => Ok(()),
            InspectionTrust::Verified => certificate.check_with(self.inner.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::proxies::Proxies;
    use crate::testing::{Authority, TlsServer, Validity};

    #[tokio::test]
    async fn the_certificate_is_recorded_also_if_it_is_rejected() {
        let leaf = Authority::new("Strangers").leaf("registry.example", Validity::Now);
        let server = TlsServer::start(&leaf, "HTTP/1.1 204 No Content\r\n\r\n").await;
        let network = Network::new(Proxies::none());
        for (trust, is_sent) in
            [(InspectionTrust::Verified, false), (InspectionTrust::Unverified, true)]
        {
            let addresses = [server.address];
            let inspection =
                Inspection::new(&network, "registry.example", &addresses, trust).unwrap();
            let request = ExchangeRequest {
                method: "GET".to_owned(),
                url: format!("https://registry.example:{}/v2/", server.address.port()),
                headers: Vec::new(),
                body: Bytes::new(),
            };
            assert_eq!(inspection.send(request).await.is_ok(), is_sent, "{trust:?}");
            let seen = inspection.certificate().unwrap();
            assert_eq!(seen.names, ["registry.example"], "{trust:?}");
            assert_eq!(seen.chain_length, 1);
        }
    }
}
