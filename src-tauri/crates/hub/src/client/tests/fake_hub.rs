//! A server that responds as Docker Hub does, and records the requests.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response as Answer};
use serde_json::{Value, json};
use url::Url;

use crate::client::{HubClient, HubLogin};

/// The secret of [`FakeHub::client`].
pub(super) const SECRET: &str = "dckr_pat_secret";

/// Each request as `METHOD path?query authorization body`, and its `Accept-Encoding`.
type Requests = Arc<Mutex<Vec<(String, String)>>>;
type Respond = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

/// A server that responds as Docker Hub does. A function chooses the response for each request.
pub(super) struct FakeHub {
    pub(super) base: Url,
    requests: Requests,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for FakeHub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl FakeHub {
    pub(super) async fn start(respond: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let requests = Requests::default();
        let state: (Requests, Respond) = (requests.clone(), Arc::new(respond));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let router = Router::new().fallback(record_and_respond).with_state(state);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, requests, server }
    }

    pub(super) fn client(&self, login: bool) -> HubClient {
        let login = login
            .then(|| HubLogin { identifier: "ada".to_owned(), secret: SECRET.to_owned().into() });
        HubClient::new(self.base.clone(), login).unwrap()
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|(line, _)| line.clone()).collect()
    }

    /// `Accept-Encoding` of each request.
    pub(super) fn encodings(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|(_, encoding)| encoding.clone()).collect()
    }
}

async fn record_and_respond(
    State((requests, respond)): State<(Requests, Respond)>,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
    let authorization =
        parts.headers.get("authorization").map_or("-", |value| value.to_str().unwrap());
    let line = format!(
        "{} {} {authorization} {}",
        parts.method,
        parts.uri,
        String::from_utf8_lossy(&body)
    );
    let encoding =
        parts.headers.get("accept-encoding").map_or("-", |value| value.to_str().unwrap());
    requests.lock().unwrap().push((line.trim_end().to_owned(), encoding.to_owned()));
    respond(&line)
}

pub(super) fn ok(value: Value) -> Answer {
    (StatusCode::OK, value.to_string()).into_response()
}

pub(super) fn status(status: u16, value: Value) -> Answer {
    (StatusCode::from_u16(status).unwrap(), value.to_string()).into_response()
}

pub(super) fn empty_list() -> Answer {
    ok(json!({"count": 0, "next": null, "results": []}))
}
