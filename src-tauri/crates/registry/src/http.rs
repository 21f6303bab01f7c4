//! Sends HTTP requests and reads response bodies, with timeouts. `client`, `uploads` and `token` use it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use reqwest::header::{DATE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode};
use tokio::time::timeout;
use url::Url;

use crate::encoding::Body;
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::{addresses, encoding, resolve};
use transload_model::RegistryHost;
use transload_network::{Encoding, Network, is_loopback};

/// The time limit for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time limit for finding out whether a registry on this computer uses TLS.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// The time limit for response headers, and for each pause within a response body.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);

/// Selects the HTTP client for a request to a registry. All registries on a [`Network`] share the clients.
#[derive(Clone)]
pub(super) struct Connections {
    network: Network,
    clients: Arc<Clients>,
}

/// HTTP clients, each created on first use.
#[derive(Default)]
struct Clients {
    /// For registries.
    registry: OnceLock<Result<Client, String>>,
    /// For redirects to other hosts, whose names must not resolve to this computer.
    external: OnceLock<Result<Client, String>>,
    /// For TLS registries on this computer: a port forward or a tunnel, whose certificate names another
    /// host.
    loopback_client: OnceLock<Result<Client, String>>,
}

impl Clients {
    fn registry(&self, network: &Network) -> &Result<Client, String> {
        self.registry.get_or_init(|| build_client(network.http_client()))
    }

    fn external(&self, network: &Network) -> &Result<Client, String> {
        let builder = || network.http_client().dns_resolver(Arc::new(resolve::ExternalResolver));
        self.external.get_or_init(|| build_client(builder()))
    }

    fn loopback_client(&self, network: &Network) -> &Result<Client, String> {
        self.loopback_client.get_or_init(|| build_client(network.loopback_client()))
    }
}

fn build_client(client: ClientBuilder) -> Result<Client, String> {
    client
        .tcp_nodelay(true)
        .connect_timeout(CONNECT_TIMEOUT)
        // `client` follows redirects itself: `addresses` checks them, and the login is removed.
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .build()
        .map_err(|error| error.to_string())
}

impl Connections {
    pub(super) fn new(network: &Network) -> Self {
        Self { network: network.clone(), clients: network.cached(Clients::default) }
    }

    pub(super) fn client_for(
        &self,
        endpoint: &RegistryEndpoint,
        url: &Url,
    ) -> Result<&Client, RegistryError> {
        // `addresses` has checked loopback redirects. If there is a proxy, the proxy resolves names, and its
        // own name may resolve to this computer.
        let is_registry_host = url.host() == endpoint.url.host() || is_loopback(url);
        let is_trusted = is_registry_host || self.network.proxies().for_url(url).is_some();
        let clients = &self.clients;
        if endpoint.any_certificate && url.scheme() == "https" && is_loopback(url) {
            return usable_client(clients.loopback_client(&self.network), endpoint);
        }
        let client = if is_trusted {
            clients.registry(&self.network)
        } else {
            clients.external(&self.network)
        };
        usable_client(client, endpoint)
    }

    /// Returns whether a registry responds at the base endpoint within a short time.
    pub(super) async fn is_registry(&self, endpoint: &RegistryEndpoint) -> bool {
        let base_url = endpoint.v2_url([""]);
        let Ok(client) = self.client_for(endpoint, &base_url) else { return false };
        let result = timeout(PROBE_TIMEOUT, client.get(base_url).send()).await;
        let Ok(Ok(response)) = result else { return false };
        matches!(response.status().as_u16(), 200 | 401 | 403)
            || response.headers().contains_key("docker-distribution-api-version")
    }

    /// Sends a request and waits for the response headers.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        registry: &RegistryHost,
        subject: &str,
    ) -> Result<Response, RegistryError> {
        match timeout(RESPONSE_TIMEOUT, request.send()).await {
            Ok(Ok(response)) => self.check_proxy_response(response, registry),
            Ok(Err(error)) => Err(self.send_error(registry, subject, error)),
            Err(_) => Err(RegistryError::ConnectionLost {
                registry: registry.clone(),
                subject: subject.to_owned(),
                received_bytes: 0,
                source: Some(Box::new(TransferStalled(RESPONSE_TIMEOUT))),
            }),
        }
    }

    /// Returns an error if the response is from a proxy instead of the registry.
    pub(super) fn check_proxy_response(
        &self,
        response: Response,
        registry: &RegistryHost,
    ) -> Result<Response, RegistryError> {
        if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
            && let Some(failure) = self.network.proxy_login_failure(response.url())
        {
            return Err(RegistryError::Network { registry: registry.clone(), failure });
        }
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        self.network.observe_date(response.url(), date);
        Ok(response)
    }

    /// Converts the error of a request that failed without a response.
    pub(super) fn send_error(
        &self,
        registry: &RegistryHost,
        subject: &str,
        error: reqwest::Error,
    ) -> RegistryError {
        // A name that the resolver rejected is not a network failure.
        match self.network.explain(&error).filter(|_| resolve::refused(&error).is_none()) {
            Some(failure) => RegistryError::Network { registry: registry.clone(), failure },
            None => transport_error(registry, subject, 0, error),
        }
    }
}

