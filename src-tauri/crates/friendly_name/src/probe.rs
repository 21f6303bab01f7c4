//! Sends the requests of the checks: to the name, to the registry behind it, and to the hosts that both
//! redirect to. It attaches a login only to requests for the first two.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use transload_model::{RegistryHost, Secret};
use transload_network::{
    ExchangeError, ExchangeRequest, ExchangeResponse, Inspection, InspectionTrust, Network,
};
use url::Url;

use crate::resolver::NameResolver;

/// User name and token for a registry.
#[derive(Clone, Debug)]
pub struct RegistryCredentials {
    pub user: String,
    pub password: Secret<String>,
}

impl RegistryCredentials {
    fn header(&self) -> (String, String) {
        let pair = format!("{}:{}", self.user, self.password.expose());
        ("authorization".to_owned(), format!("Basic {}", STANDARD.encode(pair)))
    }
}

/// The ECR registry that the name should lead to.
#[async_trait::async_trait]
pub trait RegistryBehind: Send + Sync {
    /// Returns its host in image references.
    fn host(&self) -> &RegistryHost;
    /// Returns its base URL, which differs from the host behind an endpoint of the user's own.
    fn url(&self) -> Url;
    /// Returns the authorization token.
    ///
    /// # Errors
    /// The reason, in a sentence.
    async fn credentials(&self) -> Result<RegistryCredentials, String>;
}

/// A response, with the header names in lower case.
pub(crate) struct ProbeResponse {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl ProbeResponse {
    fn new(response: ExchangeResponse) -> Self {
        let headers = response.headers.into_iter();
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        Self { status: response.status, headers, body: response.body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the absolute target of a redirect or an upload.
    pub fn location(&self, request: &Url) -> Option<Url> {
        request.join(self.header("location")?).ok()
    }

    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Sends requests to one host.
pub(crate) struct Probe {
    inspection: Inspection,
}

/// What a request contains apart from its address.
#[derive(Default)]
pub(crate) struct RequestContent<'a> {
    pub accept: Option<&'a str>,
    pub credentials: Option<&'a RegistryCredentials>,
    pub body: Option<Bytes>,
}

impl Probe {
    pub fn new(
        network: &Network,
        host: &str,
        addresses: &[IpAddr],
        trust: InspectionTrust,
    ) -> Result<Self, ExchangeError> {
        // The port of the URL counts, not the one here.
        let addresses: Vec<_> =
            addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect();
        Ok(Self { inspection: Inspection::new(network, host, &addresses, trust)? })
    }

    /// Creates a probe for the host of a URL, with the addresses of a resolver.
    pub async fn for_url(
        network: &Network,
        resolver: &Arc<dyn NameResolver>,
        url: &Url,
    ) -> Result<Self, ExchangeError> {
        let host = url.host_str().unwrap_or_default();
        let is_name = host.parse::<IpAddr>().is_err() && !host.starts_with('[');
        let addresses = match network.proxies().for_url(url) {
            None if is_name => match resolver.resolve(host).await {
                Ok(found) => found.addresses,
                Err(error) => return Err(ExchangeError::Broken(error.to_string())),
            },
            _ => Vec::new(),
        };
        Self::new(network, host, &addresses, InspectionTrust::Verified)
    }

    pub async fn send(
        &self,
        method: &str,
        url: &Url,
        content: RequestContent<'_>,
    ) -> Result<ProbeResponse, ExchangeError> {
        let mut headers = Vec::new();
        if let Some(accept) = content.accept {
            headers.push(("accept".to_owned(), accept.to_owned()));
        }
        headers.extend(content.credentials.map(RegistryCredentials::header));
        if content.body.is_some() {
            headers.push(("content-type".to_owned(), "application/octet-stream".to_owned()));
        }
        let request = ExchangeRequest {
            method: method.to_owned(),
            url: url.to_string(),
            headers,
            body: content.body.unwrap_or_default(),
        };
        self.inspection.send(request).await.map(ProbeResponse::new)
    }

    pub fn certificate(&self) -> Option<transload_network::SeenCertificate> {
        self.inspection.certificate()
    }
}
