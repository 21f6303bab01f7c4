//! Connections: how requests go out and how bodies come in.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use reqwest::header::DATE;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode};
use tokio::time::timeout;
use url::Url;

use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::{addresses, encoding, resolve};
use transload_model::RegistryHost;
use transload_network::{Encoding, Network, is_loopback};

/// How long a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long it may take to find out whether a registry on this computer speaks TLS.
const PROBE_LIMIT: Duration = Duration::from_secs(2);
/// How long a registry may think before it answers, and how long it may pause inside a body.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// The connections to one registry. The clients are shared by all registries on the same network.
#[derive(Clone)]
pub(super) struct Connections {
    network: Network,
    clients: Arc<Clients>,
}

/// Each is made when it is first wanted: most registries send nobody elsewhere.
#[derive(Default)]
struct Clients {
    /// To registries themselves.
    own: OnceLock<Result<Client, String>>,
    /// Where a registry sends us on to: a name there must not lead to this computer either.
    foreign: OnceLock<Result<Client, String>>,
    /// To a registry on this computer that speaks TLS: a port-forward or a tunnel, whose certificate
    /// names another host.
    loopback_tls: OnceLock<Result<Client, String>>,
}

impl Clients {
    fn own(&self, network: &Network) -> &Result<Client, String> {
        self.own.get_or_init(|| built(network.http_client()))
    }

    fn foreign(&self, network: &Network) -> &Result<Client, String> {
        let outside = || network.http_client().dns_resolver(Arc::new(resolve::OutsideOnly));
        self.foreign.get_or_init(|| built(outside()))
    }

    fn loopback_tls(&self, network: &Network) -> &Result<Client, String> {
        self.loopback_tls.get_or_init(|| built(network.loopback_client()))
    }
}

fn built(client: ClientBuilder) -> Result<Client, String> {
    client
        .tcp_nodelay(true)
        .connect_timeout(CONNECT_LIMIT)
        // Redirects are followed by hand: `addresses` says where to, and without the login.
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .build()
        .map_err(|error| error.to_string())
}

impl Connections {
    pub(super) fn new(network: &Network) -> Self {
        Self { network: network.clone(), clients: network.kept(Clients::default) }
    }

    /// The client to use for an address.
    pub(super) fn client_for(
        &self,
        endpoint: &RegistryEndpoint,
        url: &Url,
    ) -> Result<&Client, RegistryError> {
        // Where a registry on this computer may send us on to is said by `addresses`. Through a proxy
        // it is the proxy that looks names up, and its own name may be this computer.
        let is_own = url.host() == endpoint.url.host() || is_loopback(url);
        let own = is_own || self.network.proxies().for_url(url).is_some();
        let clients = &self.clients;
        if endpoint.any_certificate && url.scheme() == "https" && is_loopback(url) {
            return usable(clients.loopback_tls(&self.network), endpoint);
        }
        let client = if own { clients.own(&self.network) } else { clients.foreign(&self.network) };
        usable(client, endpoint)
    }

