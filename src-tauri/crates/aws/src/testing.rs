//! Shared by the tests of this crate: a local AWS that records requests and returns prepared responses,
//! and a home folder with configuration files.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use crate::config::environment::AwsEnvironment;
use crate::error::AwsError;
use crate::session::aws_session::AwsSession;
use crate::session::request::{SessionCredentials, SessionRequest};

/// A request as received.
#[derive(Clone, Debug)]
pub(crate) struct RecordedRequest {
    /// `DescribeRepositories`, `GetCallerIdentity`, …
    pub(crate) operation: String,
    /// The access key id of the signature, if the request is signed.
    pub(crate) access_key_id: Option<String>,
    /// The region of the signature.
    pub(crate) region: Option<String>,
    /// The body, if it is JSON.
    pub(crate) json: Value,
    /// The fields of the body, if it is a form.
    pub(crate) form: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub(crate) struct CannedResponse {
    status: u16,
    content_type: &'static str,
    body: String,
}

impl CannedResponse {
    pub(crate) fn json(value: Value) -> Self {
        Self::of(200, "application/x-amz-json-1.1", value.to_string())
    }

    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"__type": code, "message": message});
        Self::of(status, "application/x-amz-json-1.1", body.to_string())
    }

    pub(crate) fn xml(body: String) -> Self {
        Self::of(200, "text/xml", body)
    }

    pub(crate) fn xml_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>\
             </Error><RequestId>r-1</RequestId></ErrorResponse>"
        );
        Self::of(status, "text/xml", body)
    }

    pub(crate) fn of(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self { status, content_type, body: body.into() }
    }
}

/// The response of STS to GetCallerIdentity.
pub(crate) fn identity_xml() -> CannedResponse {
    CannedResponse::xml(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ada</Arn>\
         <UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
            .to_owned(),
    )
}

type Responses = dyn Fn(&RecordedRequest) -> CannedResponse + Send + Sync;

#[derive(Clone)]
struct Shared {
    responses: Arc<Responses>,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
}

/// ECR (AWS JSON 1.1) and STS (query and XML) on one local port.
pub(crate) struct LocalAws {
    pub(crate) url: Url,
    shared: Shared,
    server: tokio::task::JoinHandle<()>,
}

impl LocalAws {
    pub(crate) async fn start(
        responses: impl Fn(&RecordedRequest) -> CannedResponse + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared { responses: Arc::new(responses), requests: Arc::default() };
        let listener =
            tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let router = Router::new().fallback(respond).with_state(shared.clone());
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { url, shared, server }
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.requests.lock().unwrap().clone()
    }
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn respond(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let operation = header("x-amz-target")
        .and_then(|target| target.rsplit_once('.'))
        .map(|(_, operation)| operation.to_owned())
        .or_else(|| form.iter().find(|(key, _)| key == "Action").map(|(_, value)| value.clone()))
        .unwrap_or_default();
    // ID/DAY/REGION/SERVICE/aws4_request
    let scope = header("authorization")
        .and_then(|text| text.split_once("Credential="))
        .map(|(_, rest)| rest.split('/').map(str::to_owned).collect::<Vec<_>>())
        .unwrap_or_default();
    let (access_key_id, region) = (scope.first().cloned(), scope.get(2).cloned());
    let json = serde_json::from_slice(&body).unwrap_or_default();
    let request = RecordedRequest { operation, access_key_id, region, json, form };
    let response = (shared.responses)(&request);
    shared.requests.lock().unwrap().push(request);
    let status = StatusCode::from_u16(response.status).unwrap();
    let headers = [("content-type", response.content_type), ("x-amzn-requestid", "request-1")];
    (status, headers, response.body).into_response()
}

/// A home folder with AWS configuration files.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn with(config: &str, credentials: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(home.folder.path().join(".aws")).unwrap();
        for (path, text) in [(home.config(), config), (home.credentials(), credentials)] {
            if !text.is_empty() {
                std::fs::write(path, text).unwrap();
            }
        }
        home
    }

    pub(crate) fn path(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join(".aws/config")
    }

    pub(crate) fn credentials(&self) -> PathBuf {
        self.folder.path().join(".aws/credentials")
    }

    pub(crate) fn environment(&self) -> AwsEnvironment {
        self.environment_with(&[])
    }

    pub(crate) fn environment_with(&self, variables: &[(&str, &str)]) -> AwsEnvironment {
        let home = [("HOME", self.path())];
        AwsEnvironment::from_variables(home.iter().chain(variables).copied())
    }

    /// Opens a session for a profile. All other settings come from the environment and the files.
    pub(crate) async fn open(&self, profile: &str) -> Result<AwsSession, AwsError> {
        AwsSession::open(profile_request(profile), &self.environment()).await
    }
}

pub(crate) fn profile_request(name: &str) -> SessionRequest {
    SessionRequest {
        credentials: SessionCredentials::Profile { name: name.to_owned() },
        region: None,
        ecr_endpoint: None,
        sts_endpoint: None,
    }
}

/// Returns a session with the key `AKIATEST` whose calls all go to `aws`, without retries.
pub(crate) async fn session_at(aws: &LocalAws) -> AwsSession {
    let config = format!(
        "[default]\nregion = eu-west-1\nmax_attempts = 1\nendpoint_url = {}\n\
         aws_access_key_id = AKIATEST\naws_secret_access_key = s3cr3t-of-the-test\n",
        aws.url
    );
    Home::with(&config, "").open("default").await.unwrap()
}
