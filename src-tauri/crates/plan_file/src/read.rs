//! Reads plan files as data that someone else may have written or changed.
//!
//! A file contains some facts more than once, so that it can be read without Transload. Each used fact comes from one
//! place: destinations from registry, repository and tag, sources from the request. If another place
//! contradicts it, the file is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;

use serde::Deserialize;
use transload_aws::{EndpointVariant, api_host};
use transload_contract::{AwsConnection, ImageSource, PLAN_FILE_VERSION, PlanFile};
use transload_errors::{ApiError, ErrorCode};
use transload_files::{decode_text, read_whole};
use transload_migration::{
    Action, DestinationIdentity, MigrationRequest, Plan, PlannedImage, RequestedImage, Resolution,
    Route,
};
use transload_model::RepositoryName;

use crate::destination::{named_destination, planned_destination};
use crate::file_plan::plan_of_file;
use crate::settings::shown_settings;

/// The version of a plan file, which later versions contain too.
#[derive(Deserialize)]
struct Version {
    transload_plan: u32,
}

/// Reads a plan file.
///
/// # Errors
/// [`ErrorCode::PlanFileInvalid`] if it isn't a plan of this version.
pub async fn read_file(path: &Path) -> Result<PlanFile, ApiError> {
    let file = path.to_owned();
    let bytes = tokio::task::spawn_blocking(move || read_whole(&file)).await;
    let bytes = bytes.map_err(|error| ApiError::internal(error.to_string()))?;
    let bytes = bytes.map_err(|error| ApiError::storage(path, &error))?;
    let not_a_plan = |error: &(dyn std::error::Error + 'static)| {
        let message = format!("{} isn't a Transload plan.", path.display());
        ApiError::new(ErrorCode::PlanFileInvalid, message)
            .about(path.display().to_string())
            .hint("Create a plan with transload-cli plan, or download it from the Review step.")
            .caused_by(error)
    };
    let unreadable = |error: serde_json::Error| not_a_plan(&error);
    let text = decode_text(bytes).map_err(|error| not_a_plan(&error))?;
    let Version { transload_plan: version } = serde_json::from_str(&text).map_err(unreadable)?;
    let refused = |message: String, hint: &str| {
        let error = ApiError::new(ErrorCode::PlanFileInvalid, message);
        Err(error.about(path.display().to_string()).hint(hint))
    };
    if version > PLAN_FILE_VERSION {
        let message = format!(
            "The plan has version {version}; this program reads version {PLAN_FILE_VERSION}."
        );
        return refused(message, "Update Transload, or make the plan again with this version.");
    }
    if version < PLAN_FILE_VERSION {
        let message = format!(
            "The plan has version {version}, which doesn't record the region, the registry and the endpoints that it was made for."
        );
        return refused(message, "Make the plan again with this version of Transload.");
    }
    serde_json::from_str(&text).map_err(unreadable)
}

/// Returns the destination of a file, after a check of everything that the file contains about it.
///
/// # Errors
/// [`ErrorCode::PlanFileInvalid`] if the file contradicts itself.
pub async fn file_destination(file: &PlanFile) -> Result<DestinationIdentity, ApiError> {
    let shown = &file.plan.destination;
    let planned = planned_destination(shown)
        .map_err(|error| contradicts(format!("the destination can't be used: {error}")))?;
    let identity = &file.plan.identity;
    same("the account", &identity.account_id, &shown.account_id)?;
    same("the partition", &identity.partition, &shown.partition)?;
    same("the region", &identity.region, &shown.region)?;
    same("the registry", &file.plan.registry, &shown.registry)?;
    if let Some(account) = identity.arn.split(':').nth(4).filter(|account| !account.is_empty()) {
        same("the account of the caller", account, &shown.account_id)?;
    }
    let endpoints = &identity.endpoints;
    if let Some(registry) = &endpoints.registry {
        same("the registry of the caller", registry, &shown.registry)?;
    }
    let own = EndpointVariant { fips: endpoints.fips, dual_stack: endpoints.dual_stack };
    let api = match planned.ecr_endpoint.replacement() {
        Some(url) => url.host_str().map(|host| match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }),
        None => api_host(&planned.region, own).await,
    };
    if let (Some(reported), Some(api)) = (&endpoints.api, api) {
        same("the host of the ECR API", reported, &api)?;
    }
    let practice = matches!(file.request.connection, AwsConnection::Practice);
    same("practice mode", &identity.practice, &practice)?;
    let named = named_destination(&file.request.connection, &planned)?;
    if let Some(difference) = planned.differences(&named).into_iter().next() {
        let what = format!("the {} of the connection", difference.field);
        same(&what, &difference.current, &difference.planned)?;
    }
    Ok(planned)
}

