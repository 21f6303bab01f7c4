//! A server whose responses a script decides, the base of all scripted AWS services.

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

use crate::secrets::known;

/// A call as it arrived.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its HTTP method.
    pub method: String,
    /// Its path, without the query.
    pub path: String,
    /// The pairs of its query.
    pub query: Vec<(String, String)>,
    /// Its headers, the names in lower case.
    pub headers: Vec<(String, String)>,
    /// `AssumeRole`, `DescribeRepositories`, … where the protocol names it; empty with REST, where
    /// method and path do.
    pub operation: String,
    /// The pairs of its body, where it is a form, as STS and IAM have it.
    pub form: Vec<(String, String)>,
    /// Its body, where it is JSON.
    pub json: Value,
}

impl Call {
    /// A value of the form.
    pub fn value(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The access key id that signed it, if it was signed.
    pub fn access_key_id(&self) -> Option<&str> {
        self.scope()?.split('/').next()
    }

    /// The region that it was signed for, if it was signed.
    pub fn region(&self) -> Option<&str> {
        self.scope()?.split('/').nth(2)
    }

    /// The service that it was signed for, such as `sts`, if it was signed.
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

/// What to answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The type of the body.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer with a body.
    pub fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self { status, content_type, headers: Vec::new(), body: body.into() }
    }

    /// JSON, as ECR, SSO and SSO-OIDC answer.
    pub fn json(value: &Value) -> Self {
        Self::new(200, "application/x-amz-json-1.1", value.to_string())
    }

    /// An error in JSON. Source: AWS JSON 1.1 and REST-JSON, `__type` and `x-amzn-errortype`.
    pub fn json_error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"__type": code, "message": message}).to_string();
        let mut answer = Self::new(status, "application/x-amz-json-1.1", body);
        answer.headers.push(("x-amzn-errortype", code.to_owned()));
        answer
    }

    /// The XML that STS and IAM answer to an operation: `result` goes into its result element.
    pub fn query(operation: &str, result: &str) -> Self {
        let body = format!(
            "<{operation}Response><{operation}Result>{result}</{operation}Result>\
             <ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>\
             </{operation}Response>"
        );
        Self::new(200, "text/xml", body)
    }

    /// An error in the XML of STS and IAM.
    pub fn query_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{}</Message></Error><RequestId>request-1</RequestId></ErrorResponse>",
            escaped(message)
        );
        Self::new(status, "text/xml", body)
    }
}

/// Text as it stands in XML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A call and what it was answered.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The call.
    pub call: Call,
    /// The answer.
    pub answer: Answer,
}

type Script = dyn Fn(&Call) -> Answer + Send + Sync;

#[derive(Clone)]
struct Shared {
    script: Arc<Script>,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

/// A server on the loopback that a script answers for. It listens until it is dropped.
pub struct ScriptedAws {
    address: SocketAddr,
    shared: Shared,
    listening: JoinHandle<()>,
}

impl ScriptedAws {
    /// A server whose every call `script` answers.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn start(script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Result<Self> {
        let shared = Shared { script: Arc::new(script), exchanges: Arc::default() };
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listening = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, shared, listening })
    }

    /// Its address, such as `http://127.0.0.1:4321`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.exchanges().into_iter().map(|exchange| exchange.call).collect()
    }

    /// Every call so far with its answer.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The names of the operations that were called so far.
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
        known::remember_field(&what, name, value);
    }
    known::remember_message(&what, &call.json.to_string());
    if let Some(header) = call.header("authorization") {
        known::remember_authorization(&what, header);
    }
    for name in ["x-amz-sso_bearer_token", "x-aws-ec2-metadata-token"] {
        if let Some(token) = call.header(name) {
            known::remember(&what, token);
        }
    }
}

async fn answer(
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
    let answer = (shared.script)(&call);
    let what = format!("a secret in the answer to {} {}", call.operation, call.path);
    known::remember_message(&what, &answer.body);
    let exchange = Exchange { call, answer: answer.clone() };
    shared.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let always = [("content-type", answer.content_type), ("x-amzn-requestid", "request-1")];
    let mut response = (status, always, answer.body).into_response();
    for (name, value) in answer.headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
