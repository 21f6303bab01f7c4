use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::sync::Arc;

use transload_engine::migration as engine;
use transload_engine::model::{
    Digest, ImageReference, Platform, RegistryHost, RepositoryName, Tag,
};

use crate::contract::{
    ApiError, ErrorCode, PLAN_FILE_VERSION, PlanFile, PlanRemark, PlannedAction, PlannedImage,
    Route,
};

/// Layers that are smaller are sent twice sooner than that two repositories are bound together.
const SHARED_BYTES: u64 = 1 << 20;

/// Which repositories of a plan share layers: the same number for those that do.
pub fn layer_groups(plan: &engine::Plan) -> BTreeMap<String, u32> {
    let mut group_of: BTreeMap<&RepositoryName, u32> = BTreeMap::new();
    let mut first_with: HashMap<&Digest, &RepositoryName> = HashMap::new();
    let mut next = 0;
    for image in &plan.images {
        let Some(content) = &image.content else { continue };
        let own = *group_of.entry(&image.repository).or_insert_with(|| {
            next += 1;
            next - 1
        });
        for (digest, size_bytes) in &content.blobs {
            if *size_bytes < SHARED_BYTES {
                continue;
            }
            let first = *first_with.entry(digest).or_insert(&image.repository);
            let other = group_of.get(first).copied().unwrap_or(own);
            let own = group_of.get(&image.repository).copied().unwrap_or(own);
            if other != own {
                for group in group_of.values_mut().filter(|group| **group == own) {
                    *group = other;
                }
            }
        }
    }
    group_of.into_iter().map(|(name, group)| (name.to_string(), group)).collect()
}

/// A plan of a file, as the engine runs it. Its sources are pinned; manifests are read when an
/// image's turn comes.
pub fn plan_of_file(
    file: &PlanFile,
    request: &engine::MigrationRequest,
) -> Result<engine::Plan, ApiError> {
    if file.transload_plan != PLAN_FILE_VERSION {
        let message = format!(
            "The plan has version {}; this program knows version {PLAN_FILE_VERSION}.",
            file.transload_plan
        );
        return Err(ApiError::new(ErrorCode::InputInvalid, message)
            .hint("Make the plan with the same version of Transload that runs it."));
    }
    let registry = RegistryHost::parse(&file.plan.registry).map_err(|error| unreadable(&error))?;
    let images = file.plan.images.iter().map(image).collect::<Result<Vec<_>, _>>()?;
    let repositories = file.plan.repositories.iter().map(|repository| {
        let name = RepositoryName::parse(&repository.name)?;
        Ok(engine::PlannedRepository {
            uri: repository.uri.clone(),
            exists: repository.exists,
            is_own: false,
            settings: request.repositories.get(&name).cloned().unwrap_or_default(),
            differences: Vec::new(),
            name,
        })
    });
    let repositories = repositories.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(engine::Plan::of_parts(registry, repositories, images, request))
}

fn image(image: &PlannedImage) -> Result<engine::PlannedImage, ApiError> {
    let reference = |text: &str| ImageReference::parse(text).map_err(|error| unreadable(&error));
    let tag = |text: &str| Tag::parse(text).map_err(|error| unreadable(&error));
    let digest = |text: &Option<String>| {
        text.as_deref().map(Digest::parse).transpose().map_err(|error| unreadable(&error))
    };
    let platforms = image.platforms.iter().map(|platform| Platform::from_str(platform));
    let platforms = platforms.collect::<Result<_, _>>().map_err(|error| unreadable(&error))?;
    Ok(engine::PlannedImage {
        index: image.image,
        source_repository: image.selected.repository.clone(),
        requested_tag: tag(&image.selected.tag)?,
        source: reference(&image.source)?,
        destination: reference(&image.destination)?,
        repository: RepositoryName::parse(&image.repository)?,
        tag: tag(&image.tag)?,
        route: match image.route {
            Route::DockerEngine => engine::Route::DockerEngine,
            Route::RegistryToRegistry => engine::Route::RegistryToRegistry,
        },
        action: action(&image.action),
        source_digest: digest(&image.source_digest)?,
        destination_digest: digest(&image.destination_digest)?,
        platforms,
        size_bytes: image.size_bytes,
        remarks: image.remarks.iter().copied().map(remark).collect(),
        content: None,
    })
}

fn action(action: &PlannedAction) -> engine::Action {
    match action {
        PlannedAction::Move => engine::Action::Move,
        PlannedAction::Overwrite => engine::Action::Overwrite,
        PlannedAction::AlreadyThere => engine::Action::AlreadyThere,
        PlannedAction::KeepExisting => engine::Action::KeepExisting,
        PlannedAction::Conflict { overwrite_allowed } => {
            engine::Action::Conflict { overwrite_allowed: *overwrite_allowed }
        }
        PlannedAction::Refused { error } => {
            let told = serde_json::to_string(error).unwrap_or_default();
            engine::Action::Refused { error: Arc::new(engine::MigrationError::Told { told }) }
        }
    }
}

fn remark(remark: PlanRemark) -> engine::Remark {
    match remark {
        PlanRemark::DigestChanges => engine::Remark::DigestChanges,
        PlanRemark::OnePlatform => engine::Remark::OnePlatform,
        PlanRemark::SizeUnpacked => engine::Remark::SizeUnpacked,
        PlanRemark::ReadLater => engine::Remark::ReadLater,
        PlanRemark::ChosenPlatform => engine::Remark::ChosenPlatform,
        PlanRemark::NotForAmd64 => engine::Remark::NotForAmd64,
        PlanRemark::NotForLambda => engine::Remark::NotForLambda,
    }
}

fn unreadable(error: &(dyn std::error::Error + 'static)) -> ApiError {
    ApiError::invalid_input(error).hint("Make the plan anew: this file was changed or damaged.")
}
