//! `plan`: selects images with the options, plans the migration, prints the plan and writes it to a
//! file.

use std::collections::BTreeSet;

use transload_api::Api;
use transload_contract::{
    AwsConnection, ConflictChoice, ConflictResolution, CopyScope, ImageSource, MigrationPlan,
    MigrationRequest, Naming, PlanRemark, PlannedAction, RepositoryMapping, RepositorySettings,
    SelectedImage, Selection, TagMutability, TagPattern, TagPatternKind, TagRules,
    UnreadRepository,
};
use transload_errors::{ApiError, ErrorCode};

use crate::arguments::migration::{OnConflict, PlanArguments};
use crate::exit_code::{PARTLY_FAILED, REFUSED, SUCCEEDED};
use crate::output::lifecycle;
use crate::output::planning::PlanningProgress;
use crate::{aws_connection, input_files, mfa, output, plan_source};

/// A plan, and the repositories of the source that couldn't be read for it.
struct Planned {
    plan: MigrationPlan,
    unread: Vec<UnreadRepository>,
}

/// Makes a plan, prints it and writes it.
pub async fn plan(api: &Api, arguments: &PlanArguments) -> Result<u8, ApiError> {
    let connection = aws_connection::from_account(&arguments.account);
    let make = async || make(api, arguments, &connection).await;
    let Planned { plan, unread } = mfa::with_code_of(api, &connection, make).await?;
    output::plan::print(&plan);
    output::registry_counterparts::print(api, &plan).await;
    for unread in &unread {
        output::unread_repository(unread);
    }
    let is_confirmed = arguments.allow_expiry || lifecycle::to_confirm(&plan).is_empty();
    if !is_confirmed {
        output::note("Lifecycle policies would expire images. Confirm with --allow-expiry.");
    }
    Ok(match (plan.ready && is_confirmed, unread.is_empty()) {
        (true, true) => SUCCEEDED,
        (true, false) => PARTLY_FAILED,
        (false, _) => REFUSED,
    })
}

/// Makes the plan and writes it.
async fn make(
    api: &Api,
    arguments: &PlanArguments,
    connection: &AwsConnection,
) -> Result<Planned, ApiError> {
    let progress = PlanningProgress::start();
    let from = plan_source::resolve(api, &arguments.from).await?;
    let (mut request, unread) =
        request(api, arguments, connection, from.clone(), &progress).await?;
    let status = api.source_login_status(from).await?;
    if let Some(error) = status.login_error {
        output::warning(&error.message);
    }
    let mut plan = api
        .migration_plan_with_progress(request.clone(), |read| progress.images_checked(read))
        .await?;
    if arguments.skip_build_caches && skip_build_caches(&mut request, &plan)? {
        plan = api
            .migration_plan_with_progress(request.clone(), |read| progress.images_checked(read))
            .await?;
    }
    let resolution = match arguments.on_conflict {
        OnConflict::Refuse => None,
        OnConflict::Keep => Some(ConflictResolution::KeepExisting),
        OnConflict::Overwrite => Some(ConflictResolution::Overwrite),
    };
    if let Some(resolution) = resolution.filter(|_| plan.totals.conflicts > 0) {
        let in_conflict = plan
            .images
            .iter()
            .filter(|image| matches!(image.action, PlannedAction::Conflict { .. }));
        let choice =
            |image: SelectedImage| ConflictChoice { image, resolution: resolution.clone() };
        request.choices = in_conflict.map(|image| choice(image.selected.clone())).collect();
        plan =
            api.migration_plan_with_progress(request, |read| progress.images_checked(read)).await?;
    }
    if arguments.allow_expiry {
        let repositories = lifecycle::to_confirm(&plan);
        api.migration_expiry_confirm(plan.plan.clone(), repositories).await?;
    }
    api.migration_plan_export(plan.plan.clone(), arguments.out.clone()).await?;
    Ok(Planned { plan, unread })
}

/// Takes the build caches of a plan out of its request. Returns whether there were any.
fn skip_build_caches(
    request: &mut MigrationRequest,
    plan: &MigrationPlan,
) -> Result<bool, ApiError> {
    let images = plan.images.iter();
    let caches = images.filter(|image| image.remarks.contains(&PlanRemark::BuildCache));
    let caches: Vec<&SelectedImage> = caches.map(|image| &image.selected).collect();
    for cache in &caches {
        let SelectedImage { repository, tag } = cache;
        output::note(&format!("{repository}:{tag} is a build cache and is skipped."));
    }
    request.images.retain(|image| !caches.contains(&image));
    if request.images.is_empty() {
        let message = "Every image of the selection is a build cache.";
        return Err(ApiError::new(ErrorCode::InputInvalid, message)
            .hint("Leave out --skip-build-caches to copy them."));
    }
    let used: BTreeSet<&str> =
        request.images.iter().map(|image| image.repository.as_str()).collect();
    request.repositories.retain(|mapping| used.contains(mapping.source_repository.as_str()));
    Ok(!caches.is_empty())
}

