//! Repository creation templates: kept, given back, and followed when somebody pushes to a
//! repository that is missing.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::error::EcrError;
use super::input::Input;
use super::names::prefix;
use super::paging::{Page, with_token};
use super::repositories::with_settings;
use crate::clock::{epoch_seconds, now_millis};
use crate::store::{Repository, State};
use crate::world::World;

const ON_PUSH: &str = "CREATE_ON_PUSH";
const APPLIED_FOR: &str = "appliedFor";
/// What a template that no other one goes before is for.
const ROOT: &str = "ROOT";

fn prefix_of(input: &Input) -> Result<&str, EcrError> {
    prefix(input, "prefix", 1..=256)
}

/// The settings of a template in the words of CreateRepository.
fn settings(members: &Map<String, Value>) -> Input {
    let mut members = members.clone();
    if let Some(tags) = members.remove("resourceTags") {
        members.insert("tags".to_owned(), tags);
    }
    Input::new(members)
}

/// A repository as a template makes it.
fn made(world: &World, template: &Map<String, Value>) -> Result<Repository, EcrError> {
    let input = settings(template);
    let mut repository = with_settings(world, &input)?;
    repository.lifecycle_policy = input.text("lifecyclePolicy")?.map(str::to_owned);
    repository.policy = input.text("repositoryPolicy")?.map(str::to_owned);
    Ok(repository)
}

/// CreateRepositoryCreationTemplate.
pub(super) async fn create(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let applied = input.texts(APPLIED_FOR)?.unwrap_or_default();
    let known = ["REPLICATION", "PULL_THROUGH_CACHE", ON_PUSH];
    if applied.is_empty() || !applied.iter().all(|one| known.contains(&one.as_str())) {
        let rule =
            "Member must satisfy enum value set: [REPLICATION, PULL_THROUGH_CACHE, CREATE_ON_PUSH]";
        return Err(EcrError::parameter(APPLIED_FOR, rule));
    }
    let template = made(world, input.members())?;
    let needs_role =
        template.encryption["encryptionType"] != "AES256" || !template.resource_tags.is_empty();
    if needs_role && input.text("customRoleArn")?.is_none() {
        let rule = "must be specified with KMS encryption or resource tags";
        return Err(EcrError::parameter("customRoleArn", rule));
    }
    let mut members = input.members().clone();
    members.insert("prefix".to_owned(), prefix.into());
    members.insert("createdAt".to_owned(), epoch_seconds(now_millis()));
    let account = &world.options.account_id;
    world
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

/// DescribeRepositoryCreationTemplates.
pub(super) fn describe(world: &World, input: &Input) -> Result<Value, EcrError> {
    let page = Page::of(input, "prefixes")?;
    Ok(world.store.read(|state| {
        let all = state.templates.iter().map(|(prefix, known)| (prefix.clone(), known.clone()));
        let (templates, token) = page.cut(all);
        let account = &world.options.account_id;
        let shown = json!({ "registryId": account, "repositoryCreationTemplates": templates });
        with_token(shown, token)
    }))
}

/// DeleteRepositoryCreationTemplate.
pub(super) async fn delete(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let account = &world.options.account_id;
    world
        .store
        .change(|state| {
            let removed = state.templates.remove(prefix).ok_or_else(|| {
                let message = format!("The repository creation template with prefix '{prefix}' does not exist in the registry with id '{account}'");
                EcrError::new("TemplateNotFoundException", message)
            })?;
            Ok(json!({ "registryId": account, "repositoryCreationTemplate": removed }))
        })
        .await
}

/// The template for a repository that is missing on push: the one with the longest prefix.
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

/// Creates a repository that somebody pushes to, where a template is for it. Tells whether it is
/// there now.
pub(crate) async fn create_on_push(world: &Arc<World>, name: &str) -> bool {
    let Some(template) = world.store.read(|state| template_for(state, name).cloned()) else {
        return false;
    };
    if super::names::check(name).is_err() {
        return false;
    }
    let created = world.store.change(|state| {
        let repository = made(world, &template)?;
        state.repositories.entry(name.to_owned()).or_insert(repository);
        Ok::<_, EcrError>(())
    });
    created.await.is_ok()
}
