//! Amazon ECR behind traits, so that the migration is tested without a network.
//!
//! - [`api`]: the traits [`EcrApi`](api::EcrApi) and [`EcrLayers`](api::EcrLayers), and the values they return
//! - [`registry_settings`]: settings of a whole registry: blob mounting, repository creation templates,
//!   pull through cache rules
//! - [`client`], [`image_lookup`], [`registry_settings_calls`]: the same traits on the AWS SDK
//! - [`values`]: converts between the SDK's types and ours

pub(crate) mod api;
pub(crate) mod client;
pub(crate) mod image_lookup;
pub(crate) mod registry_settings;
pub(crate) mod registry_settings_calls;
pub(crate) mod values;
