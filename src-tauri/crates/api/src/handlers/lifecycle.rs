//! Lifecycle policies of a repository: what a text would do, ECR's own preview of it, and setting it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use transload_aws::{
    AwsError, EcrApi as _, EcrExplorer, EcrImage, EcrImageStatus, LifecyclePreview, PreviewAction,
    PreviewStatus, PreviewedImage,
};
use transload_contract::{
    AffectedImage, AwsConnection, FreedBytes, LifecycleAction, LifecyclePreviewState,
    LifecycleRuleEffect, LifecycleWhatIf,
};
use transload_errors::{ApiError, ErrorCode, sentence};
use transload_explorer::{ManifestFacts, Sizes, cached_facts, rows, with_parts};
use transload_lifecycle::{LifecyclePolicy, PolicyAction, PolicyImage, evaluate};
use transload_model::{Digest, Reported, now_ms};

use crate::api::Api;
use crate::handlers::explorer::{Explored, blocking};

/// The error code of ECR while another preview of the repository runs.
const PREVIEW_IN_PROGRESS: &str = "LifecyclePolicyPreviewInProgressException";

impl Api {
    /// Returns what a lifecycle policy would do now.
    pub async fn lifecycle_what_if(
        &self,
        connection: AwsConnection,
        name: String,
        text: String,
    ) -> Result<LifecycleWhatIf, ApiError> {
        let policy = match LifecyclePolicy::parse_new(&text) {
            Ok(policy) => policy,
            Err(problem) => return Ok(refused(sentence(&problem.to_string()))),
        };
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        let mounts_blobs = self.mounts_blobs(explored.connected()).await;
        let effects = self.effects_of(policy, &images).await?;
        Ok(LifecycleWhatIf { freed: effects.freed.in_registry(mounts_blobs), ..effects })
    }

    /// Computes what a policy would do now, without what other repositories share.
    pub(super) async fn effects_of(
        &self,
        policy: LifecyclePolicy,
        images: &Arc<Vec<EcrImage>>,
    ) -> Result<LifecycleWhatIf, ApiError> {
        let (documents, images) = (self.documents(), Arc::clone(images));
        blocking(move || what_if(&policy, &images, &cached_facts(&documents, &images))).await
    }