async fn request(
    api: &Api,
    arguments: &PlanArguments,
    connection: &AwsConnection,
    from: ImageSource,
    progress: &PlanningProgress,
) -> Result<(MigrationRequest, Vec<UnreadRepository>), ApiError> {
    // A colon after the last slash separates a repository and a tag; earlier ones belong to a host.
    let (mut named, mut images) = (Vec::new(), Vec::new());
    for text in &arguments.images {
        match text.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
            Some((repository, tag)) => images
                .push(SelectedImage { repository: repository.to_owned(), tag: tag.to_owned() }),
            None => named.push(text.clone()),
        }
    }
    let (mut selection, mut unread) = (None, Vec::new());
    if !named.is_empty() || images.is_empty() {
        let rules = Selection { repositories: named, rules: rules(arguments) };
        let report = |read| progress.source_read(read);
        let chosen = api.source_choose_with_progress(from.clone(), rules.clone(), report).await?;
        images.extend(chosen.images);
        unread = chosen.unread;
        // Single images are not part of a rule, so such a plan stores no rules to select by again.
        selection = arguments.images.iter().all(|text| !text.contains(':')).then_some(rules);
    }
    if images.is_empty() {
        let message = "No tag of the source matches these options.";
        return Err(ApiError::new(ErrorCode::InputInvalid, message).hint(
            "Loosen --tags, --newest or the day limits, or name repositories that have tags.",
        ));
    }
    let naming = Naming { prefix: arguments.prefix.clone(), rules: arguments.renames.clone() };
    let mut repositories = mappings(api, &images, &naming).await?;
    let unusable = api.unusable_names(&repositories);
    let is_usable = |source: &str| unusable.iter().all(|named| named.repository != source);
    images.retain(|image| is_usable(&image.repository));
    repositories.retain(|mapping| is_usable(&mapping.source_repository));
    if images.is_empty()
        && let Some(first) = unusable.first()
    {
        return Err(first.error.clone());
    }
    unread.extend(unusable);
    let request = MigrationRequest {
        repositories,
        naming,
        images,
        template: RepositorySettings {
            tag_mutability: if arguments.immutable {
                TagMutability::Immutable
            } else {
                TagMutability::Mutable
            }
            .into(),
            scan_on_push: arguments.scan_on_push,
            policy: arguments
                .repository_policy
                .as_deref()
                .map(input_files::read_text)
                .transpose()?,
            ..RepositorySettings::default()
        },
        extent: CopyScope {
            platform: arguments.platform.clone(),
            referrers: !arguments.no_referrers,
        },
        selection,
        ..MigrationRequest::new(connection.clone(), from)
    };
    Ok((request, unread))
}

fn rules(arguments: &PlanArguments) -> TagRules {
    let patterns = |texts: &[String], kind: TagPatternKind| {
        texts.iter().map(move |text| TagPattern { kind, text: text.clone() }).collect::<Vec<_>>()
    };
    TagRules {
        include: [
            patterns(&arguments.tags, TagPatternKind::Glob),
            patterns(&arguments.tags_regex, TagPatternKind::Regex),
            patterns(&arguments.tags_versions, TagPatternKind::Versions),
        ]
        .concat(),
        exclude: patterns(&arguments.without_tags, TagPatternKind::Glob),
        pushed_within_days: arguments.pushed_within,
        pulled_within_days: arguments.pulled_within,
        newest: arguments.newest,
    }
}

/// Proposes the names of the ECR repositories, including the prefix.
async fn mappings(
    api: &Api,
    images: &[SelectedImage],
    naming: &Naming,
) -> Result<Vec<RepositoryMapping>, ApiError> {
    let sources: BTreeSet<&str> = images.iter().map(|image| image.repository.as_str()).collect();
    let sources = sources.into_iter().map(str::to_owned).collect();
    let proposed = api.repository_names_propose(sources, naming.rules.clone()).await?;
    if let Some(problem) = proposed.problems.into_iter().flatten().next() {
        return Err(ApiError::new(ErrorCode::InputInvalid, problem)
            .hint("Fix --rename. Use PATTERN=>REPLACEMENT, such as 'team/*=>$1'."));
    }
    let mappings = proposed.names.into_iter().map(|proposed| RepositoryMapping {
        source_repository: proposed.source_repository,
        repository_name: format!("{}{}", naming.prefix, proposed.name),
        settings: None,
    });
    Ok(mappings.collect())
}
