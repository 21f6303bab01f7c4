//! Operations on lifecycle policies, their preview, and what a policy does when it acts.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::lifecycle_rules::{evaluate, parse};
use super::paging::{Page, with_token};
use super::repositories::change;
use super::repository_name::repository_name;
use crate::clock::{epoch_seconds, now_millis};
use crate::context::ServerContext;
use crate::store::Store;
use crate::store::image_changes::{delete_image, remove_unused};
use crate::store::state::{LifecyclePreview, Repository, State};

const TEXT: &str = "lifecyclePolicyText";

/// How long a preview is in progress.
const PREVIEW_MILLIS: i64 = 300;

fn check(text: &str) -> Result<(), EcrError> {
    if text.len() < 100 {
        let rule = "Member must have length greater than or equal to 100";
        return Err(EcrError::parameter(TEXT, rule));
    }
    if text.len() > 30_720 {
        let rule = "Member must have length less than or equal to 30720";
        return Err(EcrError::parameter(TEXT, rule));
    }
    parse(text).map(|_| ()).map_err(|rule| EcrError::parameter(TEXT, rule))
}

/// Returns a policy as ECR stores it: without spaces, and with its rules sorted by priority. ECR's documentation shows
/// previews with their spaces; here they are stored like policies, so that nobody depends on the exact text.
fn stored(text: &str) -> String {
    let mut policy: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(rules) = policy["rules"].as_array_mut() {
        rules.sort_by_key(|rule| rule["rulePriority"].as_i64());
    }
    policy.to_string()
}

/// Handles PutLifecyclePolicy.
pub(super) async fn put(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let text = input.required(TEXT)?;
    check(text)?;
    let text = stored(text);
    change(context, input, |repository| {
        repository.lifecycle_policy = Some(text.clone());
        repository.lifecycle_evaluated_at = None;
        Ok(json!({ TEXT: text }))
    })
    .await
}

fn policy_not_found(context: &ServerContext, name: &str) -> EcrError {
    let account = &context.options.account_id;
    EcrError::new(
        "LifecyclePolicyNotFoundException",
        format!(
            "Lifecycle policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
        ),
    )
}

/// Handles GetLifecyclePolicy. ECR reports 1970 for a policy that never acted.
pub(super) fn get(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let text = repository.lifecycle_policy.as_ref();
        Ok(json!({
            "registryId": context.options.account_id,
            "repositoryName": name,
            TEXT: text.ok_or_else(|| policy_not_found(context, name))?,
            "lastEvaluatedAt": epoch_seconds(repository.lifecycle_evaluated_at.unwrap_or(0)),
        }))
    })
}

/// Handles DeleteLifecyclePolicy.
pub(super) async fn delete(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    change(context, input, |repository| {
        let text = repository.lifecycle_policy.take();
        let text = text.ok_or_else(|| policy_not_found(context, name))?;
        let evaluated_at = repository.lifecycle_evaluated_at.take().unwrap_or(0);
        Ok(json!({ TEXT: text, "lastEvaluatedAt": epoch_seconds(evaluated_at) }))
    })
    .await
}

/// Handles StartLifecyclePolicyPreview.
pub(super) async fn start_preview(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let given = input.text(TEXT)?;
    given.map(check).transpose()?;
    change(context, input, |repository| {
        let now = now_millis();
        if repository.lifecycle_preview.as_ref().is_some_and(|preview| now < preview.completes_at) {
            let text = format!(
                "The previous lifecycle policy preview for the repository with name '{name}' is in progress"
            );
            return Err(EcrError::new("LifecyclePolicyPreviewInProgressException", text));
        }
        let text = given.map(stored).or_else(|| repository.lifecycle_policy.clone());
        let text = text.ok_or_else(|| policy_not_found(context, name))?;
        let rules = parse(&text).map_err(|rule| EcrError::parameter(TEXT, rule))?;
        let effects = evaluate(&rules, repository, now);
        let preview =
            LifecyclePreview { text: text.clone(), completes_at: now + PREVIEW_MILLIS, effects };
        repository.lifecycle_preview = Some(preview);
        Ok(json!({ TEXT: text, "status": "IN_PROGRESS" }))
    })
    .await
}

