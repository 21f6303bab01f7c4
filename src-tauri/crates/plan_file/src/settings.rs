//! Settings of repositories, and the scope of a copy.

use transload_contract::{
    CopyScope, Encryption, LifecyclePreset, RepositorySettings, TagMutability,
};
use transload_errors::ApiError;
use transload_model::Reported;

/// AWS allows fifty tags on a resource.
const TAGS_LIMIT: usize = 50;
/// ECR takes one to five exclusion filters.
const FILTERS_LIMIT: usize = 5;
/// AWS's limits for the key and the value of a tag, in characters.
const TAG_KEY_LIMIT: usize = 128;
const TAG_VALUE_LIMIT: usize = 256;

pub fn parse_scope(extent: &CopyScope) -> Result<transload_migration::CopyScope, ApiError> {
    let platform = extent.platform.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let platform = platform.map(str::parse).transpose();
    Ok(transload_migration::CopyScope {
        platform: platform.map_err(|error: transload_model::InvalidPlatform| {
            ApiError::invalid_input(&error).hint("To copy every platform, leave the field empty.")
        })?,
        referrers: extent.referrers,
    })
}

/// Parses settings that the user entered.
///
/// # Errors
/// If ECR would refuse them.
pub fn parse_settings(
    settings: &RepositorySettings,
) -> Result<transload_model::RepositorySettings, ApiError> {
    let unknown = settings.tag_mutability.unknown_text().or(settings.encryption.unknown_text());
    if let Some(text) = unknown {
        return Err(refused(&format!(
            "Transload doesn't know the repository setting {text:?}. Choose another one."
        )));
    }
    let with_filters = matches!(
        settings.tag_mutability.known(),
        Some(TagMutability::ImmutableWithExclusion | TagMutability::MutableWithExclusion)
    );
    let filters = if with_filters { settings.exclusion_filters.as_slice() } else { &[] };
    if with_filters && !(1..=FILTERS_LIMIT).contains(&filters.len()) {
        return Err(refused("Give one to five tag patterns as exceptions from the tag rule."));
    }
    if settings.tags.len() > TAGS_LIMIT {
        return Err(refused("A repository has at most 50 AWS tags."));
    }
    for (key, value) in &settings.tags {
        let key_fits = (1..=TAG_KEY_LIMIT).contains(&key.chars().count());
        if !key_fits || value.chars().count() > TAG_VALUE_LIMIT {
            return Err(refused(
                "The key of an AWS tag has 1 to 128 characters, its value at most 256.",
            ));
        }
    }
    let parse = |text: &String| transload_model::TagExclusionFilter::parse(text);
    let filters = filters.iter().map(parse).collect::<Result<_, _>>();
    Ok(transload_model::RepositorySettings {
        tag_mutability: settings.tag_mutability.clone(),
        exclusion_filters: filters.map_err(|error| ApiError::invalid_input(&error))?,
        scan_on_push: settings.scan_on_push,
        encryption: match &settings.encryption {
            Reported::Known(encryption) => engine_encryption(encryption).into(),
            unknown @ Reported::Unknown { .. } => unknown.clone(),
        },
        tags: settings.tags.clone(),
        lifecycle: match settings.lifecycle {
            LifecyclePreset::KeepNewest { count: 0 }
            | LifecyclePreset::ExpireUntagged { days: 0 } => {
                return Err(refused("A lifecycle rule needs a number of at least 1."));
            }
            preset => preset,
        },
        policy: engine_policy(settings.policy.as_deref())?,
    })
}

fn engine_policy(
    text: Option<&str>,
) -> Result<Option<transload_model::RepositoryPolicy>, ApiError> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let policy = text.map(transload_model::RepositoryPolicy::parse).transpose();
    policy.map_err(|error| {
        ApiError::invalid_input(&error)
            .hint("To create the repository without a policy, leave the field empty.")
    })
}

fn refused(message: &str) -> ApiError {
    ApiError::new(transload_errors::ErrorCode::InputInvalid, message)
}

fn engine_encryption(encryption: &Encryption) -> Encryption {
    let named = |key: &Option<String>| key.clone().filter(|key| !key.trim().is_empty());
    match encryption {
        Encryption::Aes256 => Encryption::Aes256,
        Encryption::Kms { key } => Encryption::Kms { key: named(key) },
        Encryption::KmsDualLayer { key } => Encryption::KmsDualLayer { key: named(key) },
    }
}

pub fn shown_settings(settings: &transload_model::RepositorySettings) -> RepositorySettings {
    RepositorySettings {
        tag_mutability: settings.tag_mutability.clone(),
        exclusion_filters: settings.exclusion_filters.iter().map(ToString::to_string).collect(),
        scan_on_push: settings.scan_on_push,
        encryption: settings.encryption.clone(),
        tags: settings.tags.clone(),
        lifecycle: settings.lifecycle,
        policy: settings.policy.as_ref().map(ToString::to_string),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> RepositorySettings {
        shown_settings(&transload_model::RepositorySettings::default())
    }

    #[test]
    fn settings_survive_the_way_there_and_back() {
        let mut wanted = settings();
        wanted.tag_mutability = TagMutability::ImmutableWithExclusion.into();
        wanted.exclusion_filters = vec!["latest".to_owned(), "dev-*".to_owned()];
        wanted.encryption = Encryption::Kms { key: Some("alias/mine".to_owned()) }.into();
        wanted.lifecycle = LifecyclePreset::KeepNewest { count: 3 };
        assert_eq!(shown_settings(&parse_settings(&wanted).unwrap()), wanted);
    }

    #[test]
    fn what_ecr_would_refuse_is_refused_here() {
        let mut without_filter = settings();
        without_filter.tag_mutability = TagMutability::ImmutableWithExclusion.into();
        let mut bad_filter = without_filter.clone();
        bad_filter.exclusion_filters = vec!["a b".to_owned()];
        let mut many_tags = settings();
        many_tags.tags = (0..51).map(|number| (number.to_string(), String::new())).collect();
        let mut no_key = settings();
        no_key.tags = [(String::new(), String::new())].into();
        let mut nothing_kept = settings();
        nothing_kept.lifecycle = LifecyclePreset::KeepNewest { count: 0 };
        let mut no_policy = settings();
        no_policy.policy = Some("{}".to_owned());
        for refused in [without_filter, bad_filter, many_tags, no_key, nothing_kept, no_policy] {
            let error = parse_settings(&refused).unwrap_err();
            assert_eq!(error.code, transload_errors::ErrorCode::InputInvalid, "{refused:?}");
        }
    }
}