/// Returns the plan of a file, after a check of everything that the file contains about its images
/// and repositories. `request` is the parsed request of the file.
///
/// # Errors
/// [`ErrorCode::PlanFileInvalid`] if the file contradicts itself.
pub fn checked_plan(
    file: &PlanFile,
    destination: DestinationIdentity,
    request: &MigrationRequest,
) -> Result<Plan, ApiError> {
    let plan = plan_of_file(file, destination, request)?;
    same("the number of images", &plan.images.len(), &request.images.len())?;
    let mut destinations = BTreeSet::new();
    for ((shown, image), requested) in
        file.plan.images.iter().zip(&plan.images).zip(&request.images)
    {
        check_image(image, requested)?;
        check_source(image, &file.request.source)?;
        same("a destination", &shown.destination, &image.destination.to_string())?;
        if image.action.moves() && !destinations.insert(&image.destination) {
            return Err(contradicts(format!("{} is there twice", image.destination)));
        }
    }
    for (number, image) in (0..).zip(&plan.images) {
        same("the number of an image", &image.index, &number)?;
    }
    check_repositories(file, &plan, request)?;
    check_push_order(file)?;
    check_totals(file, &plan)?;
    Ok(plan)
}

fn check_image(image: &PlannedImage, requested: &RequestedImage) -> Result<(), ApiError> {
    same("a selected repository", &image.source_repository, &requested.source_repository)?;
    same("a selected tag", &image.requested_tag, &requested.tag)?;
    same("a source", &image.source, &requested.source)?;
    same("the repository of an image", &image.repository, &requested.repository)?;
    same("the tag of an image", &image.tag, requested.destination_tag())?;
    let what = &image.destination;
    let existing = image.destination_digest.is_some();
    let has_digest = match &image.action {
        Action::Move => false,
        Action::Refused { .. } => return Ok(()),
        _ => true,
    };
    if existing != has_digest {
        return Err(contradicts(format!("the action and the digest at {what} don't go together")));
    }
    let chosen = match &image.action {
        Action::Overwrite => matches!(requested.resolution, Some(Resolution::Overwrite)),
        Action::KeepExisting => matches!(requested.resolution, Some(Resolution::KeepExisting)),
        _ => true,
    };
    match chosen {
        true => Ok(()),
        false => Err(contradicts(format!("nobody chose the action for {what}"))),
    }
}

/// The route follows from the source. A registry's image is pinned to its digest.
fn check_source(image: &PlannedImage, source: &ImageSource) -> Result<(), ApiError> {
    let by_engine = matches!(source, ImageSource::DockerEngine);
    if by_engine != (image.route == Route::DockerEngine) {
        return Err(contradicts(format!("the route of {} is not the source's", image.source)));
    }
    let pinned = image.source_digest.as_ref();
    match &image.action {
        Action::Refused { .. } => Ok(()),
        _ if by_engine => Ok(()),
        _ if pinned.is_none() => {
            Err(contradicts(format!("{} is not pinned to a digest", image.source)))
        }
        action => {
            let equal = pinned == image.destination_digest.as_ref();
            match equal == matches!(action, Action::AlreadyThere) {
                true => Ok(()),
                false => Err(contradicts(format!(
                    "the digests of {} and the action don't go together",
                    image.source
                ))),
            }
        }
    }
}

