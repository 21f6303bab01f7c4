//! Operations on repositories and their settings.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::paging::{Page, with_token};
use super::repository_name::{check, repository_name};
use super::resource_tags;
use crate::clock::epoch_seconds;
use crate::context::ServerContext;
use crate::store::image_changes::remove_unused;
use crate::store::state::{Repository, TagMutability};

/// Returns a repository as in responses of ECR.
fn repository_json(context: &ServerContext, name: &str, repository: &Repository) -> Value {
    let mut json = json!({
        "repositoryArn": context.repository_arn(name),
        "registryId": context.options.account_id,
        "repositoryName": name,
        "repositoryUri": format!("{}/{name}", context.registry_host()),
        "createdAt": epoch_seconds(repository.created_at),
        "imageTagMutability": repository.mutability,
        "imageScanningConfiguration": { "scanOnPush": repository.scan_on_push },
        "encryptionConfiguration": repository.encryption,
    });
    if repository.mutability.needs_filters() {
        json["imageTagMutabilityExclusionFilters"] = filters(&repository.exclusions);
    }
    json
}

fn filters(exclusions: &[String]) -> Value {
    let filters = exclusions.iter().map(|it| json!({ "filterType": "WILDCARD", "filter": it }));
    Value::Array(filters.collect())
}

/// Parses the tag mutability and its exclusion filters, which depend on each other.
fn mutability(input: &Input) -> Result<Option<(TagMutability, Vec<String>)>, EcrError> {
    const FILTERS: &str = "imageTagMutabilityExclusionFilters";
    let kind = match input.text("imageTagMutability")? {
        None => None,
        Some(text) => {
            let kind = serde_json::from_value(Value::from(text)).map_err(|_| {
                let text = "Member must satisfy enum value set: [IMMUTABLE_WITH_EXCLUSION, IMMUTABLE, MUTABLE_WITH_EXCLUSION, MUTABLE]";
                EcrError::parameter("imageTagMutability", text)
            })?;
            Some(kind)
        }
    };
    let given = input.sized_list(FILTERS, 1, 5)?;
    let kind: TagMutability = match (kind, given) {
        (None, None) => return Ok(None),
        (kind, _) => kind.unwrap_or_default(),
    };
    if kind.needs_filters() != given.is_some() {
        let text = if kind.needs_filters() {
            "must be specified with this imageTagMutability"
        } else {
            "must only be specified with IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION"
        };
        return Err(EcrError::parameter(FILTERS, text));
    }
    let mut exclusions = Vec::new();
    for item in given.into_iter().flatten() {
        let filter = item["filter"].as_str().unwrap_or_default();
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '*' | '-');
        let length_fits = (1..=128).contains(&filter.len());
        if item["filterType"] != "WILDCARD" || !length_fits || !filter.chars().all(is_allowed) {
            let text = "must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}$'";
            return Err(EcrError::parameter(FILTERS, text));
        }
        exclusions.push(filter.to_owned());
    }
    Ok(Some((kind, exclusions)))
}

fn encryption(context: &ServerContext, input: &Input) -> Result<Option<Value>, EcrError> {
    let Some(given) = input.object("encryptionConfiguration")? else { return Ok(None) };
    let kind = given.required("encryptionType")?;
    let key = given.text("kmsKey")?;
    match (kind, key) {
        ("AES256", None) => Ok(Some(json!({ "encryptionType": kind }))),
        ("AES256", Some(_)) => Err(EcrError::parameter(
            "encryptionConfiguration",
            "kmsKey must not be specified with AES256",
        )),
        ("KMS" | "KMS_DSSE", key) if key.is_none_or(|key| key.len() <= 2048) => {
            let (region, account) = (&context.options.region, &context.options.account_id);
            let own = || format!("arn:aws:kms:{region}:{account}:key/aws-managed-practice-key");
            let key = key.map_or_else(own, str::to_owned);
            Ok(Some(json!({ "encryptionType": kind, "kmsKey": key })))
        }
        _ => Err(EcrError::parameter(
            "encryptionConfiguration",
            "Member must satisfy enum value set: [KMS_DSSE, AES256, KMS]",
        )),
    }
}

fn scan_on_push(input: &Input) -> Result<Option<bool>, EcrError> {
    let given = input.object("imageScanningConfiguration")?;
    given.map(|given| given.flag("scanOnPush")).transpose()
}

