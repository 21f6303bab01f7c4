//! Where else a repository may be: whoever looks for one in vain often looks in the wrong region.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, stream};

use transload_aws::{AwsSession, EcrApi};
use transload_model::{Partition, Region, RepositoryName};
use transload_network::is_loopback;

/// How long the look may take. What has no answer by then is left out.
const LOOKED_WITHIN: Duration = Duration::from_secs(8);

/// Regions that are asked at the same time.
const MAX_CONCURRENT_REQUESTS: usize = 6;

/// The regions that are on for every commercial account, the busiest first; the others must be enabled
/// and are seldom where a repository is lost. Source: AWS Account Management reference guide,
/// "Considerations before enabling and disabling Regions".
const COMMERCIAL: [&str; 17] = [
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

/// The other likely regions of the session's partition that have a repository of this name. A region
/// that does not answer, or refuses, counts as one without it. An endpoint of one's own choosing is that
/// of one region, so nothing is asked through it, except an emulator on this computer.
pub async fn regions_with(session: &AwsSession, name: &RepositoryName) -> Vec<Region> {
    if session.ecr_endpoint().is_some_and(|endpoint| !is_loopback(endpoint)) {
        return Vec::new();
    }
    let others = likely(Partition::of_region(session.region()))
        .iter()
        .filter_map(|region| Region::parse(region).ok())
        .filter(|region| region != session.region());
    let found = Mutex::new(Vec::new());
    let asked = stream::iter(others).for_each_concurrent(MAX_CONCURRENT_REQUESTS, |region| {
        let found = &found;
        async move {
            let ecr = session.in_region(region.clone()).ecr();
            if matches!(ecr.repository(name).await, Ok(Some(_))) {
                found.lock().unwrap_or_else(PoisonError::into_inner).push(region);
            }
        }
    });
    // What was found in time counts.
    let _ = tokio::time::timeout(LOOKED_WITHIN, asked).await;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort();
    found
}

fn likely(partition: Partition) -> &'static [&'static str] {
    match partition {
        Partition::Commercial => &COMMERCIAL,
        Partition::China => &["cn-north-1", "cn-northwest-1"],
        Partition::GovCloud => &["us-gov-east-1", "us-gov-west-1"],
        Partition::EuropeanSovereign => &["eusc-de-east-1"],
        Partition::Iso => &["us-iso-east-1", "us-iso-west-1"],
        Partition::IsoB => &["us-isob-east-1", "us-isob-west-1"],
        Partition::IsoE => &["eu-isoe-west-1"],
        Partition::IsoF => &["us-isof-east-1", "us-isof-south-1"],
    }
}
