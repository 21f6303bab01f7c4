//! Operations on the principals whose pulls don't change the pull time of images.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::paging::{Page, with_token};
use crate::clock::{epoch_seconds, now_millis};
use crate::context::ServerContext;

/// Source: the quota of exclusions in the Amazon ECR user guide.
const MAX_EXCLUSIONS: usize = 100;

fn principal(input: &Input) -> Result<&str, EcrError> {
    let arn = input.required("principalArn")?;
    let is_principal = arn.starts_with("arn:aws")
        && arn.contains(":iam::")
        && (arn.contains(":role/") || arn.contains(":user/"));
    if is_principal {
        Ok(arn)
    } else {
        Err(EcrError::parameter("principalArn", "must be the ARN of an IAM role"))
    }
}

/// Handles RegisterPullTimeUpdateExclusion.
pub(super) async fn register(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let arn = principal(input)?;
    context
        .store
        .change(|state| {
            if state.pull_time_exclusions.contains_key(arn) {
                let text = format!("The exclusion for {arn} already exists");
                return Err(EcrError::new("ExclusionAlreadyExistsException", text));
            }
            if state.pull_time_exclusions.len() >= MAX_EXCLUSIONS {
                return Err(EcrError::new("LimitExceededException", "Too many exclusions"));
            }
            let created_at = now_millis();
            state.pull_time_exclusions.insert(arn.to_owned(), created_at);
            Ok(json!({ "principalArn": arn, "createdAt": epoch_seconds(created_at) }))
        })
        .await
}

/// Handles DeregisterPullTimeUpdateExclusion.
pub(super) async fn deregister(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let arn = principal(input)?;
    context
        .store
        .change(|state| match state.pull_time_exclusions.remove(arn) {
            Some(_) => Ok(json!({ "principalArn": arn })),
            None => {
                let text = format!("The exclusion for {arn} does not exist");
                Err(EcrError::new("ExclusionNotFoundException", text))
            }
        })
        .await
}

/// Handles ListPullTimeUpdateExclusions.
pub(super) fn list(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let page = Page::with_size(input, 100, 1000)?;
    context.store.read(|state| {
        let all = state.pull_time_exclusions.keys().map(|arn| (arn.clone(), arn.clone()));
        let (found, token) = page.cut(all);
        Ok(with_token(json!({ "pullTimeUpdateExclusions": found }), token))
    })
}
