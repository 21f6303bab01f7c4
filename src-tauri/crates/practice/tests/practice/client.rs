//! A small client that signs API requests and pushes images.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use transload_practice::{Practice, PracticeOptions};

pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

pub struct Lab {
    pub practice: Practice,
    pub folder: tempfile::TempDir,
    pub http: Client,
}

pub async fn lab() -> Lab {
    lab_with(|_| {}).await
}

pub async fn lab_with(change: impl FnOnce(&mut PracticeOptions)) -> Lab {
    let folder = tempfile::tempdir().unwrap();
    let mut options = PracticeOptions::new(folder.path());
    change(&mut options);
    let practice = Practice::start(options).await.unwrap();
    Lab { practice, folder, http: http() }
}

pub fn http() -> Client {
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.build().unwrap()
}

pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> {
        (0..64).map(|at| key.get(at).copied().unwrap_or(0) ^ with).collect()
    };
    let inner = Sha256::digest([pad(0x36), text.as_bytes().to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

impl Lab {
    /// Calls an ECR operation with these keys. Returns status and response.
    pub async fn signed(
        &self,
        operation: &str,
        input: &Value,
        (key_id, secret): (&str, &str),
    ) -> (u16, Value) {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let now = time::OffsetDateTime::from_unix_timestamp(seconds as i64).unwrap();
        let date = format!("{:04}{:02}{:02}", now.year(), u8::from(now.month()), now.day());
        let moment = format!("{date}T{:02}{:02}{:02}Z", now.hour(), now.minute(), now.second());
        let target = format!("AmazonEC2ContainerRegistry_V20150921.{operation}");
        let body = input.to_string();
        let signed = "host;x-amz-date;x-amz-target";
        let canonical = format!(
            "POST\n/\n\nhost:{}\nx-amz-date:{moment}\nx-amz-target:{target}\n\n{signed}\n{}",
            self.practice.registry_host(),
            hex(&Sha256::digest(&body))
        );
        let scope = format!("{date}/{}/ecr/aws4_request", self.practice.region());
        let to_sign =
            format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}", hex(&Sha256::digest(&canonical)));
        let key = scope
            .split('/')
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac(&key, part));
        let signature = hex(&hmac(&key, &to_sign));
        let header = format!(
            "AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={signed}, Signature={signature}"
        );
        let request = self.http.post(self.practice.ecr_endpoint()).body(body);
        let request = request
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-date", moment)
            .header("x-amz-target", target)
            .header("authorization", header);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }

    pub async fn api(&self, operation: &str, input: Value) -> (u16, Value) {
        let keys = (self.practice.access_key_id(), self.practice.secret_access_key());
        self.signed(operation, &input, keys).await
    }

    /// Calls an operation that has to succeed.
    pub async fn ok(&self, operation: &str, input: Value) -> Value {
        let (status, answer) = self.api(operation, input).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// Calls an operation that has to fail. Returns code and message of the error.
    pub async fn refused(&self, operation: &str, input: Value) -> (String, String) {
        let (status, answer) = self.api(operation, input).await;
        assert_eq!(status, 400, "{operation}: {answer}");
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("__type"), text("message"))
    }

    pub async fn create(&self, name: &str) {
        self.ok("CreateRepository", json!({ "repositoryName": name })).await;
    }

    pub async fn token(&self) -> String {
        let answer = self.ok("GetAuthorizationToken", json!({})).await;
        answer["authorizationData"][0]["authorizationToken"].as_str().unwrap().to_owned()
    }

    pub fn url(&self, path: &str) -> String {
        self.practice.ecr_endpoint().join(path).unwrap().to_string()
    }

    pub fn v2(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.http.request(method, self.url(path)).header("authorization", format!("Basic {token}"))
    }

    pub async fn push_blob(&self, name: &str, token: &str, bytes: &[u8]) -> String {
        let path = format!("/v2/{name}/blobs/uploads/");
        let begun = self.v2(Method::POST, &path, token).send().await.unwrap();
        assert_eq!(begun.status(), 202);
        let location = begun.headers()["location"].to_str().unwrap().to_owned();
        let digest = digest(bytes);
        let request = self.http.put(format!("{location}?digest={digest}")).body(bytes.to_vec());
        let put = request.header("authorization", format!("Basic {token}")).send().await.unwrap();
        assert_eq!(put.status(), 201);
        digest
    }

    pub async fn put_manifest(
        &self,
        name: &str,
        token: &str,
        reference: &str,
        bytes: &[u8],
    ) -> Response {
        let request = self.v2(Method::PUT, &format!("/v2/{name}/manifests/{reference}"), token);
        let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let media_type = value["mediaType"].as_str().unwrap_or(OCI_MANIFEST).to_owned();
        request.header("content-type", media_type).body(bytes.to_vec()).send().await.unwrap()
    }

    /// Pushes an image whose layer is `content`, and returns its manifest.
    pub async fn push(&self, name: &str, token: &str, tag: &str, content: &str) -> Vec<u8> {
        let manifest = self.image(name, token, content).await;
        let answer = self.put_manifest(name, token, tag, &manifest).await;
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        manifest
    }

    /// Uploads the blobs of an image and returns its manifest.
    pub async fn image(&self, name: &str, token: &str, content: &str) -> Vec<u8> {
        let config = br#"{"architecture":"amd64","os":"linux"}"#;
        let config_digest = self.push_blob(name, token, config).await;
        let layer_digest = self.push_blob(name, token, content.as_bytes()).await;
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config_digest, "size": config.len() },
            "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": layer_digest, "size": content.len() }],
        });
        manifest.to_string().into_bytes()
    }
}

/// Returns status, code and message of the first error in a registry response.
pub async fn oci_error(response: Response) -> (u16, String, String) {
    let status = response.status().as_u16();
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    let text = |name: &str| body["errors"][0][name].as_str().unwrap().to_owned();
    (status, text("code"), text("message"))
}

/// Returns `user:password` of an authorization token.
pub fn password(token: &str) -> String {
    let decoded = String::from_utf8(STANDARD.decode(token).unwrap()).unwrap();
    decoded.strip_prefix("AWS:").unwrap().to_owned()
}
