//! Sends the SDK's requests through Transload's own network: the same proxies, certificate authorities
//! and reasons of failure as everything else.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use transload_network::{Exchange, ExchangeError, ExchangeRequest, Network};

/// Timeouts for connecting and for the response.
type Timeouts = (Option<Duration>, Option<Duration>);

/// The HTTP client for the SDK. Clones share their connections.
#[derive(Clone)]
pub(crate) struct SdkHttp {
    network: Network,
    connectors: Arc<Mutex<Vec<(Timeouts, SharedHttpConnector)>>>,
}

impl SdkHttp {
    pub(crate) fn new(network: &Network) -> Self {
        Self { network: network.clone(), connectors: Arc::default() }
    }
}

impl fmt::Debug for SdkHttp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SdkHttp").field("network", &self.network).finish_non_exhaustive()
    }
}

impl HttpClient for SdkHttp {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = connectors.iter().find(|(of, _)| *of == timeouts) {
            return connector.clone();
        }
        let exchange = Exchange::new(&self.network, timeouts.0, timeouts.1);
        let connector = SharedHttpConnector::new(Connector(exchange));
        connectors.push((timeouts, connector.clone()));
        connector
    }
}

#[derive(Debug)]
struct Connector(Result<Exchange, ExchangeError>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match &self.0 {
            Ok(exchange) => {
                let exchange = exchange.clone();
                HttpConnectorFuture::new(async move {
                    let answer = exchange
                        .send(exchange_request(&request)?)
                        .await
                        .map_err(connector_error)?;
                    response(answer)
                })
            }
            Err(error) => HttpConnectorFuture::ready(Err(connector_error(error.clone()))),
        }
    }
}

fn exchange_request(request: &HttpRequest) -> Result<ExchangeRequest, ConnectorError> {
    // All our requests have an in-memory body.
    let body = request
        .body()
        .bytes()
        .ok_or_else(|| ConnectorError::user("a body that is a stream cannot be sent".into()))?;
    let headers = request.headers().iter();
    Ok(ExchangeRequest {
        method: request.method().to_owned(),
        url: request.uri().to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: Bytes::copy_from_slice(body),
    })
}

fn response(answer: transload_network::ExchangeResponse) -> Result<HttpResponse, ConnectorError> {
    let status = answer.status.try_into();
    let status =
        status.map_err(|_| ConnectorError::user("the status is not valid in HTTP".into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    for (name, value) in answer.headers {
        // Header values that HTTP accepted are valid for the SDK.
        let _ = response.headers_mut().try_append(name, value);
    }
    Ok(response)
}

/// Classifies a failure for the SDK, which retries what may be temporary.
fn connector_error(error: ExchangeError) -> ConnectorError {
    match &error {
        ExchangeError::Network(_)
        | ExchangeError::InvalidRequest(_)
        | ExchangeError::TooLarge { .. } => ConnectorError::user(error.into()),
        ExchangeError::TimedOut => ConnectorError::timeout(error.into()),
        ExchangeError::Broken(_) => ConnectorError::io(error.into()),
    }
}

#[cfg(test)]
mod tests;