/// Handles GetLifecyclePolicyPreview.
pub(super) fn get_preview(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let page = Page::with_size(input, 100, 100)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let Some(preview) = &repository.lifecycle_preview else {
            let text = format!(
                "There is no lifecycle policy preview for the repository with name '{name}'"
            );
            return Err(EcrError::new("LifecyclePolicyPreviewNotFoundException", text));
        };
        let mut output = json!({
            "registryId": context.options.account_id,
            "repositoryName": name,
            TEXT: preview.text,
            "status": "IN_PROGRESS",
        });
        if now_millis() < preview.completes_at {
            return Ok(output);
        }
        let archiving = preview.effects.iter().filter(|effect| effect.archives).count();
        output["status"] = "COMPLETE".into();
        output["summary"] = json!({
            "expiringImageTotalCount": preview.effects.len() - archiving,
            "transitioningImageTotalCounts":
                [{ "targetStorageClass": "ARCHIVE", "imageTotalCount": archiving }],
        });
        let all = preview.effects.iter().map(|effect| (effect.digest.clone(), effect));
        let (found, token) = page.cut(all);
        let rows = found.into_iter().map(|effect| {
            let mut row = json!({
                "imageDigest": effect.digest,
                "imageTags": repository.tags_of(&effect.digest),
                "action": { "type": "EXPIRE" },
                "appliedRulePriority": effect.rule,
                "storageClass": "STANDARD",
            });
            if effect.archives {
                row["action"] = json!({ "type": "TRANSITION", "targetStorageClass": "ARCHIVE" });
            }
            if let Some(image) = repository.images.get(&effect.digest) {
                row["imagePushedAt"] = epoch_seconds(image.pushed_at);
            }
            row
        });
        output["previewResults"] = rows.collect();
        Ok(with_token(output, token))
    })
}

/// Makes every lifecycle policy act, as ECR does within 24 hours. Returns the number of images that were deleted or
/// archived.
pub(crate) fn act(store: &Store, state: &mut State) -> usize {
    let (now, mut count) = (now_millis(), 0);
    let names: Vec<String> = state.repositories.keys().cloned().collect();
    for name in names {
        let Some(repository) = state.repositories.get_mut(&name) else { continue };
        let Some(rules) = repository.lifecycle_policy.as_deref().and_then(|text| parse(text).ok())
        else {
            continue;
        };
        let before = repository.clone();
        for effect in evaluate(&rules, &before, now) {
            count += 1;
            if effect.archives {
                if let Some(image) = repository.images.get_mut(&effect.digest) {
                    image.archived_at = Some(now);
                }
            } else {
                delete_with_parts(repository, &effect.digest);
            }
        }
        repository.lifecycle_evaluated_at = Some(now);
        remove_unused(store, state, &before);
    }
    count
}

/// Deletes an image with the manifests that only it lists, and with its referrers.
fn delete_with_parts(repository: &mut Repository, digest: &str) {
    let children = repository.images.get(digest).map(|image| image.children.clone());
    delete_image(repository, digest);
    let referrers: Vec<String> = repository
        .images
        .iter()
        .filter(|(_, image)| image.subject.as_deref() == Some(digest))
        .map(|(referrer, _)| referrer.clone())
        .collect();
    let orphaned = children.into_iter().flatten().filter(|child| {
        let is_listed = repository.images.values().any(|image| image.children.contains(child));
        !is_listed && repository.tags_of(child).is_empty()
    });
    for part in orphaned.chain(referrers).collect::<Vec<_>>() {
        delete_with_parts(repository, &part);
    }
}
