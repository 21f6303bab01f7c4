//! Implements [`EcrRegistryConfiguration`] with the AWS SDK.

use async_trait::async_trait;
use aws_sdk_ecr::types;

use crate::ecr::client::{Ecr, is_code};
use crate::ecr::registry_configuration::{
    EcrRegistryConfiguration, RegistryScanning, ReplicationBackfill, ReplicationDestination,
    ReplicationRule, ScanningRule, SigningRule,
};
use crate::ecr::values::milliseconds;
use crate::ecr::words::{filter, reported, word};
use crate::error::AwsError;
use crate::sdk_error::Call;
use transload_model::Reported;

/// The types of filters that ECR has. Source: the service model of ECR.
const WILDCARD: &str = "WILDCARD";
const WILDCARD_MATCH: &str = "WILDCARD_MATCH";
const PREFIX_MATCH: &str = "PREFIX_MATCH";

#[async_trait]
impl EcrRegistryConfiguration for Ecr {
    async fn scanning(&self) -> Result<RegistryScanning, AwsError> {
        let call = self.call("ecr:GetRegistryScanningConfiguration");
        let response = self.client.get_registry_scanning_configuration().send().await;
        let response = response.map_err(|error| call.failed(error))?;
        let Some(configuration) = response.scanning_configuration() else {
            return Ok(RegistryScanning::default());
        };
        let rules = configuration.rules().iter().map(|rule| {
            let filters = rule.repository_filters().iter();
            let filters =
                filters.map(|one| filter(one.filter_type().as_str(), WILDCARD, one.filter()));
            ScanningRule {
                frequency: reported(rule.scan_frequency().as_str()),
                filters: filters.collect(),
            }
        });
        Ok(RegistryScanning {
            scan_type: configuration
                .scan_type()
                .map_or_else(Reported::default, |scan_type| reported(scan_type.as_str())),
            rules: rules.collect(),
        })
    }

    async fn replication(&self) -> Result<Vec<ReplicationRule>, AwsError> {
        let call = self.call("ecr:DescribeRegistry");
        let response = self.client.describe_registry().send().await;
        let response = response.map_err(|error| call.failed(error))?;
        let rules = response.replication_configuration().map(|known| known.rules());
        let rules = rules.unwrap_or_default().iter().map(|rule| ReplicationRule {
            destinations: rule.destinations().iter().map(destination).collect(),
            prefixes: rule
                .repository_filters()
                .iter()
                .map(|one| filter(one.filter_type().as_str(), PREFIX_MATCH, one.filter()))
                .collect(),
        });
        Ok(rules.collect())
    }

