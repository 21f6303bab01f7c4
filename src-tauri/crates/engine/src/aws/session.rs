//! A session for exactly the profile that was chosen.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileSet;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_runtime::env_config::file::EnvConfigFiles;
use url::Url;

use super::chain::{ChainProblem, follow, region_of};
use super::config_files::{Configuration, no_files};
use super::credentials::WatchedCredentials;
use super::endpoints::configured;
use super::http::SdkHttp;
use super::sdk_error::{Call, Caller};
use super::{AwsEnvironment, AwsError, Ecr, ProfileKind};
use crate::model::{AccountId, Region, Secret};
use crate::network::{CaOrigin, Network, is_loopback};

/// What a caller wants of AWS.
#[derive(Clone, Debug)]
pub struct SessionRequest {
    /// As whom.
    pub credentials: SessionCredentials,
    /// In which region; without one the profile's, and without that the environment's.
    pub region: Option<Region>,
    /// Another endpoint of the ECR API, such as a VPC endpoint or an emulator.
    pub ecr_endpoint: Option<Url>,
    /// Another endpoint of STS. Without one, an ECR endpoint on this computer serves for STS too.
    pub sts_endpoint: Option<Url>,
}

/// As whom a session speaks.
#[derive(Clone, Debug)]
pub enum SessionCredentials {
    /// A profile of the AWS configuration on this computer.
    Profile {
        /// Its name.
        name: String,
    },
    /// What this machine gives without a profile: keys of the environment, web identity, the role of a
    /// container or an instance.
    Machine,
    /// Keys that were given for this session alone.
    Static {
        /// The access key id.
        access_key_id: String,
        /// The secret access key.
        secret_access_key: Secret<String>,
        /// The session token of temporary keys.
        session_token: Option<Secret<String>>,
    },
}

/// Who a session is, as STS says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The account.
    pub account: AccountId,
    /// The user or the assumed role.
    pub arn: String,
    /// The region of the session.
    pub region: Region,
    /// When the credentials end, in milliseconds since 1970, if they do.
    pub expires_at_ms: Option<u64>,
}

/// A session with AWS. It signs as the chosen profile, whatever keys the environment holds.
#[derive(Clone)]
pub struct AwsSession {
    caller: Arc<Caller>,
    region: Region,
    sdk: SdkConfig,
    credentials: WatchedCredentials,
    network: Network,
    ecr_endpoint: Option<Url>,
    sts_endpoint: Option<Url>,
}

/// How messages name a session that has keys but no profile.
const KEYS_GIVEN: &str = "(keys given for this session)";

/// How messages name a session with what the machine gives.
const MACHINE: &str = "(this machine's own credentials)";

/// A program that prints credentials may ask its user something first; the SDK's five seconds
/// are too short for that.
const CREDENTIALS_WITHIN: Duration = Duration::from_secs(60);

/// No answer of ECR or STS takes this long.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The SDK's defaults of this date, so that an update of the SDK does not change them silently.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

impl AwsSession {
    /// Prepares a session. Nothing is asked of AWS yet.
    ///
    /// # Errors
    /// [`AwsError::ProfileMissing`], [`AwsError::ProfileInvalid`],
    /// [`AwsError::CredentialsMissing`], [`AwsError::MfaNeeded`], [`AwsError::RegionMissing`].
    pub async fn open(
        request: SessionRequest,
        environment: &AwsEnvironment,
    ) -> Result<Self, AwsError> {
        match &request.credentials {
            SessionCredentials::Profile { name } => {
                let configuration = Configuration::read(environment, Some(name)).await;
                let base = usable(&configuration, name)?;
                let region = region(&request, environment, &configuration.profiles, name)?;
                let files = configuration.sources();
                let network = network_of(environment, &configuration.profiles, name);
                let http = SdkHttp::new(&network);
                let credentials =
                    WatchedCredentials::of_profile(name, files.clone(), &region, behavior(), &http);
                let settings =
                    Settings { profile: Some(name), files, region, credentials, network, http };
                let caller = Caller { profile: name.clone(), base };
                settings.open(caller, &request, environment, &configuration.profiles).await
            }
            SessionCredentials::Machine => {
                let profiles = ProfileSet::default();
                let region = region(&request, environment, &profiles, MACHINE)?;
                let network = environment.network().clone();
                let http = SdkHttp::new(&network);
                let credentials = WatchedCredentials::of_machine(&region, behavior(), &http).await;
                let files = no_files();
                let settings =
                    Settings { profile: None, files, region, credentials, network, http };
                let caller = Caller { profile: MACHINE.to_owned(), base: ProfileKind::Keys };
                settings.open(caller, &request, environment, &profiles).await
            }
            SessionCredentials::Static { access_key_id, secret_access_key, session_token } => {
                let profiles = ProfileSet::default();
                let region = region(&request, environment, &profiles, KEYS_GIVEN)?;
                let credentials = WatchedCredentials::of_keys(
                    access_key_id,
                    secret_access_key,
                    session_token.as_ref(),
                );
                let network = environment.network().clone();
                let http = SdkHttp::new(&network);
                let files = no_files();
                let settings =
                    Settings { profile: None, files, region, credentials, network, http };
                let caller = Caller { profile: KEYS_GIVEN.to_owned(), base: ProfileKind::Keys };
                settings.open(caller, &request, environment, &profiles).await
            }
        }
    }