    /// Starts ECR's preview of a policy.
    pub async fn lifecycle_preview_start(
        &self,
        connection: AwsConnection,
        name: String,
        text: String,
    ) -> Result<LifecyclePreviewState, ApiError> {
        checked(&text)?;
        let explored = self.explore(&connection, &name).await?;
        match explored.ecr.start_lifecycle_preview(&explored.name, &text).await {
            Ok(()) => Ok(LifecyclePreviewState::Running),
            Err(AwsError::Refused { code, .. }) if code == PREVIEW_IN_PROGRESS => {
                Ok(LifecyclePreviewState::OtherRunning)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the state of ECR's preview of a policy.
    pub async fn lifecycle_preview(
        &self,
        connection: AwsConnection,
        name: String,
        text: String,
    ) -> Result<LifecyclePreviewState, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let preview = explored.ecr.lifecycle_preview(&explored.name).await?;
        let images = self.listed_images(&explored).await?;
        let mounts_blobs = self.mounts_blobs(explored.connected()).await;
        let documents = self.documents();
        let state = blocking(move || {
            preview_state(preview, &text, &images, &cached_facts(&documents, &images))
        });
        let mut state = state.await?;
        if let LifecyclePreviewState::Complete { freed, .. } = &mut state {
            *freed = freed.in_registry(mounts_blobs);
        }
        Ok(state)
    }

    /// Sets a lifecycle policy after ECR's preview of exactly this policy.
    pub async fn lifecycle_policy_set(
        &self,
        connection: AwsConnection,
        name: String,
        text: String,
        expiring: u64,
        archiving: u64,
    ) -> Result<(), ApiError> {
        checked(&text)?;
        let explored = self.explore(&connection, &name).await?;
        let Explored { name, ecr, .. } = &explored;
        let confirmed = match ecr.lifecycle_preview(name).await? {
            Some(preview) => {
                preview.status == PreviewStatus::Complete
                    && LifecyclePolicy::is_same(&preview.text, &text)
                    && counts(&preview) == (expiring, archiving, 0)
            }
            None => false,
        };
        if !confirmed {
            let message = format!(
                "ECR has no complete preview of this policy for {name} with the confirmed numbers."
            );
            return Err(
                ApiError::new(ErrorCode::LifecyclePreviewNeeded, message).about(name.as_str())
            );
        }
        ecr.put_lifecycle_policy(name, &text).await?;
        tracing::info!(repository = %name, expiring, archiving, "a lifecycle policy was set");
        Ok(())
    }

    pub async fn lifecycle_policy_remove(
        &self,
        connection: AwsConnection,
        name: String,
    ) -> Result<(), ApiError> {
        let explored = self.explore(&connection, &name).await?;
        explored.ecr.delete_lifecycle_policy(&explored.name).await?;
        tracing::info!(repository = %explored.name, "a lifecycle policy was removed");
        Ok(())
    }
}

/// Fails if ECR would refuse the text.
fn checked(text: &str) -> Result<(), ApiError> {
    LifecyclePolicy::parse_new(text)
        .map(|_| ())
        .map_err(|problem| ApiError::new(ErrorCode::InputInvalid, sentence(&problem.to_string())))
}

fn refused(problem: String) -> LifecycleWhatIf {
    LifecycleWhatIf {
        problem: Some(problem),
        rules: Vec::new(),
        affected: Vec::new(),
        kept: 0,
        freed: FreedBytes::default(),
        is_estimate: false,
    }
}

fn what_if(
    policy: &LifecyclePolicy,
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
) -> LifecycleWhatIf {
    let grouped = rows(images, facts);
    let whole: HashSet<&Digest> = grouped.rows.iter().map(|row| &row.digest).collect();
    let listed: HashSet<&Digest> =
        facts.values().flat_map(|facts| &facts.children).map(|child| &child.digest).collect();
    let evaluated: Vec<PolicyImage> = images
        .iter()
        .map(|image| PolicyImage {
            tags: tags_of(image),
            pushed_at_ms: image.pushed_at_ms.unwrap_or(0),
            // The policy uses what ECR recorded, also if it was a read by Transload.
            pulled_at_ms: image.pulled_at_ms,
            restored_at_ms: image.restored_at_ms,
            archived_at_ms: image
                .archived_at_ms
                .or_else(|| (image.status == EcrImageStatus::Archived).then_some(0)),
            is_part: listed.contains(&image.digest) || image.subject.is_some(),
        })
        .collect();
    let now = now_ms();
    let mut affected: Vec<AffectedImage> = Vec::new();
    for (image, effect) in images.iter().zip(evaluate(policy, &evaluated)) {
        if let Some(effect) = effect.filter(|effect| effect.due.is_reached(now)) {
            affected.push(AffectedImage {
                digest: image.digest.to_string(),
                tags: image.tags.iter().map(ToString::to_string).collect(),
                rule: effect.rule,
                action: effect.action.into(),
                pushed_at_ms: image.pushed_at_ms,
                pulled_at_ms: image.pulled_at_ms,
            });
        }
    }
    affected.sort_by_key(|image| image.rule);
    let gone: HashSet<&str> = affected.iter().map(|image| image.digest.as_str()).collect();
    let kept = whole.iter().filter(|digest| !gone.contains(digest.as_str())).count() as u64;
    LifecycleWhatIf {
        problem: None,
        rules: policy
            .rules
            .iter()
            .map(|rule| LifecycleRuleEffect {
                priority: rule.priority,
                words: rule.in_words(),
                caution: rule.caution().map(str::to_owned),
                action: rule.action,
                images: affected.iter().filter(|image| image.rule == rule.priority).count() as u64,
            })
            .collect(),
        kept,
        freed: freed_by(&affected, images, facts),
        is_estimate: !grouped.unread_indexes.is_empty(),
        affected,
    }
}

/// Returns the tags of an image. Those that no registry client can name still count as tags.
fn tags_of(image: &EcrImage) -> Vec<String> {
    let unreadable = (0..image.unreadable_tags).map(|_| String::new());
    image.tags.iter().map(ToString::to_string).chain(unreadable).collect()
}

/// Returns the bytes that deleting the images of a policy frees, together with their parts.
fn freed_by(
    affected: &[AffectedImage],
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
) -> FreedBytes {
    let deleted = affected.iter().filter(|image| image.action == LifecycleAction::Expire);
    let deleted: HashSet<Digest> =
        deleted.filter_map(|image| Digest::parse(&image.digest).ok()).collect();
    Sizes::new(images, facts).freed(&with_parts(&rows(images, facts), &deleted))
}

/// Returns how many images would be deleted, would be archived, and have an unknown action.
fn counts(preview: &LifecyclePreview) -> (u64, u64, u64) {
    let of = |wanted: Option<PreviewAction>| {
        let is_it = |image: &&PreviewedImage| image.action.known().copied() == wanted;
        preview.images.iter().filter(is_it).count() as u64
    };
    let expiring = preview.expiring.unwrap_or_else(|| of(Some(PreviewAction::Expire)));
    let archiving = preview.archiving.unwrap_or_else(|| of(Some(PreviewAction::Archive)));
    (expiring, archiving, of(None))
}

fn preview_state(
    preview: Option<LifecyclePreview>,
    text: &str,
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
) -> LifecyclePreviewState {
    let Some(preview) = preview else { return LifecyclePreviewState::None };
    let is_own = LifecyclePolicy::is_same(&preview.text, text);
    let status = match &preview.status {
        Reported::Known(status) => *status,
        // It may run, so that none can be started.
        Reported::Unknown { unknown } => {
            return LifecyclePreviewState::Unknown { status: unknown.clone() };
        }
    };
    match status {
        PreviewStatus::InProgress if is_own => LifecyclePreviewState::Running,
        PreviewStatus::InProgress => LifecyclePreviewState::OtherRunning,
        // A preview of another text says nothing about this one.
        _ if !is_own => LifecyclePreviewState::None,
        PreviewStatus::Expired | PreviewStatus::Failed => LifecyclePreviewState::Failed,
        PreviewStatus::Complete => {
            let (expiring, archiving, unknown) = counts(&preview);
            let known: HashMap<_, _> = images.iter().map(|image| (&image.digest, image)).collect();
            let affected: Vec<AffectedImage> = preview
                .images
                .iter()
                .map(|image| AffectedImage {
                    digest: image.digest.to_string(),
                    tags: image.tags.iter().map(ToString::to_string).collect(),
                    rule: image.rule.unwrap_or(0),
                    action: match &image.action {
                        Reported::Known(PreviewAction::Expire) => PolicyAction::Expire.into(),
                        Reported::Known(PreviewAction::Archive) => PolicyAction::Archive.into(),
                        Reported::Unknown { unknown } => Reported::unknown(unknown),
                    },
                    pushed_at_ms: known.get(&image.digest).and_then(|known| known.pushed_at_ms),
                    pulled_at_ms: known.get(&image.digest).and_then(|known| known.pulled_at_ms),
                })
                .collect();
            let freed = freed_by(&affected, images, facts);
            LifecyclePreviewState::Complete {
                expiring,
                archiving,
                unknown,
                images: affected,
                freed,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use transload_model::media_type;

    use super::*;

    /// Returns an image that was pushed two days ago.
    fn image(name: &str, unreadable_tags: u32, status: EcrImageStatus) -> EcrImage {
        EcrImage {
            digest: Digest::of(name.as_bytes()),
            tags: Vec::new(),
            unreadable_tags,
            subject: None,
            size_bytes: Some(1),
            pushed_at_ms: Some(now_ms() - 2 * 24 * 60 * 60 * 1000),
            pulled_at_ms: None,
            restored_at_ms: None,
            status: status.into(),
            archived_at_ms: None,
            media_type: Some(media_type::OCI_MANIFEST.to_owned()),
            artifact_media_type: None,
        }
    }

    #[test]
    fn an_image_with_a_tag_that_no_client_can_name_is_not_untagged() {
        let rule = json!({"rulePriority": 1, "action": {"type": "expire"}, "selection": {
            "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1,
        }});
        let policy = LifecyclePolicy::parse(&json!({"rules": [rule]}).to_string()).unwrap();
        let images = [
            image("untagged", 0, EcrImageStatus::Active),
            image("unreadable tag", 1, EcrImageStatus::Active),
            image("archived", 0, EcrImageStatus::Archived),
        ];
        let found = what_if(&policy, &images, &HashMap::new());
        let affected: Vec<&str> = found.affected.iter().map(|one| one.digest.as_str()).collect();
        assert_eq!(affected, [images[0].digest.as_str()]);
    }
}
