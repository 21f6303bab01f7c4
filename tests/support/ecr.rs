//! The destination ECR of a story: the practice ECR, or ministack.

use std::sync::Arc;

use anyhow::{Result, bail};
use transload_aws::{AwsEnvironment, AwsSession, EcrApi, SessionCredentials, SessionRequest};
use transload_contract::AwsConnection;
use transload_model::{Region, Secret};
use transload_practice::{Faults, Practice, PracticeOptions};

use crate::aws_cli::{AwsCli, REGION};
use crate::aws_home::AwsHome;
use crate::faults::proxy::FaultProxy;
use crate::secrets::known_secrets;
use crate::servers::ministack::Ministack;

/// The AWS profile of the stories.
pub const PROFILE: &str = "story";

/// The secret key of that profile, for an ECR that does not check it.
pub const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/story-secret-key";

/// An ECR that stories push images to.
pub enum Ecr {
    /// The practice ECR, in this process. It can inject faults.
    Practice {
        practice: Practice,
        _folder: tempfile::TempDir,
    },
    Ministack(Ministack),
}

impl Ecr {
    /// Starts an empty practice ECR.
    pub async fn practice() -> Result<Self> {
        Self::practice_in(REGION).await
    }

    /// Starts an empty practice ECR in this region.
    pub async fn practice_in(region: &str) -> Result<Self> {
        let folder = tempfile::TempDir::with_prefix("practice-")?;
        let options =
            PracticeOptions { region: region.to_owned(), ..PracticeOptions::new(folder.path()) };
        let practice = Practice::start(options).await?;
        known_secrets::remember("practice's secret key", practice.secret_access_key());
        Ok(Self::Practice { practice, _folder: folder })
    }

    /// Starts an empty ministack.
    pub async fn ministack() -> Result<Self> {
        Ok(Self::Ministack(Ministack::start().await?))
    }

    pub fn api_url(&self) -> String {
        match self {
            Self::Practice { practice, .. } => practice.ecr_endpoint().to_string(),
            Self::Ministack(ministack) => ministack.url(),
        }
    }

    /// Host and port of the registry.
    pub fn registry_host(&self) -> String {
        match self {
            Self::Practice { practice, .. } => practice.registry_host(),
            Self::Ministack(ministack) => ministack.host(),
        }
    }

    /// The access key that it accepts.
    pub fn key(&self) -> (&str, &str) {
        match self {
            Self::Practice { practice, .. } => {
                (practice.access_key_id(), practice.secret_access_key())
            }
            Self::Ministack(_) => ("AKIAIOSFODNN7EXAMPLE", SECRET_KEY),
        }
    }

    pub fn region(&self) -> &str {
        match self {
            Self::Practice { practice, .. } => practice.region(),
            Self::Ministack(_) => REGION,
        }
    }

    /// Creates a home folder whose profile [`PROFILE`] uses this ECR.
    pub fn home(&self) -> Result<AwsHome> {
        let endpoint = self.api_url();
        let settings = [("region", self.region()), ("endpoint_url", endpoint.as_str())];
        AwsHome::new()?.profile_with_key(PROFILE, self.key(), &settings)
    }

    /// Opens the ECR API with Transload's own client.
    pub async fn api(&self) -> Result<Arc<dyn EcrApi>> {
        let (id, secret) = self.key();
        let endpoint = Some(self.api_url().parse()?);
        let request = SessionRequest {
            credentials: SessionCredentials::Static {
                access_key_id: id.to_owned(),
                secret_access_key: Secret::new(secret.to_owned()),
                session_token: None,
            },
            region: Some(Region::parse(self.region())?),
            ecr_endpoint: endpoint.clone(),
            sts_endpoint: endpoint,
        };
        let environment = AwsEnvironment::from_variables(AwsHome::new()?.environment());
        Ok(Arc::new(AwsSession::open(request, &environment).await?.ecr()))
    }

    /// A connection that uses the profile [`PROFILE`].
    pub fn connection(&self) -> AwsConnection {
        self.connection_by(None)
    }

    /// The same connection, through a proxy in front of the API and the registry.
    pub fn connection_through(&self, proxy: &FaultProxy) -> AwsConnection {
        self.connection_by(Some(proxy))
    }

    fn connection_by(&self, proxy: Option<&FaultProxy>) -> AwsConnection {
        // ministack reports the host of a registry in the AWS cloud; practice reports its own.
        let own_registry = match self {
            Self::Practice { .. } => None,
            Self::Ministack(ministack) => Some(ministack.url()),
        };
        AwsConnection::Profile {
            profile: PROFILE.to_owned(),
            region: None,
            ecr_endpoint: proxy.map(FaultProxy::url),
            registry_endpoint: proxy.map(FaultProxy::url).or(own_registry),
        }
    }

    /// Adds the example repositories of the practice ECR.
    pub async fn create_examples(&self) -> Result<Vec<String>> {
        match self {
            Self::Practice { practice, .. } => Ok(practice.create_examples().await?),
            Self::Ministack(_) => bail!("ministack has no example repositories"),
        }
    }

    /// The fault injection of the practice ECR.
    pub fn faults(&self) -> Result<&Faults> {
        match self {
            Self::Practice { practice, .. } => Ok(practice.faults()),
            Self::Ministack(_) => bail!("ministack has no faults to switch on"),
        }
    }

    pub fn aws(&self) -> Result<AwsCli> {
        let (id, secret) = self.key();
        Ok(AwsCli::new(&self.api_url())?.with_key(id, secret).in_region(self.region()))
    }

    /// Returns user and password of the registry, from the AWS CLI.
    pub async fn login(&self) -> Result<(String, String)> {
        let token = self.aws()?.run(["ecr", "get-login-password"]).succeed().await?.text();
        known_secrets::remember("an authorization token of ECR", &token);
        Ok(("AWS".to_owned(), token.trim().to_owned()))
    }
}
