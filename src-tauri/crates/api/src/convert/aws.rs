//! Callers and repositories.

use transload_aws as engine;
use transload_contract::{AwsEndpoints, AwsIdentity, Repository};
use transload_model::Partition;
use transload_plan_file::shown_settings;

pub fn identity(
    caller: &engine::CallerIdentity,
    practice: bool,
    endpoints: AwsEndpoints,
) -> AwsIdentity {
    AwsIdentity {
        account_id: caller.account.to_string(),
        arn: caller.arn.clone(),
        region: caller.region.to_string(),
        expires_at_ms: caller.expires_at_ms,
        practice,
        partition: Partition::of_region(&caller.region).to_string(),
        endpoints,
    }
}

pub fn repository(repository: &engine::EcrRepository) -> Repository {
    Repository {
        name: repository.name.to_string(),
        uri: repository.uri.clone(),
        arn: repository.arn.clone(),
        created_at_ms: repository.created_at_ms,
        settings: shown_settings(&repository.settings),
    }
}
