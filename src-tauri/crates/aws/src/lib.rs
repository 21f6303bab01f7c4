//! AWS: the profiles on this computer, a session for exactly one of them, and ECR behind a trait.
//!
//! The AWS SDK is used here and nowhere else.
//!
//! - `environment`, `config_files`: the variables and files that name profiles; `paths`: where the files
//!   are; `environment_keys`: keys among the variables.
//! - `origin`: who signs where no profile is chosen.
//! - `ini`, `sections`, `profile_set`: what stands in the files, by line, as the AWS CLI reads it.
//! - `chain`, `chain_problem`: how a profile gets its credentials, and why it cannot.
//! - `profiles`: all of that as a list for a person to choose from.
//! - `http`: the SDK's requests on our network.
//! - `session`, `endpoints`: a session for exactly the chosen profile.
//! - `credential_process`, `times`: credentials that a program prints, and when they end.
//! - `credentials`, `roles`, `mfa_sessions`, `sts`: its credentials, role by role, with MFA codes.
//! - `sso`: signing in through IAM Identity Center.
//! - `identity`: who a session is, and whether only the region does not know it.
//! - `permissions`: what a session may do, asked without writing.
//! - `ecr`, `ecr_values`: [`EcrApi`] on the SDK.
//! - `registry_settings`: what is set for a whole registry: mounting, templates, cache rules.
//! - `sdk_error`: the one place where the SDK's errors become [`AwsError`].

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api;
#[cfg(test)]
mod botocore_credentials_tests;
#[cfg(test)]
mod botocore_tests;
mod chain;
mod chain_problem;
mod config_files;
mod credential_process;
mod credentials;
mod ecr;
mod ecr_values;
mod endpoints;
mod environment;
mod environment_keys;
mod error;
mod http;
#[cfg(test)]
mod http_tests;
mod identity;
mod ini;
mod mfa_sessions;
mod origin;
mod paths;
mod permissions;
mod profile_set;
mod profiles;
mod registry_settings;
mod roles;
mod sdk_error;
mod sections;
mod session;
mod sso;
mod sts;
#[cfg(test)]
mod testing;
mod times;

pub use api::{
    EcrApi, EcrImage, EcrLayers, EcrRepository, HeldImage, ImageName, LayerUpload, NotDeleted,
    RegistryToken,
};
pub use config_files::ConfigFile;
pub use ecr::Ecr;
pub use endpoints::{EndpointVariant, api_host, registry_host};
pub use environment::AwsEnvironment;
pub use error::{AwsError, BoxError};
pub use permissions::{
    Basis, CheckedPermission, Denial, Doubt, Permission, PermissionCheck, Policy, Standing, policy,
    policy_of_denial,
};
pub use profiles::{ProfileKind, ProfileList, ProfileSummary, list_profiles};
pub use registry_settings::{
    CacheRule, CreationTemplate, EcrRegistrySettings, InvalidRegistrySetting, KnownCacheRule,
    KnownTemplate,
};
pub use sections::IgnoredSection;
pub use session::{AwsSession, CallerIdentity, SessionCredentials, SessionRequest};
pub use sso::{
    NewProfile, ProfileNotAdded, SignIn, SignInError, SignInPrompt, SignInRequest, SignInWay,
    SsoAccount, SsoPortal, SsoSession, SsoTarget, SsoTokenState, list_sso_sessions,
};
