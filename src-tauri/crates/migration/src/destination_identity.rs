//! Which destination a migration writes to: account, partition, region, registry and endpoints.
//!
//! The identity is resolved when a connection is opened, becomes part of the plan, and is stored in
//! the plan file and in the journal. Run, resume, verify, undo and the renewal of a session compare
//! it with the connection that they are about to use, all through
//! [`DestinationIdentity::ensure_same`].

use std::fmt;

use url::Url;

use transload_model::{AccountId, ImageReference, InvalidReference, Partition, Region};
use transload_model::{RegistryHost, RepositoryName, Tag};
use transload_registry::RegistryEndpoint;

/// The destination of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationIdentity {
    pub account: AccountId,
    /// Always the partition of `region`.
    pub partition: Partition,
    pub region: Region,
    /// The registry's host in image references.
    pub registry: RegistryHost,
    /// Endpoint of the ECR API.
    pub ecr_endpoint: DestinationEndpoint,
    /// Endpoint of the registry protocol.
    pub registry_endpoint: DestinationEndpoint,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DestinationEndpoint {
    /// The default AWS endpoint of the account and region.
    Aws,
    /// An override, such as a VPC endpoint or an emulator.
    At(Url),
    /// The journal entry was written by a version that didn't record endpoints. It matches every
    /// endpoint.
    NotRecorded,
}

/// A field of a [`DestinationIdentity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DestinationField {
    Account,
    Partition,
    Region,
    Registry,
    EcrEndpoint,
    RegistryEndpoint,
}

/// A field of the destination that differs from the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationDifference {
    pub field: DestinationField,
    pub planned: String,
    /// The value of the open connection.
    pub current: String,
}

/// Fields of one destination that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {field} {value} doesn't match the {other}")]
pub struct InconsistentDestination {
    field: DestinationField,
    value: String,
    other: String,
}

impl DestinationIdentity {
    /// Creates the identity of an open connection. `ecr_endpoint` overrides the default AWS
    /// endpoint.
    pub fn new(
        account: AccountId,
        region: Region,
        registry: &RegistryEndpoint,
        ecr_endpoint: Option<Url>,
    ) -> Self {
        let is_aws = registry.host.is_amazon_ecr() && registry.url.scheme() == "https";
        Self {
            account,
            partition: Partition::of_region(&region),
            region,
            registry: registry.host.clone(),
            ecr_endpoint: ecr_endpoint.map_or(DestinationEndpoint::Aws, DestinationEndpoint::At),
            registry_endpoint: match is_aws {
                true => DestinationEndpoint::Aws,
                false => DestinationEndpoint::At(registry.url.clone()),
            },
        }
    }

    /// Returns the full reference of an image at this destination.
    ///
    /// # Errors
    /// Returns [`InvalidReference`] if registry, repository and tag don't form a valid reference.
    pub fn image(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
    ) -> Result<ImageReference, InvalidReference> {
        ImageReference::new(self.registry.clone(), repository.as_str(), Some(tag.clone()), None)
    }

    /// Returns the URI of a repository at this destination, without a tag.
    pub fn repository_uri(&self, name: &RepositoryName) -> String {
        format!("{}/{name}", self.registry)
    }

    /// Returns every field in which `current` differs from this planned destination.
    pub fn differences(&self, current: &Self) -> Vec<DestinationDifference> {
        use DestinationField as Field;
        let endpoint = |field, planned: &DestinationEndpoint, current: &DestinationEndpoint| {
            (field, planned.to_string(), current.to_string(), planned.is_same(current))
        };
        let value = |field, planned: String, current: String| {
            let same = planned == current;
            (field, planned, current, same)
        };
        let compared = [
            value(Field::Account, self.account.to_string(), current.account.to_string()),
            value(Field::Partition, self.partition.to_string(), current.partition.to_string()),
            value(Field::Region, self.region.to_string(), current.region.to_string()),
            value(Field::Registry, self.registry.to_string(), current.registry.to_string()),
            endpoint(Field::EcrEndpoint, &self.ecr_endpoint, &current.ecr_endpoint),
            endpoint(Field::RegistryEndpoint, &self.registry_endpoint, &current.registry_endpoint),
        ];
        let different = compared.into_iter().filter(|(.., same)| !same);
        different
            .map(|(field, planned, current, _)| DestinationDifference { field, planned, current })
            .collect()
    }

    /// Checks an identity that was read from a file for contradictions. An Amazon ECR host contains
    /// its account and region.
    ///
    /// # Errors
    /// Returns the first contradiction.
    pub fn ensure_consistent(&self) -> Result<(), InconsistentDestination> {
        use DestinationField as Field;
        let wrong = |field, value: &dyn fmt::Display, other: String| InconsistentDestination {
            field,
            value: value.to_string(),
            other,
        };
        let region = format!("region {}", self.region);
        if self.partition != Partition::of_region(&self.region) {
            return Err(wrong(Field::Partition, &self.partition, region));
        }
        let registry = &self.registry;
        if registry.ecr_region().is_some_and(|named| named != self.region.as_str()) {
            return Err(wrong(Field::Registry, registry, region));
        }
        if registry.ecr_account().is_some_and(|named| named != self.account.as_str()) {
            return Err(wrong(Field::Registry, registry, format!("account {}", self.account)));
        }
        let named = match &self.registry_endpoint {
            DestinationEndpoint::At(url) => RegistryEndpoint::parse(url.as_str()).ok(),
            DestinationEndpoint::Aws => registry
                .is_amazon_ecr()
                .then(|| RegistryEndpoint::for_host(registry, false).ok())
                .flatten(),
            DestinationEndpoint::NotRecorded => return Ok(()),
        };
        match named {
            Some(named) if named.host == *registry => Ok(()),
            _ => {
                let registry = format!("registry {registry}");
                Err(wrong(Field::RegistryEndpoint, &self.registry_endpoint, registry))
            }
        }
    }
}

impl DestinationEndpoint {
    /// Returns the endpoint override, if one is recorded.
    pub fn replacement(&self) -> Option<&Url> {
        match self {
            Self::At(url) => Some(url),
            Self::Aws | Self::NotRecorded => None,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::NotRecorded, _) | (_, Self::NotRecorded) => true,
            (one, other) => one == other,
        }
    }
}

impl fmt::Display for DestinationEndpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws => formatter.write_str("the AWS endpoint"),
            Self::At(url) => formatter.write_str(url.as_str().trim_end_matches('/')),
            Self::NotRecorded => formatter.write_str("not recorded"),
        }
    }
}

impl fmt::Display for DestinationField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Account => "account",
            Self::Partition => "partition",
            Self::Region => "region",
            Self::Registry => "registry",
            Self::EcrEndpoint => "ECR endpoint",
            Self::RegistryEndpoint => "registry endpoint",
        })
    }
}

#[cfg(test)]
mod tests;