/// Returns a new repository with the settings of a request.
pub(super) fn with_settings(
    context: &ServerContext,
    input: &Input,
) -> Result<Repository, EcrError> {
    let mut repository = Repository::new();
    if let Some((kind, exclusions)) = mutability(input)? {
        (repository.mutability, repository.exclusions) = (kind, exclusions);
    }
    if let Some(encryption) = encryption(context, input)? {
        repository.encryption = encryption;
    }
    repository.scan_on_push = scan_on_push(input)?.unwrap_or(false);
    repository.resource_tags = resource_tags::read(input)?;
    resource_tags::check_count(repository.resource_tags.len())?;
    Ok(repository)
}

/// Handles CreateRepository.
pub(super) async fn create(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let repository = with_settings(context, input)?;
    context
        .store
        .change(|state| {
            if state.repositories.contains_key(name) {
                let account = &context.options.account_id;
                return Err(EcrError::new(
                    "RepositoryAlreadyExistsException",
                    format!("The repository with name '{name}' already exists in the registry with id '{account}'"),
                ));
            }
            let output = json!({ "repository": repository_json(context, name, &repository) });
            state.repositories.insert(name.to_owned(), repository);
            Ok(output)
        })
        .await
}

/// Handles DescribeRepositories.
pub(super) fn describe(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let page = Page::of(input, "repositoryNames")?;
    input.sized_list("repositoryNames", 1, 100)?;
    let names = input.texts("repositoryNames")?;
    context.store.read(|state| {
        if let Some(names) = names {
            let mut found = Vec::new();
            for name in &names {
                check(name)?;
                let repository = state.repositories.get(name);
                let repository =
                    repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
                found.push(repository_json(context, name, repository));
            }
            return Ok(json!({ "repositories": found }));
        }
        let all =
            state.repositories.iter().map(|(name, repository)| (name.clone(), (name, repository)));
        let (found, token) = page.cut(all);
        let found: Vec<Value> = found
            .into_iter()
            .map(|(name, repository)| repository_json(context, name, repository))
            .collect();
        Ok(with_token(json!({ "repositories": found }), token))
    })
}

/// Handles DeleteRepository.
pub(super) async fn delete(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let force = input.flag("force")?;
    context
        .store
        .change(|state| {
            let repository = state.repositories.get(name);
            let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
            if !repository.images.is_empty() && !force {
                let account = &context.options.account_id;
                return Err(EcrError::new(
                    "RepositoryNotEmptyException",
                    format!("The repository with name '{name}' in registry with id '{account}' cannot be deleted because it still contains images"),
                ));
            }
            let output = json!({ "repository": repository_json(context, name, repository) });
            if let Some(removed) = state.repositories.remove(name) {
                remove_unused(&context.store, state, &removed);
            }
            Ok(output)
        })
        .await
}

/// Changes a repository. Returns its name and the result of `change`.
pub(super) async fn change(
    context: &Arc<ServerContext>,
    input: &Input,
    change: impl FnOnce(&mut Repository) -> Result<Value, EcrError>,
) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    context
        .store
        .change(|state| {
            let repository = state.repositories.get_mut(name);
            let mut output =
                change(repository.ok_or_else(|| EcrError::repository_not_found(context, name))?)?;
            output["registryId"] = context.options.account_id.as_str().into();
            output["repositoryName"] = name.into();
            Ok(output)
        })
        .await
}

/// Handles PutImageTagMutability.
pub(super) async fn put_mutability(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    input.required("imageTagMutability")?;
    let (kind, exclusions) = mutability(input)?.unwrap_or_default();
    change(context, input, |repository| {
        let mut output = json!({ "imageTagMutability": kind });
        if kind.needs_filters() {
            output["imageTagMutabilityExclusionFilters"] = filters(&exclusions);
        }
        (repository.mutability, repository.exclusions) = (kind, exclusions);
        Ok(output)
    })
    .await
}

/// Handles PutImageScanningConfiguration.
pub(super) async fn put_scanning(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let Some(scan_on_push) = scan_on_push(input)? else {
        return Err(EcrError::parameter("imageScanningConfiguration", "Member must not be null"));
    };
    change(context, input, |repository| {
        repository.scan_on_push = scan_on_push;
        Ok(json!({ "imageScanningConfiguration": { "scanOnPush": scan_on_push } }))
    })
    .await
}
