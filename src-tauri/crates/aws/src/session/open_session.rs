//! Opens a session for exactly the profile that the user chose, or for the default credentials.

use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileSet;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::EnvConfigFiles;

use crate::config::config_files::{Configuration, empty_sdk_files};
use crate::config::endpoints::configured_endpoint;
use crate::config::environment::AwsEnvironment;
use crate::config::profile_kind::ProfileKind;
use crate::config::profile_problem::ProfileProblem;
use crate::config::profile_set::{ConfiguredProfiles, sdk_name};
use crate::config::role_chain::{RoleChain, region_setting, resolve_role_chain};
use crate::error::AwsError;
use crate::sdk_error::{Call, Caller};
use crate::session::aws_session::{AwsSession, MACHINE_LABEL};
use crate::session::credentials::{base_provider, machine_credentials, static_credentials};
use crate::session::default_credentials::{
    DefaultCredentials, ENVIRONMENT_LABEL, default_credentials,
};
use crate::session::expiry_tracker::ExpiryTracker;
use crate::session::mfa_session_cache::MfaSessionCache;
use crate::session::request::{SessionCredentials, SessionRequest};
use crate::session::role_chain_provider::RoleChainProvider;
use crate::session::sdk_http::SdkHttp;
use crate::session::sdk_settings::{READ_TIMEOUT, behavior_version, profile_network};
use crate::session::sts::Sts;
use transload_model::{Region, Secret};
use transload_network::{Network, is_loopback};

/// A program that prints credentials may prompt the user first. The SDK's default of five seconds is
/// too short for that.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(60);

/// The name of a session with static keys in messages.
const STATIC_KEYS_LABEL: &str = "(keys given for this session)";

const DEFAULT_PROFILE: &str = "default";

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
        match session.role_chain.as_ref().and_then(RoleChainProvider::pending_mfa_serial) {
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
        let Some(role_chain) = &session.role_chain else { return Ok(()) };
        role_chain.submit_mfa_code(code).await.map_err(|error| {
            Call::new(&session.caller, "sts:AssumeRole").credentials_error(error.into())
        })
    }

    async fn prepare(
        request: SessionRequest,
        environment: &AwsEnvironment,
    ) -> Result<Self, AwsError> {
        match &request.credentials {
            SessionCredentials::Profile { name } => {
                let configuration = Configuration::read(environment, Some(name)).await;
                let chain = profile_role_chain(&configuration, name)?;
                let region = session_region(&request, environment, &configuration.sections, name)?;
                let files = configuration.sdk_files();
                let network = profile_network(environment, &configuration.sdk_profiles, name);
                let caller = Caller { profile: name.clone(), credentials_kind: chain.base.kind() };
                let settings = SessionSettings { profile: Some(name), files, region, network };
                let signer =
                    Signer::Profile { chain, mfa_sessions: environment.mfa_sessions().clone() };
                settings
                    .open(caller, signer, &request, environment, &configuration.sdk_profiles)
                    .await
            }
            SessionCredentials::Machine => Self::open_default(&request, environment).await,
            SessionCredentials::Static { access_key_id, secret_access_key, session_token } => {
                let caller = Caller {
                    profile: STATIC_KEYS_LABEL.to_owned(),
                    credentials_kind: ProfileKind::Keys,
                };
                let token = session_token.as_ref();
                let signer =
                    Signer::Keys(static_credentials(access_key_id, secret_access_key, token));
                SessionSettings::without_profile(&request, environment, STATIC_KEYS_LABEL)?
                    .open(caller, signer, &request, environment, &ProfileSet::default())
                    .await
            }
        }
    }

    /// Opens a session like the AWS CLI without `--profile`. The settings of the default profile apply
    /// even if the credentials come from elsewhere.
    async fn open_default(
        request: &SessionRequest,
        environment: &AwsEnvironment,
    ) -> Result<Self, AwsError> {
        let named = environment.profile();
        let name = named.unwrap_or(DEFAULT_PROFILE);
        let configuration = Configuration::read(environment, Some(name)).await;
        let sections = &configuration.sections;
        if named.is_some() || configuration.text_error().is_some() {
            ensure_profile_exists(&configuration, name)?;
        }
        let default = default_credentials(environment, sections, name)?;
        // Credentials of the environment or the machine don't need a file that can't be opened.
        if matches!(default, DefaultCredentials::Profile(_)) && sections.profile(name).is_some() {
            ensure_profile_exists(&configuration, name)?;
        }
        let region = match environment.region().filter(|_| request.region.is_none()) {
            Some(text) => Region::parse(text).map_err(|error| AwsError::ProfileInvalid {
                profile: name.to_owned(),
                detail: error.to_string(),
            })?,
            None => session_region(request, environment, sections, name)?,
        };
        let (caller, base, signer) = match default {
            DefaultCredentials::Keys(keys) => {
                (ENVIRONMENT_LABEL, ProfileKind::Keys, Signer::Keys(keys))
            }
            DefaultCredentials::Profile(chain) => {
                let base = chain.base.kind();
                let mfa_sessions = environment.mfa_sessions().clone();
                (name, base, Signer::Profile { chain, mfa_sessions })
            }
            DefaultCredentials::Machine => (MACHINE_LABEL, ProfileKind::Keys, Signer::Machine),
        };
        let caller = Caller { profile: caller.to_owned(), credentials_kind: base };
        let settings = SessionSettings {
            profile: sections.profile(name).map(|_| name),
            files: configuration.sdk_files(),
            region,
            network: profile_network(environment, &configuration.sdk_profiles, name),
        };
        settings.open(caller, signer, request, environment, &configuration.sdk_profiles).await
    }
}

