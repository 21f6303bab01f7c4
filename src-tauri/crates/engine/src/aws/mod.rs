//! AWS: the profiles on this computer, a session for exactly one of them, and ECR behind a trait.
//!
//! The AWS SDK is used here and nowhere else.
//!
//! - `environment`, `config_files`: the variables and files that name profiles.
//! - `sections`: what the SDK's parser leaves out without a word.
//! - `chain`: how a profile gets its credentials, and why it cannot.
//! - `profiles`: all of that as a list for a person to choose from.
//! - `session`, `credentials`, `endpoints`: a session for exactly the chosen profile.
//! - `http`: the SDK's requests on our network.
//! - `ecr`, `ecr_values`: [`EcrApi`] on the SDK.
//! - `registry_settings`: what is set for a whole registry: mounting, templates, cache rules.
//! - `sdk_error`: the one place where the SDK's errors become [`AwsError`].

mod api;
mod chain;
mod config_files;
mod credentials;
mod ecr;
mod ecr_values;
mod endpoints;
mod environment;
mod error;
mod http;
#[cfg(test)]
mod http_tests;
mod profiles;
mod registry_settings;
mod sdk_error;
mod sections;
mod session;
#[cfg(test)]
mod testing;

pub use api::{EcrApi, EcrImage, EcrLayers, EcrRepository, LayerUpload, RegistryToken};
pub use config_files::ConfigFile;
pub use ecr::Ecr;
pub use environment::AwsEnvironment;
pub use error::{AwsError, BoxError};
pub use profiles::{ProfileKind, ProfileList, ProfileSummary, list_profiles};
pub use registry_settings::{
    CacheRule, CreationTemplate, EcrRegistrySettings, InvalidRegistrySetting, KnownCacheRule,
    KnownTemplate,
};
pub use sections::IgnoredSection;
pub use session::{AwsSession, CallerIdentity, SessionCredentials, SessionRequest};
