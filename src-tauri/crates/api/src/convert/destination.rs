//! Destinations of migrations.

use url::Url;

use transload_contract::DestinationIdentity;
use transload_migration as engine;
use transload_migration::DestinationEndpoint;
use transload_model::{AccountId, Partition, Region, RegistryHost};

/// Converts a destination for the window and for plan files.
pub fn destination(from: &engine::DestinationIdentity) -> DestinationIdentity {
    let replacement = |endpoint: &DestinationEndpoint| {
        endpoint.replacement().map(|url| url.as_str().trim_end_matches('/').to_owned())
    };
    DestinationIdentity {
        account_id: from.account.to_string(),
        partition: from.partition.to_string(),
        region: from.region.to_string(),
        registry: from.registry.to_string(),
        ecr_endpoint: replacement(&from.ecr_endpoint),
        registry_endpoint: replacement(&from.registry_endpoint),
    }
}

/// The destination of a plan file.
///
/// # Errors
/// Where a part cannot be read, or two parts contradict each other.
pub fn engine_destination(
    from: &DestinationIdentity,
) -> Result<engine::DestinationIdentity, Box<dyn std::error::Error>> {
    let endpoint = |text: &Option<String>| match text {
        Some(text) => Url::parse(text).map(DestinationEndpoint::At),
        None => Ok(DestinationEndpoint::Aws),
    };
    let partition = Partition::ALL.into_iter().find(|known| known.id() == from.partition);
    let read = engine::DestinationIdentity {
        account: AccountId::parse(&from.account_id)?,
        partition: partition.ok_or_else(|| format!("{:?} is no partition", from.partition))?,
        region: Region::parse(&from.region)?,
        registry: RegistryHost::parse(&from.registry)?,
        ecr_endpoint: endpoint(&from.ecr_endpoint)?,
        registry_endpoint: endpoint(&from.registry_endpoint)?,
    };
    read.ensure_consistent()?;
    Ok(read)
}
