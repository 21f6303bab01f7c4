//! Operations on repository creation templates, and repositories that are created on push.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::error::EcrError;
use super::input::Input;
use super::paging::{Page, with_token};
use super::repositories::with_settings;
use super::repository_name::{check, prefix};
use crate::clock::{epoch_seconds, now_millis};
use crate::context::ServerContext;
use crate::store::state::{Repository, State};

const ON_PUSH: &str = "CREATE_ON_PUSH";
const APPLIED_FOR: &str = "appliedFor";
/// The prefix of the template for repositories that match no other prefix.
const ROOT: &str = "ROOT";

fn prefix_of(input: &Input) -> Result<&str, EcrError> {
    prefix(input, "prefix", 1..=256)
}

/// Converts the members of a template to those of CreateRepository.
fn settings(members: &Map<String, Value>) -> Input {
    let mut members = members.clone();
    if let Some(tags) = members.remove("resourceTags") {
        members.insert("tags".to_owned(), tags);
    }
    Input::new(members)
}

/// Returns a new repository with the settings of a template.
fn repository_from(
    context: &ServerContext,
    template: &Map<String, Value>,
) -> Result<Repository, EcrError> {
    let input = settings(template);
    let mut repository = with_settings(context, &input)?;
    repository.lifecycle_policy = input.text("lifecyclePolicy")?.map(str::to_owned);
    repository.policy = input.text("repositoryPolicy")?.map(str::to_owned);
    Ok(repository)
}

/// Checks the members of a template.
fn check_template(context: &ServerContext, template: &Input) -> Result<(), EcrError> {
    let applied = template.texts(APPLIED_FOR)?.unwrap_or_default();
    let known = ["REPLICATION", "PULL_THROUGH_CACHE", ON_PUSH];
    if applied.is_empty() || !applied.iter().all(|one| known.contains(&one.as_str())) {
        let rule =
            "Member must satisfy enum value set: [REPLICATION, PULL_THROUGH_CACHE, CREATE_ON_PUSH]";
        return Err(EcrError::parameter(APPLIED_FOR, rule));
    }
    let repository = repository_from(context, template.members())?;
    let needs_role =
        repository.encryption["encryptionType"] != "AES256" || !repository.resource_tags.is_empty();
    if let Some(key) = repository.encryption["kmsKey"].as_str()
        && !key.is_empty()
        && !(key.starts_with("arn:") && key.contains(":kms:") && key.contains(":key/"))
    {
        let rule = r"must satisfy regular expression '^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/[a-z0-9-]+'";
        return Err(EcrError::parameter("encryptionConfiguration.kmsKey", rule));
    }
    if needs_role && template.text("customRoleArn")?.is_none() {
        let rule = "must be specified with KMS encryption or resource tags";
        return Err(EcrError::parameter("customRoleArn", rule));
    }
    Ok(())
}

fn template_not_found(context: &ServerContext, prefix: &str) -> EcrError {
    let account = &context.options.account_id;
    let message = format!(
        "The repository creation template with prefix '{prefix}' does not exist in the registry with id '{account}'"
    );
    EcrError::new("TemplateNotFoundException", message)
}

/// Handles UpdateRepositoryCreationTemplate. Members that aren't sent stay, and empty ones are removed.
pub(super) async fn update(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let account = &context.options.account_id;
    let known = context.store.read(|state| state.templates.get(prefix).cloned());
    let mut members = known.ok_or_else(|| template_not_found(context, prefix))?;
    // Exceptions belong to the mutability that they came with.
    if input.text("imageTagMutability")?.is_some() {
        members.remove("imageTagMutabilityExclusionFilters");
    }
    members.extend(input.members().clone());
    members.retain(|_, value| *value != "" && *value != json!([]));
    members.insert("prefix".to_owned(), prefix.into());
    members.insert("updatedAt".to_owned(), epoch_seconds(now_millis()));
    let members = Input::new(members);
    check_template(context, &members)?;
    let members = members.members().clone();
    context
        .store
        .change(|state| {
            state.templates.insert(prefix.to_owned(), members.clone());
            Ok::<_, EcrError>(
                json!({ "registryId": account, "repositoryCreationTemplate": members }),
            )
        })
        .await
}

/// Handles CreateRepositoryCreationTemplate.
pub(super) async fn create(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    check_template(context, input)?;
    let mut members = input.members().clone();
    members.insert("prefix".to_owned(), prefix.into());
    members.insert("createdAt".to_owned(), epoch_seconds(now_millis()));
    let account = &context.options.account_id;
    context
        .store
        .change(|state| {
            if state.templates.contains_key(prefix) {
                let message = format!("The repository creation template with prefix '{prefix}' already exists in the registry with id '{account}'");
                return Err(EcrError::new("TemplateAlreadyExistsException", message));
            }
            state.templates.insert(prefix.to_owned(), members.clone());
            Ok(json!({ "registryId": account, "repositoryCreationTemplate": members }))
        })
        .await
}

/// Handles DescribeRepositoryCreationTemplates.
pub(super) fn describe(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let page = Page::of(input, "prefixes")?;
    Ok(context.store.read(|state| {
        let all = state.templates.iter().map(|(prefix, known)| (prefix.clone(), known.clone()));
        let (templates, token) = page.cut(all);
        let account = &context.options.account_id;
        let shown = json!({ "registryId": account, "repositoryCreationTemplates": templates });
        with_token(shown, token)
    }))
}

/// Handles DeleteRepositoryCreationTemplate.
pub(super) async fn delete(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let account = &context.options.account_id;
    context
        .store
        .change(|state| {
            let removed = state.templates.remove(prefix);
            let removed = removed.ok_or_else(|| template_not_found(context, prefix))?;
            Ok(json!({ "registryId": account, "repositoryCreationTemplate": removed }))
        })
        .await
}

/// Returns the template for a repository that is created on push: the one with the longest prefix.
fn template_for<'a>(state: &'a State, name: &str) -> Option<&'a Map<String, Value>> {
    let is_for = |prefix: &str| {
        prefix == ROOT || name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
    };
    let length = |prefix: &str| if prefix == ROOT { 0 } else { prefix.len() };
    let matching = state.templates.iter().filter(|(prefix, _)| is_for(prefix));
    let (_, template) = matching.max_by_key(|(prefix, _)| length(prefix))?;
    let on_push = template.get(APPLIED_FOR)?.as_array()?.iter().any(|one| one == ON_PUSH);
    on_push.then_some(template)
}

/// Creates a repository on push, if a template applies. Returns whether the repository exists now.
pub(crate) async fn create_on_push(context: &Arc<ServerContext>, name: &str) -> bool {
    let Some(template) = context.store.read(|state| template_for(state, name).cloned()) else {
        return false;
    };
    if check(name).is_err() {
        return false;
    }
    let created = context.store.change(|state| {
        let repository = repository_from(context, &template)?;
        state.repositories.entry(name.to_owned()).or_insert(repository);
        Ok::<_, EcrError>(())
    });
    created.await.is_ok()
}