    /// Whether a registry answers at its base endpoint, told within a moment.
    pub(super) async fn is_registry(&self, endpoint: &RegistryEndpoint) -> bool {
        let challenge = endpoint.below_v2([""]);
        let Ok(client) = self.client_for(endpoint, &challenge) else { return false };
        let asked = timeout(PROBE_LIMIT, client.get(challenge).send()).await;
        let Ok(Ok(response)) = asked else { return false };
        matches!(response.status().as_u16(), 200 | 401 | 403)
            || response.headers().contains_key("docker-distribution-api-version")
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn answer_to(
        &self,
        request: RequestBuilder,
        registry: &RegistryHost,
        subject: &str,
    ) -> Result<Response, RegistryError> {
        match timeout(SILENCE_LIMIT, request.send()).await {
            Ok(Ok(response)) => self.checked(response, registry),
            Ok(Err(error)) => Err(self.sending_failed(registry, subject, error)),
            Err(_) => Err(RegistryError::ConnectionLost {
                registry: registry.clone(),
                subject: subject.to_owned(),
                received_bytes: 0,
                source: Some(Box::new(Silence(SILENCE_LIMIT))),
            }),
        }
    }

    /// An answer of the registry, and not one of a proxy in its place.
    pub(super) fn checked(
        &self,
        response: Response,
        registry: &RegistryHost,
    ) -> Result<Response, RegistryError> {
        if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
            && let Some(failure) = self.network.refused_by_proxy(response.url())
        {
            return Err(RegistryError::Network { registry: registry.clone(), failure });
        }
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        self.network.note_time(response.url(), date);
        Ok(response)
    }

    /// What a request means that failed before it was answered.
    pub(super) fn sending_failed(
        &self,
        registry: &RegistryHost,
        subject: &str,
        error: reqwest::Error,
    ) -> RegistryError {
        // A name that was refused is no fault of the network.
        match self.network.explain(&error).filter(|_| resolve::refused(&error).is_none()) {
            Some(failure) => RegistryError::Network { registry: registry.clone(), failure },
            None => transport_error(registry, subject, 0, error),
        }
    }
}

fn usable<'a>(
    client: &'a Result<Client, String>,
    endpoint: &RegistryEndpoint,
) -> Result<&'a Client, RegistryError> {
    client.as_ref().map_err(|detail| RegistryError::Unreachable {
        registry: endpoint.host.clone(),
        source: detail.clone().into(),
    })
}

/// Says which address does not answer, where the registry sent the request to another one than its
/// own: a `Location` without the port, say.
pub(super) fn blame_target(
    error: RegistryError,
    endpoint: &RegistryEndpoint,
    url: &Url,
) -> RegistryError {
    match error {
        RegistryError::Unreachable { registry, source } if !addresses::is_own(endpoint, url) => {
            RegistryError::TargetUnreachable { registry, target: addresses::shown(url), source }
        }
        other => other,
    }
}

/// The registry took too long.
#[derive(Debug, thiserror::Error)]
#[error("nothing came for {} seconds", .0.as_secs())]
pub(super) struct Silence(pub(super) Duration);

/// What a failed connection means. The address is taken out: it may be a signed one.
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

/// A body as a stream that ends with an error where nothing comes for too long.
pub(super) fn body_stream(
    registry: RegistryHost,
    subject: String,
    response: Response,
) -> impl Stream<Item = Result<Bytes, RegistryError>> + Send {
    let start = (response, 0_u64, registry, subject);
    stream::try_unfold(start, |(mut response, received, registry, subject)| async move {
        match timeout(SILENCE_LIMIT, response.chunk()).await {
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
                source: Some(Box::new(Silence(SILENCE_LIMIT))),
            }),
        }
    })
}

/// A body that was read into memory.
pub(super) enum Body {
    /// All of it.
    Whole(Bytes),
    /// More than the limit; nothing of it is kept.
    TooLarge {
        /// How many bytes were seen or promised.
        size_bytes: u64,
    },
}

/// Reads a body into memory without its encoding, never more than `limit` bytes of it.
pub(super) async fn read_body(
    response: Response,
    limit: usize,
    registry: &RegistryHost,
    subject: &str,
) -> Result<Body, RegistryError> {
    let encoding = Encoding::of(response.headers());
    match read_raw(response, limit, registry, subject).await? {
        Body::Whole(bytes) => Ok(encoding::decoded(bytes, &encoding, limit)),
        too_large => Ok(too_large),
    }
}

/// The first bytes of a body, of which no more is wanted.
pub(super) async fn first_piece(
    mut response: Response,
    registry: &RegistryHost,
    subject: &str,
) -> Result<Bytes, RegistryError> {
    match timeout(SILENCE_LIMIT, response.chunk()).await {
        Ok(Ok(piece)) => Ok(piece.unwrap_or_default()),
        Ok(Err(error)) => Err(transport_error(registry, subject, 0, error)),
        Err(_) => Err(RegistryError::ConnectionLost {
            registry: registry.clone(),
            subject: subject.to_owned(),
            received_bytes: 0,
            source: Some(Box::new(Silence(SILENCE_LIMIT))),
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
        match timeout(SILENCE_LIMIT, response.chunk()).await {
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
                    source: Some(Box::new(Silence(SILENCE_LIMIT))),
                });
            }
        }
    }
}