fn usable_client<'a>(
    client: &'a Result<Client, String>,
    endpoint: &RegistryEndpoint,
) -> Result<&'a Client, RegistryError> {
    client.as_ref().map_err(|detail| RegistryError::Unreachable {
        registry: endpoint.host.clone(),
        source: detail.clone().into(),
    })
}

/// Names the address in a connection error if it is not that of the registry, for example because the port is
/// missing in a `Location`.
pub(super) fn with_target(
    error: RegistryError,
    endpoint: &RegistryEndpoint,
    url: &Url,
) -> RegistryError {
    match error {
        RegistryError::Unreachable { registry, source }
            if !addresses::is_registry_origin(endpoint, url) =>
        {
            RegistryError::TargetUnreachable {
                registry,
                target: addresses::origin_text(url),
                source,
            }
        }
        other => other,
    }
}

/// No data was transferred for too long.
#[derive(Debug, thiserror::Error)]
#[error("no data was transferred for {} seconds", .0.as_secs())]
pub(super) struct TransferStalled(pub(super) Duration);

/// Converts the error of a failed transfer. The URL is removed because it may be signed.
fn transport_error(
    registry: &RegistryHost,
    subject: &str,
    received_bytes: u64,
    error: reqwest::Error,
) -> RegistryError {
    let error = error.without_url();
    let registry = registry.clone();
    if let Some(refused) = resolve::refused(&error) {
        let target = refused.name.clone();
        return RegistryError::AddressRefused { registry, target, reason: refused.reason };
    }
    if error.is_connect() || error.is_builder() {
        return RegistryError::Unreachable { registry, source: Box::new(error) };
    }
    RegistryError::ConnectionLost {
        registry,
        subject: subject.to_owned(),
        received_bytes,
        source: Some(Box::new(error)),
    }
}

/// Returns the `Location` of a redirect.
pub(super) fn redirect_location(response: &Response) -> Option<String> {
    let is_redirect = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let target = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    target.to_str().ok().map(str::to_owned)
}

/// Returns a response body as a stream, which fails if no data is received for too long.
pub(super) fn body_stream(
    registry: RegistryHost,
    subject: String,
    response: Response,
) -> impl Stream<Item = Result<Bytes, RegistryError>> + Send {
    let start = (response, 0_u64, registry, subject);
    stream::try_unfold(start, |(mut response, received, registry, subject)| async move {
        match timeout(RESPONSE_TIMEOUT, response.chunk()).await {
            Ok(Ok(Some(bytes))) => {
                let received = received + bytes.len() as u64;
                Ok(Some((bytes, (response, received, registry, subject))))
            }
            Ok(Ok(None)) => Ok(None),
            Ok(Err(error)) => Err(transport_error(&registry, &subject, received, error)),
            Err(_) => Err(RegistryError::ConnectionLost {
                registry,
                subject,
                received_bytes: received,
                source: Some(Box::new(TransferStalled(RESPONSE_TIMEOUT))),
            }),
        }
    })
}

/// Reads and decodes a body of at most `limit` bytes.
pub(super) async fn read_body(
    response: Response,
    limit: usize,
    registry: &RegistryHost,
    subject: &str,
) -> Result<Body, RegistryError> {
    let encoding = Encoding::from_headers(response.headers());
    match read_raw(response, limit, registry, subject).await? {
        Body::Whole(bytes) => Ok(encoding::decode_body(bytes, &encoding, limit)),
        too_large => Ok(too_large),
    }
}

/// Reads the first bytes of a body and discards the rest.
pub(super) async fn first_piece(
    mut response: Response,
    registry: &RegistryHost,
    subject: &str,
) -> Result<Bytes, RegistryError> {
    match timeout(RESPONSE_TIMEOUT, response.chunk()).await {
        Ok(Ok(piece)) => Ok(piece.unwrap_or_default()),
        Ok(Err(error)) => Err(transport_error(registry, subject, 0, error)),
        Err(_) => Err(RegistryError::ConnectionLost {
            registry: registry.clone(),
            subject: subject.to_owned(),
            received_bytes: 0,
            source: Some(Box::new(TransferStalled(RESPONSE_TIMEOUT))),
        }),
    }
}

async fn read_raw(
    mut response: Response,
    limit: usize,
    registry: &RegistryHost,
    subject: &str,
) -> Result<Body, RegistryError> {
    if let Some(size_bytes) = response.content_length()
        && size_bytes > limit as u64
    {
        return Ok(Body::TooLarge { size_bytes });
    }
    let mut body = BytesMut::new();
    loop {
        let received = body.len() as u64;
        match timeout(RESPONSE_TIMEOUT, response.chunk()).await {
            Ok(Ok(Some(bytes))) if body.len() + bytes.len() > limit => {
                return Ok(Body::TooLarge { size_bytes: received + bytes.len() as u64 });
            }
            Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
            Ok(Ok(None)) => return Ok(Body::Whole(body.freeze())),
            Ok(Err(error)) => return Err(transport_error(registry, subject, received, error)),
            Err(_) => {
                return Err(RegistryError::ConnectionLost {
                    registry: registry.clone(),
                    subject: subject.to_owned(),
                    received_bytes: received,
                    source: Some(Box::new(TransferStalled(RESPONSE_TIMEOUT))),
                });
            }
        }
    }
}
