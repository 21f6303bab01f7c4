//! Searches other regions for a repository. Called when a repository was not found, because the
//! usual cause is the wrong region.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, stream};

use transload_aws::{AwsSession, EcrApi};
use transload_model::{Partition, Region, RepositoryName};
use transload_network::is_loopback;

/// Limit of the whole search. Regions that have not answered until then are left out.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(8);

/// Concurrent `DescribeRepositories` requests.
const MAX_CONCURRENT_REQUESTS: usize = 6;

/// The regions that are enabled in every commercial account, the most used first. Opt-in regions
/// are not searched. Source: AWS Account Management reference guide, "Considerations before
/// enabling and disabling Regions".
const COMMERCIAL_REGIONS: [&str; 17] = [
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "eu-central-1",
    "us-east-2",
    "ap-southeast-1",
    "ap-northeast-1",
    "ap-southeast-2",
    "eu-west-2",
    "ap-south-1",
    "eu-west-3",
    "eu-north-1",
    "us-west-1",
    "ca-central-1",
    "sa-east-1",
    "ap-northeast-2",
    "ap-northeast-3",
];

/// Returns the other regions of the session's partition that have a repository of this name. A
/// region that does not answer, or denies the request, counts as a region without it.
///
/// Returns no regions if the session has a custom ECR endpoint, because such an endpoint serves one
/// region. An emulator on this computer is an exception: it serves all regions.
pub async fn regions_with_repository(session: &AwsSession, name: &RepositoryName) -> Vec<Region> {
    if session.ecr_endpoint().is_some_and(|endpoint| !is_loopback(endpoint)) {
        return Vec::new();
    }
    let others = regions_of(Partition::of_region(session.region()))
        .iter()
        .filter_map(|region| Region::parse(region).ok())
        .filter(|region| region != session.region());
    let found = Mutex::new(Vec::new());
    let search = stream::iter(others).for_each_concurrent(MAX_CONCURRENT_REQUESTS, |region| {
        let found = &found;
        async move {
            let ecr = session.in_region(region.clone()).ecr();
            if matches!(ecr.repository(name).await, Ok(Some(_))) {
                found.lock().unwrap_or_else(PoisonError::into_inner).push(region);
            }
        }
    });
    // After a timeout, the regions found so far are returned.
    let _ = tokio::time::timeout(SEARCH_TIMEOUT, search).await;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort();
    found
}

fn regions_of(partition: Partition) -> &'static [&'static str] {
    match partition {
        Partition::Commercial => &COMMERCIAL_REGIONS,
        Partition::China => &["cn-north-1", "cn-northwest-1"],
        Partition::GovCloud => &["us-gov-east-1", "us-gov-west-1"],
        Partition::EuropeanSovereign => &["eusc-de-east-1"],
        Partition::Iso => &["us-iso-east-1", "us-iso-west-1"],
        Partition::IsoB => &["us-isob-east-1", "us-isob-west-1"],
        Partition::IsoE => &["eu-isoe-west-1"],
        Partition::IsoF => &["us-isof-east-1", "us-isof-south-1"],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use transload_aws::KNOWN_REGIONS;

    use super::*;

    #[test]
    fn every_published_region_that_needs_no_opt_in_is_searched() {
        let searched = Partition::ALL.into_iter().flat_map(regions_of).copied();
        let searched: BTreeSet<&str> = searched.filter(|id| !id.contains("-iso")).collect();
        let enabled = KNOWN_REGIONS.iter().filter(|region| !region.is_opt_in);
        assert_eq!(searched, enabled.map(|region| region.id).collect::<BTreeSet<_>>());
    }
}
