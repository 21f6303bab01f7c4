//! Amazon ECR behind traits, so that the migration is tested without a network.
//!
//! - [`api`]: the traits [`EcrApi`](api::EcrApi) and [`EcrLayers`](api::EcrLayers), and the values they return
//! - [`registry_settings`]: settings of a whole registry: blob mounting, repository creation templates,
//!   pull through cache rules
//! - [`registry_configuration`]: the configuration of a whole registry, for its page; [`cache_rules`] and
//!   [`creation_templates`] are parts of it, and [`registry_setting_rules`] is what ECR requires of both
//! - [`explorer`]: the trait [`EcrExplorer`](explorer::EcrExplorer), which only the repository pages use
//! - [`image_state`]: the trait [`EcrImageState`](image_state::EcrImageState): scans and replication of one image
//! - [`client`]: the client on the AWS SDK
//! - [`api_calls`], [`explorer_calls`], [`image_state_calls`], [`image_lookup`], [`layer_calls`],
//!   [`cache_rule_calls`], [`creation_template_calls`], [`registry_configuration_calls`], [`registry_settings_calls`]: the traits on that client
//! - [`values`], [`words`]: convert between the SDK's types and ours

pub(crate) mod api;
pub(crate) mod api_calls;
pub(crate) mod cache_rule_calls;
pub(crate) mod cache_rules;
pub(crate) mod client;
pub(crate) mod creation_template_calls;
pub(crate) mod creation_templates;
pub(crate) mod explorer;
pub(crate) mod explorer_calls;
pub(crate) mod image_lookup;
pub(crate) mod image_state;
pub(crate) mod image_state_calls;
pub(crate) mod layer_calls;
pub(crate) mod registry_configuration;
pub(crate) mod registry_configuration_calls;
pub(crate) mod registry_setting_rules;
pub(crate) mod registry_settings;
pub(crate) mod registry_settings_calls;
pub(crate) mod values;
pub(crate) mod words;
