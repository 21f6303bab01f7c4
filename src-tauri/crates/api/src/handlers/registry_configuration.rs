//! Commands for the page of a registry.

use transload_access_policy::PolicySubject;
use transload_aws::{AwsError, EcrRegistryConfiguration as _, likely_principal};
use transload_contract::{
    AccessWords, AwsConnection, CacheRuleValidation, RegistryChange, RegistryConfiguration,
    RegistryPart, RegistryPartError,
};
use transload_errors::ApiError;
use transload_model::{Reported, now_ms};

use super::registry_contents::scope_of;
use super::repository_access::{not_set, parsed, same_policy, words};
use crate::api::Api;
use crate::connected::Connected;

impl Api {
    /// Returns the configuration of the registry. A part that can't be read, for example because a permission is
    /// missing, is an error of its own.
    pub async fn registry_configuration(
        &self,
        connection: AwsConnection,
    ) -> Result<RegistryConfiguration, ApiError> {
        let connected = self.connect(&connection).await?;
        let ecr = connected.session.ecr();
        let (scanning, replication, backfills, cache_rules, templates) = futures_util::join!(
            ecr.scanning(),
            ecr.replication(),
            ecr.replication_backfills(),
            ecr.registry_cache_rules(),
            ecr.registry_templates(),
        );
        let (mounting, scan_version, policy, signing, exclusions) = futures_util::join!(
            ecr.account_setting("BLOB_MOUNTING"),
            ecr.account_setting("BASIC_SCAN_TYPE_VERSION"),
            ecr.registry_policy(),
            ecr.signing(),
            ecr.pull_time_exclusions(),
        );
        let identity = &connected.destination.identity;
        let mut errors = Vec::new();
        let mounting = known(RegistryPart::AccountSettings, mounting, &mut errors);
        // The other setting has the same permission, and a second error would say the same.
        let scan_version = scan_version.ok().flatten();
        let policy = known(RegistryPart::Policy, policy, &mut errors);
        Ok(RegistryConfiguration {
            scanning: known(RegistryPart::Scanning, scanning, &mut errors),
            replication: known(RegistryPart::Replication, replication, &mut errors),
            backfills: known(RegistryPart::Backfills, backfills, &mut errors),
            cache_rules: known(RegistryPart::CacheRules, cache_rules, &mut errors),
            templates: known(RegistryPart::Templates, templates, &mut errors),
            blob_mounting: mounting.map(|value| match value.as_deref() {
                Some("ENABLED") => true.into(),
                None | Some("DISABLED") => false.into(),
                Some(other) => Reported::unknown(other),
            }),
            scan_version,
            policy_words: policy.iter().flatten().next().map(|text| policy_words(text, &connected)),
            policy: policy.map(Option::unwrap_or_default),
            signing: known(RegistryPart::Signing, signing, &mut errors),
            exclusions: known(RegistryPart::Exclusions, exclusions, &mut errors),
            repositories_arn: format!(
                "arn:{}:ecr:{}:{}:repository/*",
                identity.partition, identity.region, identity.account
            ),
            principal: likely_principal(&connected.identity.arn),
            errors,
        })
    }

    /// Makes a change of the registry's configuration that the user confirmed.
    pub async fn registry_change(
        &self,
        connection: AwsConnection,
        mut change: RegistryChange,
    ) -> Result<(), ApiError> {
        let is_policy = matches!(change, RegistryChange::Policy { .. });
        if let RegistryChange::Policy { text: Some(text), .. } = &mut change {
            *text = parsed(text, "registry policy")?.as_str().to_owned();
        }
        let connected = self.connect(&connection).await?;
        let ecr = connected.session.ecr();
        if let RegistryChange::Policy { before, .. } = &change {
            let now = ecr.registry_policy().await?;
            same_policy("registry policy", before.as_deref(), now.as_deref())?;
        }
        let changed = ecr.change_registry(&change).await;
        let registry = scope_of(&connected);
        self.inner.blob_mounting.forget(&registry);
        self.inner.in_use.registry_changed(registry, now_ms());
        match changed {
            Err(error) if is_policy => return Err(not_set(error, "the registry policy")),
            changed => changed?,
        }
        tracing::info!("the configuration of a registry was changed");
        Ok(())
    }

    /// Returns a policy of the registry that isn't set in words.
    pub async fn registry_policy_words(
        &self,
        connection: AwsConnection,
        text: String,
    ) -> Result<AccessWords, ApiError> {
        let connected = self.connect(&connection).await?;
        Ok(policy_words(&text, &connected))
    }

    /// Checks that a pull through cache rule can reach its upstream. Changes nothing.
    pub async fn registry_cache_rule_validate(
        &self,
        connection: AwsConnection,
        prefix: String,
    ) -> Result<CacheRuleValidation, ApiError> {
        let connected = self.connect(&connection).await?;
        Ok(connected.session.ecr().validate_cache_rule(&prefix).await?)
    }
}

fn policy_words(text: &str, connected: &Connected) -> AccessWords {
    let identity = &connected.destination.identity;
    words(text, &identity.account, PolicySubject::Registry(&identity.region))
}

fn known<T>(
    part: RegistryPart,
    read: Result<T, AwsError>,
    errors: &mut Vec<RegistryPartError>,
) -> Option<T> {
    read.map_err(|error| errors.push(RegistryPartError { part, error: error.into() })).ok()
}
