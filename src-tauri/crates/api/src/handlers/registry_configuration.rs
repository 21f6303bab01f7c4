//! Commands for the page of a registry.

use transload_access_policy::PolicySubject;
use transload_aws::{
    AwsError, Ecr, EcrCacheRules as _, EcrCreationTemplates as _, EcrRegistryConfiguration as _,
    EcrRegistrySettings as _, likely_principal,
};
use transload_contract::{
    AccessWords, AwsConnection, CacheRuleValidation, RegistryCacheRule, RegistryChange,
    RegistryConfiguration, RegistryPart, RegistryPartError, RegistryTemplate,
};
use transload_errors::{ApiError, ErrorCode, sentence};
use transload_model::{Reported, now_ms};

use super::registry_contents::scope_of;
use super::repository_access::{not_set, parsed, same_policy, words};
use crate::api::Api;
use crate::connected::Connected;
use crate::convert;

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
        // Both settings have the same permission: a second error would say the same.
        let scan_version = match scan_version {
            Err(_) if mounting.is_none() => None,
            read => known(RegistryPart::AccountSettings, read, &mut errors).flatten(),
        };
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
        if let RegistryChange::Policy { text: Some(text), .. } = &mut change {
            *text = parsed(text, "registry policy")?.as_str().to_owned();
        }
        let connected = self.connect(&connection).await?;
        let ecr = connected.session.ecr();
        check_unchanged(&ecr, &change).await?;
        let changed = make(&ecr, change).await;
        let registry = scope_of(&connected);
        self.inner.blob_mounting.forget(&registry);
        self.inner.in_use.registry_changed(registry, now_ms());
        changed?;
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

/// Makes a change, after checking what the user entered.
async fn make(ecr: &Ecr, change: RegistryChange) -> Result<(), ApiError> {
    match change {
        RegistryChange::Scanning { scanning, .. } => ecr.set_scanning(&scanning).await?,
        RegistryChange::Replication { rules, .. } => ecr.set_replication(&rules).await?,
        RegistryChange::CacheRuleCreate { rule } => {
            ecr.create_cache_rule(&convert::cache_rule(&rule)?).await.map_err(refused)?;
        }
        RegistryChange::CacheRuleLogin { before, secret, role } => {
            let rule = RegistryCacheRule { secret, role, ..before };
            ecr.update_cache_rule(&convert::cache_rule_login(&rule)?).await.map_err(refused)?;
        }
        RegistryChange::CacheRuleDelete { before } => ecr.delete_cache_rule(&before.prefix).await?,
        RegistryChange::TemplateCreate { template } => {
            let template = convert::creation_template(&template, None)?;
            ecr.create_creation_template(&template).await.map_err(refused)?;
        }
        RegistryChange::TemplateChange { before, template } => {
            let entered = RegistryTemplate { prefix: before.prefix.clone(), ..template };
            let template =
                convert::creation_template(&entered, before.lifecycle_policy.as_deref())?;
            ecr.update_creation_template(&before, &template).await.map_err(refused)?;
        }
        RegistryChange::TemplateDelete { before } => {
            ecr.delete_creation_template(&before.prefix).await?;
        }
        RegistryChange::BlobMounting { is_on } => ecr.set_blob_mounting(is_on).await?,
        RegistryChange::Policy { text, .. } => {
            let set = ecr.set_registry_policy(text.as_deref()).await;
            set.map_err(|error| not_set(error, "the registry policy"))?;
        }
        RegistryChange::Signing { rules, .. } => ecr.set_signing(&rules).await?,
        RegistryChange::ExclusionAdd { principal } => {
            ecr.exclude_pull_times(&principal, true).await?;
        }
        RegistryChange::ExclusionRemove { principal } => {
            ecr.exclude_pull_times(&principal, false).await?;
        }
    }
    Ok(())
}

/// Fails if what a change replaces isn't what the user saw. ECR has no conditional write, so that a change between this
/// call and the next one isn't noticed.
async fn check_unchanged(ecr: &Ecr, change: &RegistryChange) -> Result<(), ApiError> {
    match change {
        RegistryChange::Policy { before, .. } => {
            let now = ecr.registry_policy().await?;
            same_policy("registry policy", before.as_deref(), now.as_deref())
        }
        RegistryChange::Scanning { before, .. } => {
            same("scanning configuration", before, Some(&ecr.scanning().await?))
        }
        RegistryChange::Replication { before, .. } => {
            same("replication configuration", before, Some(&ecr.replication().await?))
        }
        RegistryChange::Signing { before, .. } => {
            same("signing configuration", before, Some(&ecr.signing().await?))
        }
        RegistryChange::CacheRuleLogin { before, .. }
        | RegistryChange::CacheRuleDelete { before } => {
            let rules = ecr.registry_cache_rules().await?;
            let now = rules.iter().find(|one| one.prefix == before.prefix);
            same(&format!("pull through cache rule {}", before.prefix), before, now)
        }
        RegistryChange::TemplateChange { before, .. }
        | RegistryChange::TemplateDelete { before } => {
            let templates = ecr.registry_templates().await?;
            let now = templates.iter().find(|one| one.prefix == before.prefix);
            same(&format!("repository creation template {}", before.prefix), before.as_ref(), now)
        }
        // What exists is refused by ECR. The others make one value what it should be.
        RegistryChange::CacheRuleCreate { .. }
        | RegistryChange::TemplateCreate { .. }
        | RegistryChange::BlobMounting { .. }
        | RegistryChange::ExclusionAdd { .. }
        | RegistryChange::ExclusionRemove { .. } => Ok(()),
    }
}

fn same<T: PartialEq>(what: &str, before: &T, now: Option<&T>) -> Result<(), ApiError> {
    let message = match now {
        Some(now) if now == before => return Ok(()),
        Some(_) => format!("The {what} changed after it was shown."),
        None => format!("The {what} was deleted after it was shown."),
    };
    Err(ApiError::new(ErrorCode::RegistrySettingChanged, message))
}

/// What ECR refuses of a rule or a template that has the right form, in words.
fn refused(error: AwsError) -> ApiError {
    let AwsError::Refused { code, message, .. } = &error else {
        return error.into();
    };
    let next = match code.as_str() {
        "PullThroughCacheRuleAlreadyExistsException" | "TemplateAlreadyExistsException" => {
            "Enter another prefix, or change the one that exists."
        }
        "SecretNotFoundException" => {
            "Check the ARN of the secret. The secret must be in this account and Region."
        }
        "UnableToAccessSecretException" => {
            "Allow the service-linked role of ECR to read the secret, in the policy of the secret and of its KMS key."
        }
        "UnableToDecryptSecretValueException" => {
            "Encrypt the secret with the AWS managed key aws/secretsmanager, or allow its KMS key to ECR."
        }
        "UnsupportedUpstreamRegistryException" => "Choose another upstream registry.",
        "InvalidParameterException" | "ValidationException" => {
            "Check that every role, key, and account exists."
        }
        _ => return error.into(),
    };
    let message = format!("ECR refused the change: {}", sentence(message));
    ApiError::new(ErrorCode::InputInvalid, message).hint(next).caused_by(&error)
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
