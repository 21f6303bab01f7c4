//! AWS: the profiles on this computer, a session for exactly one of them, and Amazon ECR behind a trait.
//!
//! The AWS SDK is used in this crate and nowhere else. The `api` crate opens sessions and signs in;
//! `migration` and `repositories` call ECR through [`EcrApi`].
//!
//! - `config`: reads the configuration files, profiles and environment variables
//! - `session`: opens a session, with its credentials, roles and MFA codes
//! - `sso`: signs in through IAM Identity Center
//! - `ecr`: ECR's API as traits, and the same on the AWS SDK
//! - `inspector`: which images run, from Amazon Inspector
//! - `throttled_calls`: calls that are repeated while AWS throttles them
//! - `known_regions`: the table of published regions
//! - `permissions`: checks what a session is allowed to do, without writing anything
//! - `error`: [`AwsError`]; `sdk_error`, `error_causes`: the one place where the SDK's errors become
//!   [`AwsError`]

// A failed unwrap in a test is the failure that the test reports.
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
mod botocore_comparison;
mod config;
mod ecr;
mod error;
mod error_causes;
mod inspector;
mod known_regions;
mod permissions;
mod sdk_error;
mod session;
mod sso;
#[cfg(test)]
mod testing;
mod throttled_calls;

pub use config::config_files::ConfigFile;
pub use config::endpoints::{EndpointVariant, api_host, registry_host};
pub use config::environment::AwsEnvironment;
pub use config::profile_kind::ProfileKind;
pub use config::profile_list::{ProfileList, ProfileSummary, list_profiles};
pub use config::sections::IgnoredSection;
pub use ecr::api::{
    DeleteFailure, EcrApi, EcrImage, EcrImageId, EcrImageStatus, EcrLayers, EcrRepository,
    LayerUpload, RegistryToken, TaggedImage,
};
pub use ecr::cache_rules::{
    CacheRule, CacheRuleLogin, CacheRuleValidation, EcrCacheRules, RegistryCacheRule,
    UpstreamRegistry,
};
pub use ecr::client::Ecr;
pub use ecr::creation_templates::{
    CreationTemplate, EcrCreationTemplates, RegistryTemplate, TemplateUse,
};
pub use ecr::explorer::{
    EcrExplorer, EcrManifest, KnownLifecyclePolicy, LifecyclePreview, MANIFEST_BATCH_SIZE,
    ManifestBatch, ManifestFailure, PreviewAction, PreviewStatus, PreviewedImage,
};
pub use ecr::image_state::{
    EcrImageState, FoundPackage, ReplicationState, ScanFinding, ScanFindings,
};
pub use ecr::registry_configuration::{
    EcrRegistryConfiguration, RegistryScanning, ReplicationBackfill, ReplicationDestination,
    ReplicationRule, ScanFrequency, ScanType, ScanningRule, SigningRule,
};
pub use ecr::registry_setting_rules::InvalidRegistrySetting;
pub use ecr::registry_settings::{EcrRegistrySettings, KnownCacheRule, KnownTemplate};
pub use error::{AwsError, BoxError};
pub use inspector::{ImageInUse, Inspector};
pub use known_regions::{KNOWN_REGIONS, KnownRegion, RegionGroup};
pub use permissions::check::{CheckMethod, CheckedPermission, PermissionCheck};
pub use permissions::permission::{
    Permission, PermissionDenialReason, PermissionStatus, PermissionUnknownReason,
};
pub use permissions::policy::{Policy, policy, policy_for_denial};
pub use permissions::principal::likely_principal;
pub use session::aws_session::AwsSession;
pub use session::request::{CallerIdentity, SessionCredentials, SessionRequest};
pub use sso::add_profile::{NewProfile, ProfileNotAdded};
pub use sso::error::SignInError;
pub use sso::portal::{SsoAccount, SsoPortal};
pub use sso::session_list::{SsoTokenState, list_sso_sessions};
pub use sso::sign_in::{SignIn, SignInPrompt, SignInRequest};
pub use sso::sign_in_method::SignInMethod;
pub use sso::sso_session::{SsoSession, SsoTarget};
