//! Compares the upload of a layer in parts through the ECR API with one PUT through the registry: both to
//! practice mode, in one run.
//!
//!     cargo run --release -p transload-tests --example layer_in_parts -- 7

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use transload_aws::EcrLayers;
use transload_model::{Descriptor, Digest, RepositoryName, RepositorySettings, Secret};
use transload_registry::{FixedLogin, RegistryClient, RegistryEndpoint, RegistryLogin, UploadApi};
use transload_tests::ecr::Ecr;
use transload_tests::images::{digest_of, pseudo_random};

const LAYER_BYTES: usize = 100 * 1024 * 1024;

#[tokio::main]
async fn main() -> Result<()> {
    let rounds: u64 = std::env::args().nth(1).map_or(Ok(5), |rounds| rounds.parse())?;
    let ecr = Ecr::practice().await?;
    let api = ecr.api().await?;
    let name = RepositoryName::parse("app")?;
    api.create_repository(&name, &RepositorySettings::default()).await?;
    let (user, password) = ecr.login().await?;
    let login = FixedLogin::new(RegistryLogin { user, password: Secret::new(password) });
    let endpoint = RegistryEndpoint::parse(&format!("http://{}", ecr.registry_host()))?;
    let client = RegistryClient::new(endpoint, std::sync::Arc::new(login));
    let (mut puts, mut parts) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let one = Bytes::from(pseudo_random(2 * round + 1, LAYER_BYTES));
        puts.push(put(&client, &name, one).await?);
        let other = Bytes::from(pseudo_random(2 * round + 2, LAYER_BYTES));
        parts.push(in_parts(api.as_ref(), &name, other).await?);
    }
    let (put, part) = (median(puts).context("rounds")?, median(parts).context("rounds")?);
    let ratio = part.as_secs_f64() / put.as_secs_f64();
    println!("{LAYER_BYTES} bytes: PUT {put:.2?}, parts {part:.2?}, ratio {ratio:.2}");
    Ok(())
}

async fn put(client: &RegistryClient, name: &RepositoryName, bytes: Bytes) -> Result<Duration> {
    let blob = Descriptor {
        media_type: String::new(),
        digest: Digest::parse(&digest_of(&bytes))?,
        size_bytes: bytes.len() as u64,
        platform: None,
        annotations: Default::default(),
        urls: Vec::new(),
    };
    // In chunks as they are read from a connection.
    let pieces: Vec<_> = (0..bytes.len())
        .step_by(1 << 16)
        .map(|at| Ok(bytes.slice(at..bytes.len().min(at + (1 << 16)))))
        .collect();
    let started = Instant::now();
    client.upload_blob(name.as_str(), &blob, stream::iter(pieces).boxed()).await?;
    Ok(started.elapsed())
}

async fn in_parts(api: &dyn EcrLayers, name: &RepositoryName, bytes: Bytes) -> Result<Duration> {
    let digest = Digest::parse(&digest_of(&bytes))?;
    let started = Instant::now();
    let upload = api.begin_layer_upload(name).await?;
    for first in (0..bytes.len()).step_by(upload.part_bytes) {
        let part = bytes.slice(first..bytes.len().min(first + upload.part_bytes));
        api.upload_layer_part(&upload, first as u64, part).await?;
    }
    api.complete_layer_upload(&upload, &digest).await?;
    Ok(started.elapsed())
}

fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort();
    times.get(times.len() / 2).copied()
}