    /// Asks STS who the session is.
    pub async fn identity(&self) -> Result<CallerIdentity, AwsError> {
        let call = Call::new(&self.caller, "sts:GetCallerIdentity");
        let answer =
            self.sts().get_caller_identity().send().await.map_err(|error| call.failed(error))?;
        let account = call.required(answer.account(), "an account")?;
        Ok(CallerIdentity {
            account: AccountId::parse(account).map_err(|error| call.unusable(error))?,
            arn: call.required(answer.arn(), "an ARN")?.to_owned(),
            region: self.region.clone(),
            expires_at_ms: self.credentials.ends().and_then(milliseconds),
        })
    }

    /// ECR in the session's region.
    pub fn ecr(&self) -> Ecr {
        let mut config = aws_sdk_ecr::config::Builder::from(&self.sdk);
        config.set_endpoint_url(self.ecr_endpoint.as_ref().map(endpoint_text));
        if self.ecr_endpoint.is_some() {
            // ECR's endpoint rules refuse these two beside an endpoint of one's own.
            config = config.use_fips(false).use_dual_stack(false);
        }
        Ecr::new(Arc::clone(&self.caller), aws_sdk_ecr::Client::from_conf(config.build()))
    }

    /// The network that calls go through: the environment's, and the profile's `ca_bundle`.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The region that calls go to.
    pub fn region(&self) -> &Region {
        &self.region
    }

    fn sts(&self) -> aws_sdk_sts::Client {
        let mut config = aws_sdk_sts::config::Builder::from(&self.sdk);
        config.set_endpoint_url(self.sts_endpoint.as_ref().map(endpoint_text));
        if self.sts_endpoint.is_some() {
            config = config.use_fips(false).use_dual_stack(false);
        }
        aws_sdk_sts::Client::from_conf(config.build())
    }
}

impl fmt::Debug for AwsSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AwsSession")
            .field("profile", &self.caller.profile)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// What the SDK's configuration is made from.
struct Settings<'a> {
    profile: Option<&'a str>,
    files: EnvConfigFiles,
    region: Region,
    credentials: WatchedCredentials,
    network: Network,
    http: SdkHttp,
}

impl Settings<'_> {
    async fn open(
        self,
        caller: Caller,
        request: &SessionRequest,
        environment: &AwsEnvironment,
        profiles: &ProfileSet,
    ) -> Result<AwsSession, AwsError> {
        let endpoint = |service| {
            configured(environment, profiles, service).map_err(|error| AwsError::ProfileInvalid {
                profile: caller.profile.clone(),
                detail: error.to_string(),
            })
        };
        let ecr_endpoint = request.ecr_endpoint.clone().or(endpoint("ECR")?);
        // An emulator has ECR and STS on one port, and keys for it mean nothing to the real STS.
        let sts_endpoint = request
            .sts_endpoint
            .clone()
            .or(endpoint("STS")?)
            .or_else(|| request.ecr_endpoint.clone().filter(is_loopback));
        let timeouts = TimeoutConfig::builder().read_timeout(ANSWER_WITHIN).build();
        let mut loader = aws_config::defaults(behavior())
            .region(aws_config::Region::new(self.region.as_str().to_owned()))
            .credentials_provider(self.credentials.clone())
            .http_client(self.http)
            .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_WITHIN).build())
            .timeout_config(timeouts)
            .profile_files(self.files);
        if let Some(profile) = self.profile {
            loader = loader.profile_name(profile);
        }
        Ok(AwsSession {
            caller: Arc::new(caller),
            region: self.region,
            sdk: loader.load().await,
            credentials: self.credentials,
            network: self.network,
            ecr_endpoint,
            sts_endpoint,
        })
    }
}

/// The environment's network with the authorities that the profile names. Source: the AWS SDKs and
/// Tools Reference Guide, `ca_bundle`.
fn network_of(environment: &AwsEnvironment, profiles: &ProfileSet, name: &str) -> Network {
    let file = profiles.get_profile(name).and_then(|profile| profile.get("ca_bundle"));
    match file.map(str::trim).filter(|path| !path.is_empty()) {
        Some(path) => {
            let origin = CaOrigin::Profile { name: name.to_owned() };
            environment.network().with_ca_file(origin, &environment.expanded(path))
        }
        None => environment.network().clone(),
    }
}

/// What gives the profile's first credentials, if it can give any.
fn usable(configuration: &Configuration, name: &str) -> Result<ProfileKind, AwsError> {
    let invalid = |detail: String| AwsError::ProfileInvalid { profile: name.to_owned(), detail };
    if let Some(error) = configuration.broken() {
        return Err(invalid(error.to_owned()));
    }
    if configuration.profiles.get_profile(name).is_none() {
        let files = configuration.paths();
        return Err(AwsError::ProfileMissing { profile: name.to_owned(), files });
    }
    match follow(&configuration.profiles, name) {
        Ok(chain) => match chain.mfa_serial {
            Some(serial) => Err(AwsError::MfaNeeded { profile: name.to_owned(), serial }),
            None => Ok(chain.base),
        },
        Err(ChainProblem::NoCredentials) => {
            Err(AwsError::CredentialsMissing { profile: name.to_owned(), source: None })
        }
        Err(problem) => Err(invalid(problem.to_string())),
    }
}

fn region(
    request: &SessionRequest,
    environment: &AwsEnvironment,
    profiles: &ProfileSet,
    name: &str,
) -> Result<Region, AwsError> {
    if let Some(region) = &request.region {
        return Ok(region.clone());
    }
    let text = region_of(profiles, name)
        .or(environment.region())
        .ok_or_else(|| AwsError::RegionMissing { profile: name.to_owned() })?;
    Region::parse(text).map_err(|error| AwsError::ProfileInvalid {
        profile: name.to_owned(),
        detail: error.to_string(),
    })
}

fn endpoint_text(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn milliseconds(time: SystemTime) -> Option<u64> {
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(since_1970.as_millis()).ok()
}

#[cfg(test)]
mod tests;
