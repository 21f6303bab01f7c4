//! Opens a session for exactly the profile that the user chose, or for the default credentials.

use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileSet;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::EnvConfigFiles;

use crate::config::config_files::{Configuration, no_files};
use crate::config::endpoints::configured;
use crate::config::environment::AwsEnvironment;
use crate::config::profile_kind::ProfileKind;
use crate::config::profile_problem::Problem;
use crate::config::profile_set::{ConfiguredProfiles, sdk_name};
use crate::config::role_chain::{Chain, follow, region_of};
use crate::error::AwsError;
use crate::sdk_error::{Call, Caller};
use crate::session::aws_session::{AwsSession, MACHINE};
use crate::session::credentials::{of_base, of_keys, of_machine};
use crate::session::default_credentials::{ENVIRONMENT, Origin, origin};
use crate::session::expiry_tracker::WatchedCredentials;
use crate::session::mfa_sessions::MfaSessions;
use crate::session::request::{SessionCredentials, SessionRequest};
use crate::session::role_chain_provider::RoleChain;
use crate::session::sdk_http::SdkHttp;
use crate::session::sdk_settings::{ANSWER_WITHIN, behavior, network_of};
use crate::session::sts::Sts;
use transload_model::{Region, Secret};
use transload_network::{Network, is_loopback};

/// A program that prints credentials may prompt the user first. The SDK's default of five seconds is
/// too short for that.
const CREDENTIALS_WITHIN: Duration = Duration::from_secs(60);

/// The name of a session with static keys in messages.
const KEYS_GIVEN: &str = "(keys given for this session)";

/// The default profile.
const DEFAULT: &str = "default";

impl AwsSession {
    /// Prepares a session. Makes no call to AWS yet.
    ///
    /// # Errors
    /// [`AwsError::ProfileMissing`], [`AwsError::ProfileInvalid`], [`AwsError::CredentialsMissing`],
    /// [`AwsError::MfaNeeded`], [`AwsError::RegionMissing`].
    pub async fn open(
        request: SessionRequest,
        environment: &AwsEnvironment,
    ) -> Result<Self, AwsError> {
        let session = Self::prepare(request, environment).await?;
        match session.roles.as_ref().and_then(RoleChain::waits_for) {
            Some(serial) => Err(AwsError::MfaNeeded {
                profile: session.caller.profile.clone(),
                serial: serial.to_owned(),
            }),
            None => Ok(session),
        }
    }

    /// Assumes the role that requires an MFA code, and caches its session for every session of the same
    /// profile that is opened with this environment or a clone of it. Does nothing if no role requires
    /// a code.
    ///
    /// # Errors
    /// Those of [`AwsSession::open`] and [`AwsSession::identity`], and [`AwsError::MfaCodeRefused`].
    pub async fn submit_mfa_code(
        request: SessionRequest,
        environment: &AwsEnvironment,
        code: &Secret<String>,
    ) -> Result<(), AwsError> {
        let session = Self::prepare(request, environment).await?;
        let Some(roles) = &session.roles else { return Ok(()) };
        roles.submit(code).await.map_err(|error| {
            Call::new(&session.caller, "sts:AssumeRole").without_credentials(error.into())
        })
    }

    async fn prepare(
        request: SessionRequest,
        environment: &AwsEnvironment,
    ) -> Result<Self, AwsError> {
        match &request.credentials {
            SessionCredentials::Profile { name } => {
                let configuration = Configuration::read(environment, Some(name)).await;
                let chain = usable(&configuration, name)?;
                let region = region(&request, environment, &configuration.sections, name)?;
                let files = configuration.sources();
                let network = network_of(environment, &configuration.profiles, name);
                let caller = Caller { profile: name.clone(), base: chain.base.kind() };
                let settings = Settings { profile: Some(name), files, region, network };
                let who = Who::Profile { chain, kept: environment.mfa_sessions().clone() };
                settings.open(caller, who, &request, environment, &configuration.profiles).await
            }
            SessionCredentials::Machine => Self::of_environment(&request, environment).await,
            SessionCredentials::Static { access_key_id, secret_access_key, session_token } => {
                let caller = Caller { profile: KEYS_GIVEN.to_owned(), base: ProfileKind::Keys };
                let token = session_token.as_ref();
                let who = Who::Keys(of_keys(access_key_id, secret_access_key, token));
                Settings::without_profile(&request, environment, KEYS_GIVEN)?
                    .open(caller, who, &request, environment, &ProfileSet::default())
                    .await
            }
        }
    }

    /// Opens a session like the AWS CLI without `--profile`. The settings of the default profile apply
    /// even if the credentials come from elsewhere.
    async fn of_environment(
        request: &SessionRequest,
        environment: &AwsEnvironment,
    ) -> Result<Self, AwsError> {
        let named = environment.profile();
        let name = named.unwrap_or(DEFAULT);
        let configuration = Configuration::read(environment, Some(name)).await;
        let sections = &configuration.sections;
        if named.is_some() || configuration.broken().is_some() {
            exists(&configuration, name)?;
        }
        let origin = origin(environment, sections, name)?;
        let region = match environment.region().filter(|_| request.region.is_none()) {
            Some(text) => Region::parse(text).map_err(|error| AwsError::ProfileInvalid {
                profile: name.to_owned(),
                detail: error.to_string(),
            })?,
            None => region(request, environment, sections, name)?,
        };
        let (caller, base, who) = match origin {
            Origin::Keys(keys) => (ENVIRONMENT, ProfileKind::Keys, Who::Keys(keys)),
            Origin::Chain(chain) => {
                let base = chain.base.kind();
                let kept = environment.mfa_sessions().clone();
                (name, base, Who::Profile { chain, kept })
            }
            Origin::Machine => (MACHINE, ProfileKind::Keys, Who::Machine),
        };
        let caller = Caller { profile: caller.to_owned(), base };
        let settings = Settings {
            profile: sections.profile(name).map(|_| name),
            files: configuration.sources(),
            region,
            network: network_of(environment, &configuration.profiles, name),
        };
        settings.open(caller, who, request, environment, &configuration.profiles).await
    }
}

