//! `plan`: what a migration would do, as a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use transload_api::contract::{
    ApiError, AwsConnection, ConflictChoice, ConflictResolution, CopyExtent, Encryption, ErrorCode,
    ImageSource, LifecyclePreset, MigrationPlan, MigrationRequest, Naming, PlannedAction,
    RepositoryMapping, RepositorySettings, SelectedImage, Selection, TagMutability, TagPattern,
    TagPatternKind, TagRules, UnreadRepository,
};
use transload_api::{Api, EcrOptions, environment_connection};

use crate::arguments::{AccountArguments, OnConflict, PlanArguments};
use crate::files;
use crate::show::Looking;
use crate::show_lifecycle;
use crate::source;

/// A plan, and what of the source could not be read for it.
pub struct Planned {
    pub plan: MigrationPlan,
    pub unread: Vec<UnreadRepository>,
}

/// Makes the plan and writes it.
pub async fn plan(api: &Api, arguments: &PlanArguments) -> Result<Planned, ApiError> {
    let looking = Looking::begin();
    let from = source::resolved(api, &arguments.from).await?;
    let (mut request, unread) = request(api, arguments, from.clone(), &looking).await?;
    let status = api.source_login_status(from).await?;
    if let Some(error) = status.login_error {
        crate::show::warning(&error.message);
    }
    let mut plan = api.migration_plan_told(request.clone(), |told| looking.at_images(told)).await?;
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
        plan = api.migration_plan_told(request, |told| looking.at_images(told)).await?;
    }
    if arguments.allow_expiry {
        let repositories = show_lifecycle::to_confirm(&plan);
        api.migration_expiry_confirm(plan.plan.clone(), repositories).await?;
    }
    api.migration_plan_export(plan.plan.clone(), arguments.out.clone()).await?;
    Ok(Planned { plan, unread })
}

async fn request(
    api: &Api,
    arguments: &PlanArguments,
    from: ImageSource,
    looking: &Looking,
) -> Result<(MigrationRequest, Vec<UnreadRepository>), ApiError> {
    // A colon after the last slash divides a repository and one tag of it.
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
        let tell = |told| looking.at_source(told);
        let chosen = api.source_choose_told(from.clone(), rules.clone(), tell).await?;
        images.extend(chosen.images);
        unread = chosen.unread;
        // One that was named by its tag is no rule.
        selection = arguments.images.iter().all(|text| !text.contains(':')).then_some(rules);
    }
    if images.is_empty() {
        let message = "No tag of the source is meant by these rules.";
        return Err(ApiError::new(ErrorCode::InputInvalid, message)
            .hint("Loosen --tags, --newest or the times, or name repositories that have tags."));
    }
    let naming = Naming { prefix: arguments.prefix.clone(), rules: arguments.renames.clone() };
    let repositories = mappings(api, &images, &naming).await?;
    let request = MigrationRequest {
        connection: connection(&arguments.account),
        source: from,
        repositories,
        naming,
        images,
        template: RepositorySettings {
            tag_mutability: if arguments.immutable {
                TagMutability::Immutable
            } else {
                TagMutability::Mutable
            },
            exclusion_filters: Vec::new(),
            scan_on_push: arguments.scan_on_push,
            encryption: Encryption::Aes256,
            tags: BTreeMap::new(),
            lifecycle: LifecyclePreset::None,
            policy: arguments.repository_policy.as_deref().map(policy).transpose()?,
        },
        choices: Vec::new(),
        remove_temporary_tags: true,
        extent: CopyExtent {
            platform: arguments.platform.clone(),
            referrers: !arguments.no_referrers,
        },
        expiry_confirmed: Vec::new(),
        selection,
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

/// The ECR names, prefix included.
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
            .hint("Correct --rename: a pattern, =>, and what takes its place."));
    }
    let mappings = proposed.names.into_iter().map(|proposed| RepositoryMapping {
        source_repository: proposed.source_repository,
        repository_name: format!("{}{}", naming.prefix, proposed.name),
        settings: None,
    });
    Ok(mappings.collect())
}

fn policy(file: &Path) -> Result<String, ApiError> {
    files::read_text(file)
}

/// The account that was named, or the one that the environment means.
pub fn connection(account: &AccountArguments) -> AwsConnection {
    if account.practice {
        return AwsConnection::Practice;
    }
    environment_connection(EcrOptions {
        profile: account.aws_profile.clone(),
        region: account.region.clone(),
        ecr_endpoint: account.ecr_endpoint.clone(),
        registry_endpoint: account.registry_endpoint.clone(),
    })
}
