//! ECR's words for the values of its enumerations. Every such value is read with [`reported`], so that a word of a later
//! ECR is kept as ECR wrote it and never fails or falsifies an answer.

use crate::ecr::api::EcrImageStatus;
use crate::ecr::cache_rules::UpstreamRegistry;
use crate::ecr::creation_templates::TemplateUse;
use crate::ecr::explorer::{PreviewAction, PreviewStatus};
use crate::ecr::registry_configuration::{ScanFrequency, ScanType};
use transload_model::{Reported, TagMutability};

/// A value of an enumeration of ECR.
pub(crate) trait EcrWord: Copy + PartialEq + 'static {
    /// ECR's word for each value.
    const WORDS: &'static [(&'static str, Self)];
}

/// Reads a word of ECR.
pub(crate) fn reported<T: EcrWord>(word: &str) -> Reported<T> {
    let known = T::WORDS.iter().find(|(one, _)| *one == word);
    known.map_or_else(|| Reported::unknown(word), |(_, value)| Reported::Known(*value))
}

/// Returns ECR's word for a value.
pub(crate) fn word<T: EcrWord>(value: &Reported<T>) -> &str {
    match value {
        Reported::Known(value) => {
            T::WORDS.iter().find(|(_, one)| one == value).map_or("", |(word, _)| word)
        }
        Reported::Unknown { unknown } => unknown,
    }
}

impl EcrWord for EcrImageStatus {
    const WORDS: &'static [(&'static str, Self)] =
        &[("ACTIVE", Self::Active), ("ARCHIVED", Self::Archived), ("ACTIVATING", Self::Activating)];
}

impl EcrWord for TagMutability {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("MUTABLE", Self::Mutable),
        ("IMMUTABLE", Self::Immutable),
        ("IMMUTABLE_WITH_EXCLUSION", Self::ImmutableWithExclusion),
        ("MUTABLE_WITH_EXCLUSION", Self::MutableWithExclusion),
    ];
}

impl EcrWord for PreviewStatus {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("IN_PROGRESS", Self::InProgress),
        ("COMPLETE", Self::Complete),
        ("EXPIRED", Self::Expired),
        ("FAILED", Self::Failed),
    ];
}

impl EcrWord for PreviewAction {
    const WORDS: &'static [(&'static str, Self)] =
        &[("EXPIRE", Self::Expire), ("TRANSITION", Self::Archive)];
}

impl EcrWord for ScanType {
    const WORDS: &'static [(&'static str, Self)] =
        &[("BASIC", Self::Basic), ("ENHANCED", Self::Enhanced)];
}

impl EcrWord for ScanFrequency {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("SCAN_ON_PUSH", Self::OnPush),
        ("CONTINUOUS_SCAN", Self::Continuous),
        ("MANUAL", Self::Manual),
    ];
}

impl EcrWord for TemplateUse {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("REPLICATION", Self::Replication),
        ("PULL_THROUGH_CACHE", Self::PullThroughCache),
        ("CREATE_ON_PUSH", Self::CreateOnPush),
    ];
}

impl EcrWord for UpstreamRegistry {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("ecr", Self::Ecr),
        ("ecr-public", Self::EcrPublic),
        ("quay", Self::Quay),
        ("k8s", Self::Kubernetes),
        ("docker-hub", Self::DockerHub),
        ("github-container-registry", Self::Github),
        ("azure-container-registry", Self::Azure),
        ("gitlab-container-registry", Self::Gitlab),
        ("chainguard", Self::Chainguard),
    ];
}

/// Reads a filter whose type is one of several. One of another type is kept with its type.
pub(crate) fn filter(kind: &str, known_kind: &str, text: &str) -> Reported<String> {
    if kind == known_kind {
        Reported::Known(text.to_owned())
    } else {
        Reported::unknown(format!("{kind} {text}"))
    }
}

#[cfg(test)]
mod tests;
