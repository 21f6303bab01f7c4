//! What the lifecycle policies do with the images of a plan that was made some time ago, such as the
//! plan of a file: policies and images of the destination are read again. The caller compares it with
//! what the plan showed.

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt, stream};

use super::destination_policy::policy_facts;
use super::there::Document;
use super::{Destination, LifecycleForecast, Plan, PlannedImage, RepositoryHolds};
use transload_model::RepositoryName;

const MAX_CONCURRENT_REPOSITORIES: usize = 4;

/// Forecasts again for each repository that exists and that the plan writes to. A repository that does
/// not exist has no policy yet, and its forecast is [`LifecycleForecast::Unknown`].
pub async fn forecast_now(
    plan: &Plan,
    destination: &Destination,
) -> BTreeMap<RepositoryName, LifecycleForecast> {
    let mut moving: HashMap<&RepositoryName, Vec<&PlannedImage>> = HashMap::new();
    for image in plan.images.iter().filter(|image| image.action.moves()) {
        moving.entry(&image.repository).or_default().push(image);
    }
    let forecasts = moving.into_iter().map(|(name, images)| async move {
        let policy = Document::of(name, destination.ecr.lifecycle_policy(name).await);
        let lifecycle_facts = policy_facts(name, &policy, images.len(), destination).await;
        let holds = RepositoryHolds { lifecycle_facts, ..RepositoryHolds::default() };
        (name.clone(), LifecycleForecast::of_existing(Some(&holds), &images))
    });
    let forecasts: Vec<_> = forecasts.collect();
    stream::iter(forecasts).buffer_unordered(MAX_CONCURRENT_REPOSITORIES).collect().await
}
