//! Connections: how requests go out and how bodies come in.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use tokio::time::timeout;

use super::{RegistryEndpoint, RegistryError, addresses, resolve};
use crate::model::RegistryHost;

/// How long a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long a registry may think before it answers, and how long it may pause inside a body.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// Connections are shared by all clients. HTTP/1 only: for bulk data several TCP connections do
/// better than one that is shared.
static OUTSIDE: LazyLock<Result<Client, reqwest::Error>> = LazyLock::new(|| builder().build());
/// What runs on this computer is never asked for through a proxy; Docker does the same.
static THIS_COMPUTER: LazyLock<Result<Client, reqwest::Error>> =
    LazyLock::new(|| builder().no_proxy().build());
/// Where a registry sends us on to: a name there must not lead to this computer either.
static FOREIGN: LazyLock<Result<Client, reqwest::Error>> =
    LazyLock::new(|| builder().dns_resolver(Arc::new(resolve::OutsideOnly)).build());

fn builder() -> reqwest::ClientBuilder {
    Client::builder()
        .user_agent(concat!("transload/", env!("CARGO_PKG_VERSION")))
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(CONNECT_LIMIT)
        // Redirects are followed by hand: `addresses` says where to, and without the login.
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
}

/// The registry took too long.
#[derive(Debug, thiserror::Error)]
#[error("nothing came for {} seconds", .0.as_secs())]
pub(super) struct Silence(pub(super) Duration);

/// The connections to use for an address.
pub(super) fn client_for(
    endpoint: &RegistryEndpoint,
    url: &url::Url,
) -> Result<&'static Client, RegistryError> {
    let client = if addresses::is_loopback(url) {
        &THIS_COMPUTER
    } else if url.host() == endpoint.url.host() {
        &OUTSIDE
    } else {
        &FOREIGN
    };
    client.as_ref().map_err(|source| RegistryError::Unreachable {
        registry: endpoint.host.clone(),
        source: Box::new(source),
    })
}

/// Sends a request and waits for the head of its answer.
pub(super) async fn answer_to(
    request: RequestBuilder,
    registry: &RegistryHost,
    subject: &str,
) -> Result<Response, RegistryError> {
    match timeout(SILENCE_LIMIT, request.send()).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(transport_error(registry, subject, 0, error)),
        Err(_) => Err(RegistryError::ConnectionLost {
            registry: registry.clone(),
            subject: subject.to_owned(),
            received_bytes: 0,
            source: Some(Box::new(Silence(SILENCE_LIMIT))),
        }),
    }
}

/// What a failed connection means. The address is taken out: it may be a signed one.
pub(super) fn transport_error(
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

/// Reads a body into memory, never more than `limit` bytes of it.
pub(super) async fn read_body(
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