/// The credentials to sign with.
enum Signer {
    Profile { chain: RoleChain, mfa_sessions: MfaSessionCache },
    Machine,
    Keys(Credentials),
}

/// The input for the SDK's configuration.
struct SessionSettings<'a> {
    profile: Option<&'a str>,
    files: EnvConfigFiles,
    region: Region,
    network: Network,
}

impl SessionSettings<'_> {
    fn without_profile(
        request: &SessionRequest,
        environment: &AwsEnvironment,
        name: &str,
    ) -> Result<Self, AwsError> {
        let region = session_region(request, environment, &ConfiguredProfiles::default(), name)?;
        let network = environment.network().clone();
        Ok(Self { profile: None, files: empty_sdk_files(), region, network })
    }

    async fn open(
        self,
        caller: Caller,
        signer: Signer,
        request: &SessionRequest,
        environment: &AwsEnvironment,
        profiles: &ProfileSet,
    ) -> Result<AwsSession, AwsError> {
        let endpoint = |service| {
            configured_endpoint(environment, profiles, service).map_err(|error| {
                AwsError::ProfileInvalid {
                    profile: caller.profile.clone(),
                    detail: error.to_string(),
                }
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
        let inspector_endpoint = endpoint("INSPECTOR2")?.or_else(emulator);
        let iam_endpoint = endpoint("IAM")?.or_else(emulator);
        let kms_endpoint = endpoint("KMS")?.or_else(emulator);
        let timeouts = TimeoutConfig::builder().read_timeout(READ_TIMEOUT).build();
        let mut loader = aws_config::defaults(behavior_version())
            .region(aws_config::Region::new(self.region.as_str().to_owned()))
            .no_credentials()
            .http_client(SdkHttp::new(&self.network))
            .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build())
            .timeout_config(timeouts)
            .profile_files(self.files);
        if let Some(profile) = self.profile {
            loader = loader.profile_name(sdk_name(profile));
        }
        let unsigned = loader.load().await;
        // Requests for credentials use the same settings as all other requests.
        let (credentials, role_chain) = match signer {
            Signer::Keys(keys) => (ExpiryTracker::new(keys), None),
            Signer::Machine => (ExpiryTracker::new(machine_credentials(&unsigned)), None),
            Signer::Profile { chain, mfa_sessions } => {
                let sts = Sts::new(unsigned.clone(), sts_endpoint.clone());
                let base =
                    base_provider(&chain.base, &caller.profile, environment, &unsigned, &sts);
                let role_chain = RoleChainProvider::new(
                    base,
                    chain.base.cache_key(),
                    chain.roles,
                    sts,
                    mfa_sessions,
                );
                (ExpiryTracker::new(role_chain.clone()), Some(role_chain))
            }
        };
        let provider = SharedCredentialsProvider::new(credentials.clone());
        let sdk = unsigned.into_builder().credentials_provider(provider).build();
        Ok(AwsSession {
            caller: Arc::new(caller),
            region: self.region,
            sts: Sts::new(sdk.clone(), sts_endpoint),
            sdk,
            credentials,
            network: self.network,
            role_chain,
            ecr_endpoint,
            inspector_endpoint,
            iam_endpoint,
            kms_endpoint,
        })
    }
}

/// Checks that the files can be read and define the profile.
fn ensure_profile_exists(configuration: &Configuration, name: &str) -> Result<(), AwsError> {
    let profile = name.to_owned();
    if let Some(error) = configuration.read_error() {
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
fn profile_role_chain(configuration: &Configuration, name: &str) -> Result<RoleChain, AwsError> {
    ensure_profile_exists(configuration, name)?;
    let invalid = |detail: String| AwsError::ProfileInvalid { profile: name.to_owned(), detail };
    resolve_role_chain(&configuration.sections, name).map_err(|problem| match problem.problem {
        ProfileProblem::NoCredentials => {
            AwsError::CredentialsMissing { profile: name.to_owned(), source: Some(problem.into()) }
        }
        _ => invalid(problem.to_string()),
    })
}

/// Returns the region of the request, the profile or the environment, in this order.
fn session_region(
    request: &SessionRequest,
    environment: &AwsEnvironment,
    sections: &ConfiguredProfiles,
    name: &str,
) -> Result<Region, AwsError> {
    if let Some(region) = &request.region {
        return Ok(region.clone());
    }
    let setting = region_setting(sections, name);
    let text = setting
        .map(|setting| setting.value.as_str())
        .or(environment.region())
        .ok_or_else(|| AwsError::RegionMissing { profile: name.to_owned() })?;
    Region::parse(text).map_err(|error| AwsError::ProfileInvalid {
        profile: name.to_owned(),
        detail: match setting {
            Some(setting) => format!("{error} ({})", setting.location),
            None => error.to_string(),
        },
    })
}

#[cfg(test)]
mod tests;
