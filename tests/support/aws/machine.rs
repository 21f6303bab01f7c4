//! Services that give a machine its role: instance metadata and container credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::aws::scripted::{Answer, Call, ScriptedAws};

/// The token that a session with the metadata service has.
const METADATA_TOKEN: &str = "token-of-the-metadata-session";

/// The role of the instance.
const INSTANCE_ROLE: &str = "instance-role";

/// What an EC2 instance tells its programs, version 2. It listens until it is dropped.
///
/// Source: "Use the Instance Metadata Service", EC2 User Guide, as of February 2026.
pub struct InstanceMetadata {
    server: ScriptedAws,
}

impl InstanceMetadata {
    /// A metadata service that gives this key, for so long each time.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn start(key: (&str, &str), lasts: Duration) -> Result<Self> {
        let key = (key.0.to_owned(), key.1.to_owned());
        Ok(Self { server: ScriptedAws::start(move |call| metadata(call, &key, lasts)).await? })
    }

    /// The variable that leads there.
    pub fn variables(&self) -> Vec<(String, String)> {
        vec![
            ("AWS_EC2_METADATA_DISABLED".to_owned(), "false".to_owned()),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT".to_owned(), self.server.url()),
        ]
    }

    /// How often its key was asked for so far.
    pub fn times(&self) -> usize {
        self.server.calls().iter().filter(|call| call.path.ends_with(INSTANCE_ROLE)).count()
    }
}

fn metadata(call: &Call, key: &(String, String), lasts: Duration) -> Answer {
    let text = |body: &str| Answer::new(200, "text/plain", body);
    if call.method == "PUT" && call.path == "/latest/api/token" {
        let mut answer = text(METADATA_TOKEN);
        answer.headers.push(("x-aws-ec2-metadata-token-ttl-seconds", "21600".to_owned()));
        return answer;
    }
    if call.header("x-aws-ec2-metadata-token") != Some(METADATA_TOKEN) {
        return Answer::new(401, "text/plain", "");
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
                "Expiration": ends(lasts),
            });
            text(&body.to_string())
        }
        _ => Answer::new(404, "text/plain", ""),
    }
}

/// What a container on ECS or EKS gets its role from. It listens until it is dropped.
///
/// Source: "Container credential provider", AWS SDKs and Tools Reference Guide, as of February 2026.
pub struct ContainerCredentials {
    server: ScriptedAws,
    given: Arc<AtomicUsize>,
}

/// What the container shows.
const CONTAINER_TOKEN: &str = "authorization-of-the-container";

impl ContainerCredentials {
    /// An endpoint that gives this key, for so long each time.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn start(key: (&str, &str), lasts: Duration) -> Result<Self> {
        let key = (key.0.to_owned(), key.1.to_owned());
        let given = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&given);
        let server = ScriptedAws::start(move |call| {
            if call.header("authorization") != Some(CONTAINER_TOKEN) {
                return Answer::new(403, "text/plain", "");
            }
            counted.fetch_add(1, Ordering::Relaxed);
            Answer::json(&json!({
                "AccessKeyId": key.0,
                "SecretAccessKey": key.1,
                "Token": "token-of-the-container",
                "Expiration": ends(lasts),
            }))
        })
        .await?;
        Ok(Self { server, given })
    }

    /// The variables that lead there.
    pub fn variables(&self) -> Vec<(String, String)> {
        let address = format!("{}/v1/credentials", self.server.url());
        vec![
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI".to_owned(), address),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN".to_owned(), CONTAINER_TOKEN.to_owned()),
        ]
    }

    /// How often its key was given so far.
    pub fn times(&self) -> usize {
        self.given.load(Ordering::Relaxed)
    }
}

fn ends(lasts: Duration) -> String {
    (OffsetDateTime::now_utc() + lasts).format(&Rfc3339).unwrap_or_default()
}
