//! Commands that change whether the tags of a repository can be moved.

use transload_aws::EcrExplorer as _;
use transload_contract::{AwsConnection, MutabilityEffect, TagMutabilitySetting};
use transload_errors::{ApiError, ErrorCode};
use transload_explorer::mutability_effect;
use transload_model::{RepositorySettings, TagExclusionFilter, TagMutability};

use crate::api::Api;

/// Source: the model of ECR, `ImageTagMutabilityExclusionFilters`.
const MAX_FILTERS: usize = 5;

impl Api {
    /// Returns which pushes another tag mutability would refuse, with the images as they were last listed.
    pub async fn repository_mutability_check(
        &self,
        connection: AwsConnection,
        name: String,
        setting: TagMutabilitySetting,
    ) -> Result<MutabilityEffect, ApiError> {
        let settings = parsed(&setting)?;
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        Ok(mutability_effect(&images, &settings))
    }

    /// Sets the tag mutability of a repository.
    pub async fn repository_mutability_set(
        &self,
        connection: AwsConnection,
        name: String,
        setting: TagMutabilitySetting,
    ) -> Result<(), ApiError> {
        let settings = parsed(&setting)?;
        let explored = self.explore(&connection, &name).await?;
        explored.ecr.set_tag_mutability(&explored.name, &settings).await?;
        self.inner.repository_settings.forget(&explored.scope);
        tracing::info!(repository = name, mutability = ?setting.tag_mutability, "the tag mutability was set");
        Ok(())
    }
}

fn parsed(setting: &TagMutabilitySetting) -> Result<RepositorySettings, ApiError> {
    let with_filters = matches!(
        setting.tag_mutability,
        TagMutability::ImmutableWithExclusion | TagMutability::MutableWithExclusion
    );
    let filters = if with_filters { setting.exclusion_filters.as_slice() } else { &[] };
    if with_filters && !(1..=MAX_FILTERS).contains(&filters.len()) {
        let message = format!("Enter one to {MAX_FILTERS} tag patterns as exclusions.");
        return Err(ApiError::new(ErrorCode::InputInvalid, message));
    }
    let filters = filters.iter().map(|filter| TagExclusionFilter::parse(filter));
    let filters = filters.collect::<Result<_, _>>();
    Ok(RepositorySettings {
        tag_mutability: setting.tag_mutability.into(),
        exclusion_filters: filters.map_err(|error| ApiError::invalid_input(&error))?,
        ..RepositorySettings::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusions_are_required_where_they_apply_and_ignored_elsewhere() {
        let filters = |count: usize| (0..count).map(|number| format!("dev-{number}-*")).collect();
        let cases: [(TagMutability, Vec<String>, Option<usize>); 7] = [
            (TagMutability::Immutable, filters(0), Some(0)),
            (TagMutability::Mutable, filters(9), Some(0)),
            (TagMutability::ImmutableWithExclusion, filters(5), Some(5)),
            (TagMutability::ImmutableWithExclusion, filters(0), None),
            (TagMutability::ImmutableWithExclusion, filters(6), None),
            (TagMutability::MutableWithExclusion, filters(1), Some(1)),
            (TagMutability::MutableWithExclusion, vec!["a b".to_owned()], None),
        ];
        for (tag_mutability, exclusion_filters, expected) in cases {
            let setting = TagMutabilitySetting { tag_mutability, exclusion_filters };
            let found = parsed(&setting).map(|settings| settings.exclusion_filters.len());
            assert_eq!(found.as_ref().ok(), expected.as_ref(), "{setting:?}");
            if let Err(error) = found {
                assert_eq!(error.code, ErrorCode::InputInvalid);
            }
        }
    }
}
