//! The practice Docker Hub, as another client on the same network uses it.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// More pulls than the practice Docker Hub allows.
const MANY_PULLS: usize = 300;

/// Pulls anonymously from the practice Docker Hub of this data folder until it rejects a pull.
pub async fn use_up_the_quota(data: &Path) -> Result<()> {
    let ports: Value = serde_json::from_slice(&std::fs::read(data.join("practice/ports.json"))?)?;
    let origin = |name: &str| format!("http://127.0.0.1:{}", ports[name]);
    let http = reqwest::Client::builder().no_proxy().build()?;
    let scope = "service=registry.docker.io&scope=repository:dencold/pgcli:pull";
    let answer = http.get(format!("{}/token?{scope}", origin("hub"))).send().await?;
    let answer: Value = serde_json::from_slice(&answer.bytes().await?)?;
    let token = answer["token"].as_str().context("a token")?;
    let manifest = format!("{}/v2/dencold/pgcli/manifests/4.0.1", origin("hub_registry"));
    for _ in 0..MANY_PULLS {
        let answer = http.get(&manifest).bearer_auth(token).send().await?;
        if answer.status() == reqwest::StatusCode::TOO_MANY_REQUESTS {
            return Ok(());
        }
    }
    anyhow::bail!("practice allows more than {MANY_PULLS} pulls")
}