fn check_repositories(
    file: &PlanFile,
    plan: &Plan,
    request: &MigrationRequest,
) -> Result<(), ApiError> {
    let mut known: BTreeMap<&RepositoryName, bool> = BTreeMap::new();
    for (shown, repository) in file.plan.repositories.iter().zip(&plan.repositories) {
        let name = &repository.name;
        if known.insert(name, repository.exists).is_some() {
            return Err(contradicts(format!("the repository {name} is there twice")));
        }
        same("the address of a repository", &shown.uri, &repository.uri)?;
        let wanted = request.repositories.get(name).map(shown_settings);
        if !repository.exists && wanted.is_none_or(|wanted| wanted != shown.settings) {
            return Err(contradicts(format!("the settings of {name} are not those requested")));
        }
    }
    let is_used = |image: &&PlannedImage| !matches!(image.action, Action::Refused { .. });
    let mut used = BTreeSet::new();
    for image in plan.images.iter().filter(is_used) {
        let name = &image.repository;
        match known.get(name) {
            None => return Err(contradicts(format!("the repository {name} is missing"))),
            Some(false) if image.destination_digest.is_some() => {
                return Err(contradicts(format!("{name} holds an image and doesn't exist")));
            }
            Some(_) => used.insert(name),
        };
    }
    if let Some(name) = known.keys().find(|name| !used.contains(*name)) {
        return Err(contradicts(format!("no image goes to the repository {name}")));
    }
    let is_unknown = |name: &&String| !known.keys().any(|known| known.as_str() == name.as_str());
    match file.layer_groups.keys().find(is_unknown) {
        Some(name) => Err(contradicts(format!("the repository {name} has layers and no image"))),
        None => Ok(()),
    }
}

/// The images of a repository are numbered in the order of their pushes, without a gap. Files of
/// earlier versions have no numbers.
fn check_push_order(file: &PlanFile) -> Result<(), ApiError> {
    let mut orders: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for image in &file.plan.images {
        if let Some(order) = image.push_order {
            orders.entry(image.repository.as_str()).or_default().push(order);
        }
    }
    for (name, mut orders) in orders {
        orders.sort_unstable();
        if orders.iter().zip(0u32..).any(|(order, expected)| *order != expected) {
            return Err(contradicts(format!("the order of the images of {name} has a gap")));
        }
    }
    Ok(())
}

fn check_totals(file: &PlanFile, plan: &Plan) -> Result<(), ApiError> {
    let (shown, counted) = (&file.plan.totals, plan.totals);
    for (what, shown, counted) in [
        (
            "the number of new repositories",
            shown.repositories_to_create,
            counted.repositories_to_create,
        ),
        ("the number of images to migrate", shown.images_to_move, counted.images_to_move),
        ("the number of unchanged images", shown.images_unchanged, counted.images_unchanged),
        ("the number of conflicts", shown.conflicts, counted.conflicts),
        ("the number of refused images", shown.refused, counted.refused),
        ("the number of referrer tags", shown.referrer_tags, counted.referrer_tags),
        ("the number of kept referrer tags", shown.referrer_tags_kept, counted.referrer_tags_kept),
        ("the number of unread referrers", shown.referrers_unknown, counted.referrers_unknown),
    ] {
        same(what, &shown, &counted)?;
    }
    same("the readiness", &file.plan.ready, &plan.is_ready())
}

fn same<T: Display + PartialEq + ?Sized>(what: &str, one: &T, other: &T) -> Result<(), ApiError> {
    match one == other {
        true => Ok(()),
        false => Err(contradicts(format!("{what} is {one} in one place and {other} in another"))),
    }
}

fn contradicts(how: String) -> ApiError {
    let message = format!("The plan file contradicts itself: {how}.");
    ApiError::new(ErrorCode::PlanFileInvalid, message)
        .hint("Create the plan again, or export it again.")
}

#[cfg(test)]
mod tests;
