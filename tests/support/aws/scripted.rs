//! A server whose responses are computed by a script (a closure). It is the base of all scripted AWS
//! services, and records every call.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::secrets::known_secrets;

/// A call as received.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Names are in lower case.
    pub headers: Vec<(String, String)>,
    /// The operation, such as `AssumeRole` or `DescribeRepositories`, if the protocol names it. Empty for
    /// REST protocols, where method and path identify the operation.
    pub operation: String,
    /// The fields of a form body, which STS and IAM use.
    pub form: Vec<(String, String)>,
    /// The body, if it is JSON.
    pub json: Value,
}

impl Call {
    /// Returns a field of the form.
    pub fn value(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }

    /// Returns a header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The access key ID that signed the call, if it was signed.
    pub fn access_key_id(&self) -> Option<&str> {
        self.scope()?.split('/').next()
    }

    /// The region in the signature, if the call was signed.
    pub fn region(&self) -> Option<&str> {
        self.scope()?.split('/').nth(2)
    }

    /// The service in the signature, such as `sts`, if the call was signed.
    pub fn service(&self) -> Option<&str> {
        self.scope()?.split('/').nth(3)
    }

    fn scope(&self) -> Option<&str> {
        let (_, scope) = self.header("authorization")?.split_once("Credential=")?;
        scope.split(',').next()
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

#[derive(Clone, Debug)]
pub struct AwsResponse {
    pub status: u16,
    pub content_type: &'static str,
    /// Headers besides `Content-Type`.
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl AwsResponse {
    pub fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self { status, content_type, headers: Vec::new(), body: body.into() }
    }

    /// A JSON response, as from ECR, SSO and SSO OIDC.
    pub fn json(value: &Value) -> Self {
        Self::new(200, "application/x-amz-json-1.1", value.to_string())
    }

    /// A JSON error. Source: AWS JSON 1.1 and REST-JSON, `__type` and `x-amzn-errortype`.
    pub fn json_error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"__type": code, "message": message}).to_string();
        let mut response = Self::new(status, "application/x-amz-json-1.1", body);
        response.headers.push(("x-amzn-errortype", code.to_owned()));
        response
    }

    /// An XML response of STS or IAM. `result` is the content of the result element.
    pub fn query(operation: &str, result: &str) -> Self {
        let body = format!(
            "<{operation}Response><{operation}Result>{result}</{operation}Result>\
             <ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>\
             </{operation}Response>"
        );
        Self::new(200, "text/xml", body)
    }

    /// An XML error of STS or IAM.
    pub fn query_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{}</Message></Error><RequestId>request-1</RequestId></ErrorResponse>",
            escaped(message)
        );
        Self::new(status, "text/xml", body)
    }
}

/// Escapes text for XML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A call with its response.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub call: Call,
    pub response: AwsResponse,
}

type Script = dyn Fn(&Call) -> AwsResponse + Send + Sync;

#[derive(Clone)]
struct Shared {
    script: Arc<Script>,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

/// A server on the loopback whose responses come from a script. It stops listening when it is dropped.
pub struct ScriptedAws {
    address: SocketAddr,
    shared: Shared,
    listening: JoinHandle<()>,
}

impl ScriptedAws {
    /// Starts a server that answers every call with `script`.
    pub async fn start(
        script: impl Fn(&Call) -> AwsResponse + Send + Sync + 'static,
    ) -> Result<Self> {
        let shared = Shared { script: Arc::new(script), exchanges: Arc::default() };
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(response).with_state(shared.clone());
        let listening = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, shared, listening })
    }

    /// The base URL, such as `http://127.0.0.1:4321`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn calls(&self) -> Vec<Call> {
        self.exchanges().into_iter().map(|exchange| exchange.call).collect()
    }

    /// All calls so far, with their responses.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn operations(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.operation).collect()
    }
}

impl Drop for ScriptedAws {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn remember_secrets_of(call: &Call) {
    let what = format!("a secret of the call {} {}", call.operation, call.path);
    for (name, value) in call.form.iter().chain(&call.headers) {
        known_secrets::remember_field(&what, name, value);
    }
    known_secrets::remember_message(&what, &call.json.to_string());
    if let Some(header) = call.header("authorization") {
        known_secrets::remember_authorization(&what, header);
    }
    for name in ["x-amz-sso_bearer_token", "x-aws-ec2-metadata-token"] {
        if let Some(token) = call.header(name) {
            known_secrets::remember(&what, token);
        }
    }
}

async fn response(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let pairs = |bytes: &[u8]| url::form_urlencoded::parse(bytes).into_owned().collect::<Vec<_>>();
    let headers: Vec<(String, String)> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let is_form = find(&headers, "content-type").is_some_and(|kind| kind.contains("form"));
    let form = if is_form { pairs(&body) } else { Vec::new() };
    let target = find(&headers, "x-amz-target").and_then(|target| target.rsplit('.').next());
    let operation = target.or_else(|| find(&form, "Action")).unwrap_or_default().to_owned();
    let call = Call {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: pairs(uri.query().unwrap_or_default().as_bytes()),
        headers,
        operation,
        form,
        json: serde_json::from_slice(&body).unwrap_or_default(),
    };
    remember_secrets_of(&call);
    let response = (shared.script)(&call);
    let what = format!("a secret in the response to {} {}", call.operation, call.path);
    known_secrets::remember_message(&what, &response.body);
    let exchange = Exchange { call, response: response.clone() };
    shared.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let always = [("content-type", response.content_type), ("x-amzn-requestid", "request-1")];
    let mut http = (status, always, response.body).into_response();
    for (name, value) in response.headers {
        if let Ok(value) = value.parse() {
            http.headers_mut().insert(name, value);
        }
    }
    http
}
