//! What a deletion did in a repository.

use transload_contract::{ImageNotDeleted, RepositoryDeletion, RepositoryDeletionPlan};
use transload_errors::{ApiError, ErrorCode};
use transload_explorer::{DeletionOutcome, LeftReason};

pub fn repository_deletion(
    plan: &RepositoryDeletionPlan,
    outcome: DeletionOutcome,
) -> RepositoryDeletion {
    let DeletionOutcome { deleted, tag_deleted, left, repository_deleted, error, .. } = outcome;
    RepositoryDeletion {
        name: plan.name.to_string(),
        deleted,
        tag_deleted,
        left: left
            .into_iter()
            .map(|left| ImageNotDeleted { error: left_error(&left.why), digest: left.digest })
            .collect(),
        repository_deleted,
        error: error.map(Into::into),
    }
}

fn left_error(why: &LeftReason) -> ApiError {
    match why {
        LeftReason::Refused(failure) => ApiError::from(failure),
        LeftReason::Changed { tags } => {
            let now = match tags.as_slice() {
                [] => "It has no tag now.".to_owned(),
                tags => format!("Its tags are now {}.", tags.join(", ")),
            };
            let message =
                format!("The tags of the image changed after the deletion was planned. {now}");
            ApiError::new(ErrorCode::ImageChanged, message)
        }
    }
}
