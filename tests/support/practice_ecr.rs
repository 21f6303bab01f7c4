//! The ECR of practice mode in the program, as another client of the same account uses it.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use transload_aws::{AwsEnvironment, AwsSession, EcrApi, SessionCredentials, SessionRequest};
use transload_model::{Region, RepositoryName, RepositorySettings, Secret};
use transload_practice::PracticeOptions;

use crate::aws_home::AwsHome;

/// Creates empty repositories in the practice ECR of this data folder.
pub async fn create_repositories(data: &Path, names: &[String]) -> Result<()> {
    let ports: Value = serde_json::from_slice(&std::fs::read(data.join("practice/ports.json"))?)?;
    let port = ports["ecr"].as_u64().context("no port of the practice ECR")?;
    let options = PracticeOptions::new(data.join("practice"));
    let endpoint = Some(format!("http://127.0.0.1:{port}").parse()?);
    let request = SessionRequest {
        credentials: SessionCredentials::Static {
            access_key_id: options.access_key_id,
            secret_access_key: Secret::new(options.secret_access_key),
            session_token: None,
        },
        region: Some(Region::parse(&options.region)?),
        ecr_endpoint: endpoint.clone(),
        sts_endpoint: endpoint,
    };
    let environment = AwsEnvironment::from_variables(AwsHome::new()?.environment());
    let api = AwsSession::open(request, &environment).await?.ecr();
    for name in names {
        api.create_repository(&RepositoryName::parse(name)?, &RepositorySettings::default())
            .await?;
    }
    Ok(())
}