/// The credentials to sign with.
enum Who {
    Profile { chain: Chain, kept: MfaSessions },
    Machine,
    Keys(Credentials),
}

/// The input for the SDK's configuration.
struct Settings<'a> {
    profile: Option<&'a str>,
    files: EnvConfigFiles,
    region: Region,
    network: Network,
}

impl Settings<'_> {
    fn without_profile(
        request: &SessionRequest,
        environment: &AwsEnvironment,
        name: &str,
    ) -> Result<Self, AwsError> {
        let region = region(request, environment, &ConfiguredProfiles::default(), name)?;
        let network = environment.network().clone();
        Ok(Self { profile: None, files: no_files(), region, network })
    }

    async fn open(
        self,
        caller: Caller,
        who: Who,
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
        // An emulator serves ECR and STS on one port, and the real STS does not know its keys.
        let sts_endpoint = request
            .sts_endpoint
            .clone()
            .or(endpoint("STS")?)
            .or_else(|| request.ecr_endpoint.clone().filter(is_loopback));
        // An emulator of STS serves these too, or rejects the calls.
        let emulator = || sts_endpoint.clone().filter(is_loopback);
        let iam_endpoint = endpoint("IAM")?.or_else(emulator);
        let kms_endpoint = endpoint("KMS")?.or_else(emulator);
        let timeouts = TimeoutConfig::builder().read_timeout(ANSWER_WITHIN).build();
        let mut loader = aws_config::defaults(behavior())
            .region(aws_config::Region::new(self.region.as_str().to_owned()))
            .no_credentials()
            .http_client(SdkHttp::new(&self.network))
            .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_WITHIN).build())
            .timeout_config(timeouts)
            .profile_files(self.files);
        if let Some(profile) = self.profile {
            loader = loader.profile_name(sdk_name(profile));
        }
        let nobody = loader.load().await;
        // Requests for credentials use the same settings as all other requests.
        let (credentials, roles) = match who {
            Who::Keys(keys) => (WatchedCredentials::new(keys), None),
            Who::Machine => (WatchedCredentials::new(of_machine(&nobody)), None),
            Who::Profile { chain, kept } => {
                let sts = Sts::new(nobody.clone(), sts_endpoint.clone());
                let base = of_base(&chain.base, &caller.profile, environment, &nobody, &sts);
                let roles = RoleChain::new(base, chain.base.name(), chain.hops, sts, kept);
                (WatchedCredentials::new(roles.clone()), Some(roles))
            }
        };
        let signer = SharedCredentialsProvider::new(credentials.clone());
        let sdk = nobody.into_builder().credentials_provider(signer).build();
        Ok(AwsSession {
            caller: Arc::new(caller),
            region: self.region,
            sts: Sts::new(sdk.clone(), sts_endpoint),
            sdk,
            credentials,
            network: self.network,
            roles,
            ecr_endpoint,
            iam_endpoint,
            kms_endpoint,
        })
    }
}

/// Checks that the files can be read and define the profile.
fn exists(configuration: &Configuration, name: &str) -> Result<(), AwsError> {
    let profile = name.to_owned();
    if let Some(error) = configuration.broken() {
        return Err(AwsError::ProfileInvalid { profile, detail: error.to_owned() });
    }
    if configuration.sections.profile(name).is_some() {
        return Ok(());
    }
    let similar = configuration.ignored.iter().filter(|ignored| {
        let mut words = ignored.section.split_whitespace();
        words.next_back().is_some_and(|last| last.trim_matches(['"', '\'']) == name)
    });
    let ignored = similar.map(ToString::to_string).collect();
    Err(AwsError::ProfileMissing { profile, files: configuration.paths(), ignored })
}

/// Returns how the profile gets its credentials.
fn usable(configuration: &Configuration, name: &str) -> Result<Chain, AwsError> {
    exists(configuration, name)?;
    let invalid = |detail: String| AwsError::ProfileInvalid { profile: name.to_owned(), detail };
    follow(&configuration.sections, name).map_err(|problem| match problem.problem {
        Problem::NoCredentials => {
            AwsError::CredentialsMissing { profile: name.to_owned(), source: Some(problem.into()) }
        }
        _ => invalid(problem.to_string()),
    })
}

/// Returns the region of the request, the profile or the environment, in this order.
fn region(
    request: &SessionRequest,
    environment: &AwsEnvironment,
    sections: &ConfiguredProfiles,
    name: &str,
) -> Result<Region, AwsError> {
    if let Some(region) = &request.region {
        return Ok(region.clone());
    }
    let setting = region_of(sections, name);
    let text = setting
        .map(|setting| setting.value.as_str())
        .or(environment.region())
        .ok_or_else(|| AwsError::RegionMissing { profile: name.to_owned() })?;
    Region::parse(text).map_err(|error| AwsError::ProfileInvalid {
        profile: name.to_owned(),
        detail: match setting {
            Some(setting) => format!("{error} ({})", setting.place),
            None => error.to_string(),
        },
    })
}

#[cfg(test)]
mod tests;