    async fn replication_backfills(&self) -> Result<Vec<ReplicationBackfill>, AwsError> {
        let call = self.call("ecr:ListReplicationBackfills");
        let mut all = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = self.client.list_replication_backfills().set_next_token(token);
            let page = request.send().await.map_err(|error| call.failed(error))?;
            for backfill in page.backfills() {
                let count = |number: i32| u32::try_from(number).unwrap_or(0);
                let progress = backfill.progress();
                let of = |get: fn(&types::ReplicationBackfillProgress) -> i32| {
                    progress.map_or(0, |progress| count(get(progress)))
                };
                all.push(ReplicationBackfill {
                    id: backfill.replication_backfill_id().to_owned(),
                    destination: backfill.destination().map(destination),
                    status: backfill.status().as_str().to_owned(),
                    failure: backfill.failure_code().map(str::to_owned),
                    total: of(|progress| progress.total_replication_count()),
                    completed: of(|progress| progress.completed_replication_count()),
                    failed: of(|progress| progress.failed_replication_count()),
                    started_at_ms: milliseconds(Some(backfill.started_at())),
                    ended_at_ms: milliseconds(backfill.ended_at()),
                });
            }
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    async fn account_setting(&self, name: &str) -> Result<Option<String>, AwsError> {
        let call = self.call("ecr:GetAccountSetting");
        let response = self.client.get_account_setting().name(name).send().await;
        let response = response.map_err(|error| call.failed(error))?;
        Ok(response.value().map(str::to_owned))
    }

    async fn registry_policy(&self) -> Result<Option<String>, AwsError> {
        let call = self.call("ecr:GetRegistryPolicy");
        match self.client.get_registry_policy().send().await.map_err(|error| call.failed(error)) {
            Ok(response) => Ok(response.policy_text().map(str::to_owned)),
            Err(error) if is_code(&error, "RegistryPolicyNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn signing(&self) -> Result<Vec<SigningRule>, AwsError> {
        let call = self.call("ecr:GetSigningConfiguration");
        let sent = self.client.get_signing_configuration().send().await;
        let response = match sent.map_err(|error| call.failed(error)) {
            Err(error) if is_code(&error, "SigningConfigurationNotFoundException") => {
                return Ok(Vec::new());
            }
            response => response?,
        };
        let rules = response.signing_configuration().map(|known| known.rules());
        let rules = rules.unwrap_or_default().iter().map(|rule| SigningRule {
            profile: rule.signing_profile_arn().to_owned(),
            filters: rule
                .repository_filters()
                .iter()
                .map(|one| filter(one.filter_type().as_str(), WILDCARD_MATCH, one.filter()))
                .collect(),
        });
        Ok(rules.collect())
    }

    async fn pull_time_exclusions(&self) -> Result<Vec<String>, AwsError> {
        let call = self.call("ecr:ListPullTimeUpdateExclusions");
        let mut all = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = self.client.list_pull_time_update_exclusions().set_next_token(token);
            let page = request.send().await.map_err(|error| call.failed(error))?;
            all.extend(page.pull_time_update_exclusions().iter().cloned());
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    async fn set_scanning(&self, scanning: &RegistryScanning) -> Result<(), AwsError> {
        let call = self.call("ecr:PutRegistryScanningConfiguration");
        let rules = scanning.rules.iter().map(|rule| {
            let filters = known_filters(&call, &rule.filters)?;
            let filters = filters.into_iter().map(|filter| {
                types::ScanningRepositoryFilter::builder()
                    .filter(filter)
                    .filter_type(types::ScanningRepositoryFilterType::Wildcard)
                    .build()
            });
            let filters: Result<_, _> = filters.collect();
            types::RegistryScanningRule::builder()
                .scan_frequency(word(&rule.frequency).into())
                .set_repository_filters(Some(filters.map_err(|error| call.unusable(error))?))
                .build()
                .map_err(|error| call.unusable(error))
        });
        let rules = rules.collect::<Result<_, _>>()?;
        let scan_type = word(&scanning.scan_type).into();
        let request = self.client.put_registry_scanning_configuration();
        let sent = request.scan_type(scan_type).set_rules(Some(rules)).send().await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn set_replication(&self, rules: &[ReplicationRule]) -> Result<(), AwsError> {
        let call = self.call("ecr:PutReplicationConfiguration");
        let rules = rules.iter().map(|rule| {
            let destinations = rule.destinations.iter().map(|destination| {
                types::ReplicationDestination::builder()
                    .region(&destination.region)
                    .registry_id(&destination.account)
                    .build()
            });
            let prefixes = known_filters(&call, &rule.prefixes)?;
            let filters = prefixes.into_iter().map(|prefix| {
                types::RepositoryFilter::builder()
                    .filter(prefix)
                    .filter_type(types::RepositoryFilterType::PrefixMatch)
                    .build()
            });
            let incomplete = |error| call.unusable(error);
            let filters: Vec<_> = filters.collect::<Result<_, _>>().map_err(incomplete)?;
            let destinations = destinations.collect::<Result<_, _>>().map_err(incomplete)?;
            types::ReplicationRule::builder()
                .set_destinations(Some(destinations))
                // ECR rejects an empty list.
                .set_repository_filters(Some(filters).filter(|filters| !filters.is_empty()))
                .build()
                .map_err(incomplete)
        });
        let rules = rules.collect::<Result<_, _>>()?;
        let configuration = types::ReplicationConfiguration::builder().set_rules(Some(rules));
        let configuration = configuration.build().map_err(|error| call.unusable(error))?;
        let request = self.client.put_replication_configuration();
        let sent = request.replication_configuration(configuration).send().await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn set_signing(&self, rules: &[SigningRule]) -> Result<(), AwsError> {
        if rules.is_empty() {
            let call = self.call("ecr:DeleteSigningConfiguration");
            let sent = self.client.delete_signing_configuration().send().await;
            return match sent.map_err(|error| call.failed(error)) {
                Err(error) if is_code(&error, "SigningConfigurationNotFoundException") => Ok(()),
                deleted => deleted.map(|_| ()),
            };
        }
        let call = self.call("ecr:PutSigningConfiguration");
        let rules = rules.iter().map(|rule| {
            let filters = known_filters(&call, &rule.filters)?;
            let filters = filters.into_iter().map(|filter| {
                types::SigningRepositoryFilter::builder()
                    .filter(filter)
                    .filter_type(types::SigningRepositoryFilterType::WildcardMatch)
                    .build()
            });
            let incomplete = |error| call.unusable(error);
            let filters: Vec<_> = filters.collect::<Result<_, _>>().map_err(incomplete)?;
            types::SigningRule::builder()
                .signing_profile_arn(&rule.profile)
                .set_repository_filters(Some(filters).filter(|filters| !filters.is_empty()))
                .build()
                .map_err(incomplete)
        });
        let rules = rules.collect::<Result<_, _>>()?;
        let configuration = types::SigningConfiguration::builder().set_rules(Some(rules));
        let configuration = configuration.build().map_err(|error| call.unusable(error))?;
        let request = self.client.put_signing_configuration();
        let sent = request.signing_configuration(configuration).send().await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn set_registry_policy(&self, text: Option<&str>) -> Result<(), AwsError> {
        let Some(text) = text else {
            let call = self.call("ecr:DeleteRegistryPolicy");
            let sent = self.client.delete_registry_policy().send().await;
            return sent.map(|_| ()).map_err(|error| call.failed(error));
        };
        let call = self.call("ecr:PutRegistryPolicy");
        let sent = self.client.put_registry_policy().policy_text(text).send().await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn exclude_pull_times(&self, principal: &str, is_excluded: bool) -> Result<(), AwsError> {
        if is_excluded {
            let call = self.call("ecr:RegisterPullTimeUpdateExclusion");
            let request = self.client.register_pull_time_update_exclusion();
            let sent = request.principal_arn(principal).send().await;
            return sent.map(|_| ()).map_err(|error| call.failed(error));
        }
        let call = self.call("ecr:DeregisterPullTimeUpdateExclusion");
        let request = self.client.deregister_pull_time_update_exclusion();
        let sent = request.principal_arn(principal).send().await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }
}

fn destination(from: &types::ReplicationDestination) -> ReplicationDestination {
    ReplicationDestination {
        region: from.region().to_owned(),
        account: from.registry_id().to_owned(),
    }
}

/// Returns the filters of a rule as they are written.
///
/// # Errors
/// If one is of an unknown type, which would be lost.
fn known_filters<'a>(
    call: &Call<'_>,
    filters: &'a [Reported<String>],
) -> Result<Vec<&'a String>, AwsError> {
    let known = filters.iter().map(|filter| {
        filter
            .known()
            .ok_or_else(|| call.unusable(format_args!("the filter {filter} is of an unknown type")))
    });
    known.collect()
}
