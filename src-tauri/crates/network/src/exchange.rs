//! Sends one request and reads its complete response. The `aws` crate implements the HTTP client of the AWS
//! SDK with it, and `inspection` examines servers with it.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Client;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, DATE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use tokio::time::timeout;
use url::Url;

use crate::encoding::{Encoding, decode_body};
use crate::failure::{NetworkFailure, error_chain};
use crate::network::Network;

/// The largest response body that is read, in bytes. A page of 1,000 images with their tags has about 1 MB.
const BODY_LIMIT_BYTES: usize = 16 << 20;

/// Sends requests to AWS and returns complete responses.
#[derive(Clone, Debug)]
pub struct Exchange {
    client: Client,
    network: Network,
    response_timeout: Option<Duration>,
}

pub struct ExchangeRequest {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

pub struct ExchangeResponse {
    pub status: u16,
    /// Without headers whose value is not text.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

/// Why a request has no response.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The cause is a proxy, a certificate or a clock.
    #[error(transparent)]
    Network(#[from] NetworkFailure),
    #[error("the request timed out")]
    TimedOut,
    /// The server doesn't respond, or the connection was interrupted.
    #[error("{0}")]
    Broken(String),
    /// The request is invalid, or the HTTP client can't be created.
    #[error("{0}")]
    InvalidRequest(String),
    /// The response body exceeds the limit.
    #[error("the response has more than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
}

impl ExchangeError {
    /// Returns the network failure, if that is the cause.
    pub fn network(&self) -> Option<&NetworkFailure> {
        match self {
            Self::Network(failure) => Some(failure),
            Self::TimedOut | Self::Broken(_) | Self::InvalidRequest(_) | Self::TooLarge { .. } => {
                None
            }
        }
    }
}

impl Exchange {
    /// Creates a client with the given timeouts. It uses the proxies that the AWS CLI would use.
    pub fn new(
        network: &Network,
        connect_timeout: Option<Duration>,
        response_timeout: Option<Duration>,
    ) -> Result<Self, ExchangeError> {
        let network = network.for_aws();
        let mut client = network.http_client().redirect(Policy::none()).referer(false);
        client = client.retry(reqwest::retry::never());
        if let Some(limit) = connect_timeout {
            client = client.connect_timeout(limit);
        }
        let client =
            client.build().map_err(|error| ExchangeError::InvalidRequest(error_chain(&error)))?;
        Ok(Self { client, network, response_timeout })
    }

    /// Sends requests with a client that is configured already.
    pub(super) fn with_client(
        client: Client,
        network: Network,
        response_timeout: Duration,
    ) -> Self {
        Self { client, network, response_timeout: Some(response_timeout) }
    }

    /// Sends a request and reads its complete response.
    ///
    /// # Errors
    /// [`ExchangeError`]. A response with an error status is not an error here.
    pub async fn send(&self, request: ExchangeRequest) -> Result<ExchangeResponse, ExchangeError> {
        let invalid =
            |error: &dyn std::fmt::Display| ExchangeError::InvalidRequest(error.to_string());
        let url = Url::parse(&request.url).map_err(|error| invalid(&error))?;
        let method =
            request.method.parse().map_err(|_| invalid(&"the method is not an HTTP method"))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let name: HeaderName = name.parse().map_err(|error| invalid(&error))?;
            let value: HeaderValue = value.parse().map_err(|error| invalid(&error))?;
            headers.append(name, value);
        }
        let http_request =
            self.client.request(method, url.clone()).headers(headers).body(request.body);
        let exchange = async {
            let response = http_request.send().await.map_err(|error| self.classify_error(error))?;
            if response.status() == reqwest::StatusCode::PROXY_AUTHENTICATION_REQUIRED
                && let Some(refused) = self.network.proxy_login_failure(&url)
            {
                return Err(refused.into());
            }
            let status = response.status().as_u16();
            let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
            self.network.observe_date(&url, date);
            let encoding = Encoding::from_headers(response.headers());
            let mut headers = text_headers(response.headers());
            let body = decode_body(self.read_body(response).await?, &encoding, BODY_LIMIT_BYTES)
                .map_err(|_| ExchangeError::TooLarge { limit: BODY_LIMIT_BYTES })?;
            if encoding != Encoding::Identity {
                // These headers describe the encoded body.
                let encoded_only = [CONTENT_ENCODING.as_str(), CONTENT_LENGTH.as_str()];
                headers.retain(|(name, _)| !encoded_only.contains(&name.as_str()));
            }
            Ok(ExchangeResponse { status, headers, body })
        };
        match self.response_timeout {
            Some(limit) => timeout(limit, exchange).await.unwrap_or(Err(ExchangeError::TimedOut)),
            None => exchange.await,
        }
    }

    async fn read_body(&self, mut response: reqwest::Response) -> Result<Bytes, ExchangeError> {
        let mut body = BytesMut::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| self.classify_error(error))?
        {
            if body.len() + chunk.len() > BODY_LIMIT_BYTES {
                return Err(ExchangeError::TooLarge { limit: BODY_LIMIT_BYTES });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn classify_error(&self, error: reqwest::Error) -> ExchangeError {
        if let Some(failure) = self.network.explain(&error) {
            return failure.into();
        }
        if error.is_timeout() {
            return ExchangeError::TimedOut;
        }
        ExchangeError::Broken(error_chain(&error.without_url()))
    }
}

fn text_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}
