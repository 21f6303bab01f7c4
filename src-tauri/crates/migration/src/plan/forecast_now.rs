//! Refreshes the lifecycle forecast of a plan that was created earlier, such as the plan in a file:
//! policies and images of the destination are read again. The api calls it for plan files and
//! compares the result with what the plan showed.

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt, stream};

use crate::concurrency::MAX_CONCURRENT_REPOSITORY_READS;
use crate::endpoints::Destination;
use crate::facts::destination_policy::policy_facts;
use crate::facts::{PolicyDocument, RepositoryState};
use crate::plan::{LifecycleForecast, Plan, PlannedImage};
use transload_model::RepositoryName;

/// Returns a current forecast for each repository that the plan writes to. A repository that doesn't
/// exist has no policy yet, and its forecast is [`LifecycleForecast::Unknown`].
pub async fn forecast_now(
    plan: &Plan,
    destination: &Destination,
) -> BTreeMap<RepositoryName, LifecycleForecast> {
    let mut moving: HashMap<&RepositoryName, Vec<&PlannedImage>> = HashMap::new();
    for image in plan.images.iter().filter(|image| image.action.moves()) {
        moving.entry(&image.repository).or_default().push(image);
    }
    let forecasts = moving.into_iter().map(|(name, images)| async move {
        let policy = PolicyDocument::of(name, destination.ecr.lifecycle_policy(name).await);
        let lifecycle_facts = policy_facts(name, &policy, images.len(), destination).await;
        let state = RepositoryState { lifecycle_facts, ..RepositoryState::default() };
        (name.clone(), LifecycleForecast::of_existing(Some(&state), &images))
    });
    let forecasts: Vec<_> = forecasts.collect();
    stream::iter(forecasts).buffer_unordered(MAX_CONCURRENT_REPOSITORY_READS).collect().await
}
