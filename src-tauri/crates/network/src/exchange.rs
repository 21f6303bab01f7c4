//! One request and its whole answer, for a protocol that another crate speaks.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Client;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, DATE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use tokio::time::timeout;
use url::Url;

use crate::encoding::{Encoding, decoded};
use crate::failure::{NetworkFailure, sentence};
use crate::network::Network;

/// No answer of AWS is larger: a page of 1,000 images with their tags has about a megabyte.
const BODY_LIMIT_BYTES: usize = 16 << 20;

/// Sends requests to AWS and gives whole answers.
#[derive(Clone, Debug)]
pub struct Exchange {
    client: Client,
    network: Network,
    answer_within: Option<Duration>,
}

/// A request.
pub struct ExchangeRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Where to.
    pub url: String,
    /// Its headers, in their order.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

/// An answer.
pub struct ExchangeResponse {
    /// The status.
    pub status: u16,
    /// Its headers; those that are not text are left out.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ExchangeError {
    /// Something between here and the server.
    #[error(transparent)]
    Network(#[from] NetworkFailure),
    /// It took too long.
    #[error("nothing came in time")]
    TimedOut,
    /// Nothing answers, or the connection broke.
    #[error("{0}")]
    Broken(String),
    /// The request cannot be sent as it is.
    #[error("{0}")]
    Unusable(String),
    /// The answer is larger than any of AWS.
    #[error("the answer has more than {limit} bytes")]
    TooLarge {
        /// The largest that is read.
        limit: usize,
    },
}

impl ExchangeError {
    /// What is between here and the server, where that is the reason.
    pub fn network(&self) -> Option<&NetworkFailure> {
        match self {
            Self::Network(failure) => Some(failure),
            Self::TimedOut | Self::Broken(_) | Self::Unusable(_) | Self::TooLarge { .. } => None,
        }
    }
}

impl Exchange {
    /// Prepares connections with the limits that are given.
    pub fn new(
        network: &Network,
        connect_within: Option<Duration>,
        answer_within: Option<Duration>,
    ) -> Result<Self, ExchangeError> {
        let network = network.as_aws();
        let mut client = network.http_client().redirect(Policy::none()).referer(false);
        client = client.retry(reqwest::retry::never());
        if let Some(limit) = connect_within {
            client = client.connect_timeout(limit);
        }
        let client = client.build().map_err(|error| ExchangeError::Unusable(sentence(&error)))?;
        Ok(Self { client, network, answer_within })
    }

    /// Sends a request and reads its answer to the end.
    pub async fn send(&self, ask: ExchangeRequest) -> Result<ExchangeResponse, ExchangeError> {
        let unusable = |error: &dyn std::fmt::Display| ExchangeError::Unusable(error.to_string());
        let url = Url::parse(&ask.url).map_err(|error| unusable(&error))?;
        let method = ask.method.parse().map_err(|_| unusable(&"the method is none of HTTP"))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &ask.headers {
            let name: HeaderName = name.parse().map_err(|error| unusable(&error))?;
            let value: HeaderValue = value.parse().map_err(|error| unusable(&error))?;
            headers.append(name, value);
        }
        let request = self.client.request(method, url.clone()).headers(headers).body(ask.body);
        let answered = async {
            let response = request.send().await.map_err(|error| self.failed(error))?;
            if response.status() == reqwest::StatusCode::PROXY_AUTHENTICATION_REQUIRED
                && let Some(refused) = self.network.refused_by_proxy(&url)
            {
                return Err(refused.into());
            }
            let status = response.status().as_u16();
            let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
            self.network.note_time(&url, date);
            let encoding = Encoding::of(response.headers());
            let mut headers = texts(response.headers());
            let body = decoded(self.body(response).await?, &encoding, BODY_LIMIT_BYTES)
                .map_err(|_| ExchangeError::TooLarge { limit: BODY_LIMIT_BYTES })?;
            if encoding != Encoding::Identity {
                // They describe the body as it came.
                let of_body = [CONTENT_ENCODING.as_str(), CONTENT_LENGTH.as_str()];
                headers.retain(|(name, _)| !of_body.contains(&name.as_str()));
            }
            Ok(ExchangeResponse { status, headers, body })
        };
        match self.answer_within {
            Some(limit) => timeout(limit, answered).await.unwrap_or(Err(ExchangeError::TimedOut)),
            None => answered.await,
        }
    }

    async fn body(&self, mut response: reqwest::Response) -> Result<Bytes, ExchangeError> {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(error))? {
            if body.len() + chunk.len() > BODY_LIMIT_BYTES {
                return Err(ExchangeError::TooLarge { limit: BODY_LIMIT_BYTES });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn failed(&self, error: reqwest::Error) -> ExchangeError {
        if let Some(failure) = self.network.explain(&error) {
            return failure.into();
        }
        if error.is_timeout() {
            return ExchangeError::TimedOut;
        }
        ExchangeError::Broken(sentence(&error.without_url()))
    }
}

fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}
