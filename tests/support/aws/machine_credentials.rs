//! Services that provide a machine with the credentials of its role: EC2 instance metadata and container
//! credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::aws::scripted::{AwsResponse, Call, ScriptedAws};

/// The token of a session with the metadata service.
const METADATA_TOKEN: &str = "token-of-the-metadata-session";

const INSTANCE_ROLE: &str = "instance-role";

/// The instance metadata service of EC2, version 2. It stops listening when it is dropped.
///
/// Source: "Use the Instance Metadata Service", EC2 User Guide, as of February 2026.
pub struct InstanceMetadata {
    server: ScriptedAws,
}

impl InstanceMetadata {
    /// Starts a metadata service that issues this access key, valid for `lifetime` each time.
    pub async fn start(key: (&str, &str), lifetime: Duration) -> Result<Self> {
        let key = (key.0.to_owned(), key.1.to_owned());
        Ok(Self { server: ScriptedAws::start(move |call| metadata(call, &key, lifetime)).await? })
    }

    /// The environment variables that direct a program to this service.
    pub fn variables(&self) -> Vec<(String, String)> {
        vec![
            ("AWS_EC2_METADATA_DISABLED".to_owned(), "false".to_owned()),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT".to_owned(), self.server.url()),
        ]
    }

    /// How many times credentials were requested.
    pub fn issued_count(&self) -> usize {
        self.server.calls().iter().filter(|call| call.path.ends_with(INSTANCE_ROLE)).count()
    }
}

fn metadata(call: &Call, key: &(String, String), lifetime: Duration) -> AwsResponse {
    let text = |body: &str| AwsResponse::new(200, "text/plain", body);
    if call.method == "PUT" && call.path == "/latest/api/token" {
        let mut response = text(METADATA_TOKEN);
        response.headers.push(("x-aws-ec2-metadata-token-ttl-seconds", "21600".to_owned()));
        return response;
    }
    if call.header("x-aws-ec2-metadata-token") != Some(METADATA_TOKEN) {
        return AwsResponse::new(401, "text/plain", "");
    }
    match call.path.trim_end_matches('/').strip_prefix("/latest/meta-data/iam/") {
        Some("security-credentials") => text(INSTANCE_ROLE),
        Some(path) if path == format!("security-credentials/{INSTANCE_ROLE}") => {
            let body = json!({
                "Code": "Success",
                "LastUpdated": "2026-01-01T00:00:00Z",
                "Type": "AWS-HMAC",
                "AccessKeyId": key.0,
                "SecretAccessKey": key.1,
                "Token": "token-of-the-instance",
                "Expiration": expiry(lifetime),
            });
            text(&body.to_string())
        }
        _ => AwsResponse::new(404, "text/plain", ""),
    }
}

/// The credentials endpoint of a container on ECS or EKS. It stops listening when it is dropped.
///
/// Source: "Container credential provider", AWS SDKs and Tools Reference Guide, as of February 2026.
pub struct ContainerCredentials {
    server: ScriptedAws,
    given: Arc<AtomicUsize>,
}

/// The authorization token that the container sends.
const CONTAINER_TOKEN: &str = "authorization-of-the-container";

impl ContainerCredentials {
    /// Starts an endpoint that issues this access key, valid for `lifetime` each time.
    pub async fn start(key: (&str, &str), lifetime: Duration) -> Result<Self> {
        let key = (key.0.to_owned(), key.1.to_owned());
        let given = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&given);
        let server = ScriptedAws::start(move |call| {
            if call.header("authorization") != Some(CONTAINER_TOKEN) {
                return AwsResponse::new(403, "text/plain", "");
            }
            counted.fetch_add(1, Ordering::Relaxed);
            AwsResponse::json(&json!({
                "AccessKeyId": key.0,
                "SecretAccessKey": key.1,
                "Token": "token-of-the-container",
                "Expiration": expiry(lifetime),
            }))
        })
        .await?;
        Ok(Self { server, given })
    }

    /// The environment variables that direct a program to this endpoint.
    pub fn variables(&self) -> Vec<(String, String)> {
        let address = format!("{}/v1/credentials", self.server.url());
        vec![
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI".to_owned(), address),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN".to_owned(), CONTAINER_TOKEN.to_owned()),
        ]
    }

    /// How many times credentials were issued.
    pub fn issued_count(&self) -> usize {
        self.given.load(Ordering::Relaxed)
    }
}

fn expiry(lifetime: Duration) -> String {
    (OffsetDateTime::now_utc() + lifetime).format(&Rfc3339).unwrap_or_default()
}
