//! Commands for the settings of the whole registry.

use transload_aws::AwsError;
use transload_contract::{AwsConnection, RegistryOffer, RegistrySettings};
use transload_errors::ApiError;
use transload_migration::commands::registry_settings;

use super::registry_contents::scope_of;
use crate::api::Api;
use crate::convert;

impl Api {
    /// Returns the settings of the whole registry of an account and region that the caller is
    /// allowed to read.
    pub async fn registry_settings(
        &self,
        connection: AwsConnection,
    ) -> Result<RegistrySettings, ApiError> {
        let connected = self.connect(&connection).await?;
        let ecr = connected.destination.ecr.as_ref();
        let (mounting, templates, rules) =
            futures_util::join!(ecr.blob_mounting(), ecr.creation_templates(), ecr.cache_rules());
        let mut errors = Vec::new();
        Ok(RegistrySettings {
            blob_mounting: known(mounting, &mut errors),
            templates: known(templates, &mut errors),
            cache_rules: known(rules, &mut errors),
            errors,
        })
    }

    /// Returns the commands that would make a change of the registry's settings. Writes nothing.
    pub async fn registry_offer_commands(
        &self,
        connection: AwsConnection,
        offer: RegistryOffer,
    ) -> Result<Vec<String>, ApiError> {
        let connected = self.connect(&connection).await?;
        let aws = &connected.aws_commands;
        Ok(vec![match offer {
            RegistryOffer::BlobMounting => registry_settings::blob_mounting(aws),
            RegistryOffer::CreateOnPush { prefix, settings, role } => {
                let template = convert::template_on_push(&prefix, &settings, role.as_deref())?;
                registry_settings::creation_template(&template, aws)
            }
            RegistryOffer::PullThroughCache { prefix, secret } => {
                registry_settings::cache_rule(&convert::docker_hub_rule(&prefix, &secret)?, aws)
            }
        }])
    }

    /// Makes a change of the registry's settings that the user confirmed.
    pub async fn registry_offer_accept(
        &self,
        connection: AwsConnection,
        offer: RegistryOffer,
    ) -> Result<(), ApiError> {
        let connected = self.connect(&connection).await?;
        let ecr = connected.destination.ecr.as_ref();
        match offer {
            RegistryOffer::BlobMounting => {
                let set = ecr.set_blob_mounting(true).await;
                self.inner.blob_mounting.forget(&scope_of(&connected));
                set?;
            }
            RegistryOffer::CreateOnPush { prefix, settings, role } => {
                let template = convert::template_on_push(&prefix, &settings, role.as_deref())?;
                ecr.create_creation_template(&template).await?;
            }
            RegistryOffer::PullThroughCache { prefix, secret } => {
                ecr.create_cache_rule(&convert::docker_hub_rule(&prefix, &secret)?).await?;
            }
        }
        Ok(())
    }
}

fn known<T>(asked: Result<T, AwsError>, errors: &mut Vec<ApiError>) -> Option<T> {
    asked.map_err(|error| errors.push(error.into())).ok()
}
