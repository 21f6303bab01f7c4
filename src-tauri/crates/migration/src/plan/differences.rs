//! Compares an existing repository with the requested settings. Differences are reported in the
//! plan; the repository is not changed.

use serde_json::Value;

use crate::facts::{PolicyDocument, RepositoryState};
use crate::plan::Difference;
use transload_model::{Encryption, Reported, RepositorySettings};

/// Returns the differences. Lifecycle and repository policy are compared only if the request sets
/// one.
pub(crate) fn differences(
    wanted: &RepositorySettings,
    actual: &RepositorySettings,
    state: Option<&RepositoryState>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    if wanted.tag_mutability != actual.tag_mutability
        || wanted.exclusion_filters != actual.exclusion_filters
    {
        differences.push(Difference::TagMutability { wanted: wanted.clone() });
    }
    if wanted.scan_on_push != actual.scan_on_push {
        differences.push(Difference::ScanOnPush { wanted: wanted.scan_on_push });
    }
    if !is_same_encryption(&wanted.encryption, &actual.encryption) {
        differences.push(Difference::Encryption { wanted: wanted.encryption.clone() });
    }
    let Some(state) = state else { return differences };
    if let Some(text) = wanted.lifecycle.policy_text()
        && let Some(has_another) =
            differs(&state.lifecycle, |existing| has_same_rules(&text, existing))
    {
        differences.push(Difference::Lifecycle { wanted: wanted.lifecycle, has_another });
    }
    if let Some(policy) = &wanted.policy
        && let Some(has_another) =
            differs(&state.policy, |existing| policy.is_equivalent_to(existing))
    {
        differences.push(Difference::Policy { has_another });
    }
    differences
}

/// Returns `None` if the documents match or the existing one is unknown. Otherwise returns whether
/// the repository has another document.
fn differs(existing: &PolicyDocument, is_same: impl Fn(&str) -> bool) -> Option<bool> {
    match existing {
        PolicyDocument::Unknown => None,
        PolicyDocument::Missing => Some(false),
        PolicyDocument::Text(text) => (!is_same(text)).then_some(true),
    }
}

/// Compares two lifecycle policies without their rule descriptions.
fn has_same_rules(wanted: &str, existing: &str) -> bool {
    let read = |text: &str| {
        let mut policy: Value = serde_json::from_str(text).ok()?;
        for rule in policy["rules"].as_array_mut()? {
            rule.as_object_mut()?.remove("description");
        }
        Some(policy)
    };
    let wanted = read(wanted);
    wanted.is_some() && wanted == read(existing)
}

/// ECR returns the ARN of the key, whichever ID or alias was used to set it. If the request names
/// no key, every key matches.
fn is_same_encryption(wanted: &Reported<Encryption>, actual: &Reported<Encryption>) -> bool {
    let (Some(wanted), Some(actual)) = (wanted.known(), actual.known()) else { return false };
    let same_key = |wanted: &Option<String>, actual: &Option<String>| match (wanted, actual) {
        (Some(wanted), Some(actual)) => wanted == actual || actual.ends_with(&format!("/{wanted}")),
        _ => true,
    };
    match (wanted, actual) {
        (Encryption::Aes256, Encryption::Aes256) => true,
        (Encryption::Kms { key: wanted }, Encryption::Kms { key: actual })
        | (Encryption::KmsDualLayer { key: wanted }, Encryption::KmsDualLayer { key: actual }) => {
            same_key(wanted, actual)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use transload_model::LifecyclePreset;
    use transload_model::RepositoryPolicy;

    const DENY: &str = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:*"}]}"#;

    fn wanted() -> RepositorySettings {
        RepositorySettings {
            lifecycle: LifecyclePreset::KeepNewest { count: 5 },
            policy: Some(RepositoryPolicy::parse(DENY).unwrap()),
            ..RepositorySettings::default()
        }
    }

    #[test]
    fn only_different_documents_are_reported() {
        let plain = RepositorySettings::default();
        let wanted = wanted();
        let found = |lifecycle: PolicyDocument, policy: PolicyDocument| {
            let state = RepositoryState { lifecycle, policy, ..RepositoryState::default() };
            differences(&wanted, &plain, Some(&state))
        };
        let text = |text: &str| PolicyDocument::Text(text.to_owned());
        let rules = wanted.lifecycle.policy_text().unwrap();
        let renamed = rules.replace("Keep the newest 5 images", "ours");
        assert_eq!(found(text(&renamed), text(&DENY.replace("\":", "\" : "))), []);
        assert_eq!(found(PolicyDocument::Unknown, PolicyDocument::Unknown), []);
        let missing = |has_another| {
            vec![
                Difference::Lifecycle { wanted: wanted.lifecycle, has_another },
                Difference::Policy { has_another },
            ]
        };
        assert_eq!(found(PolicyDocument::Missing, PolicyDocument::Missing), missing(false));
        let (fewer, allow) = (rules.replace('5', "4"), DENY.replace("Deny", "Allow"));
        assert_eq!(found(text(&fewer), text(&allow)), missing(true));
    }

    #[test]
    fn settings_that_were_not_requested_are_not_compared() {
        let plain = RepositorySettings::default();
        let policy = PolicyDocument::Text(DENY.to_owned());
        let state = RepositoryState { policy, ..RepositoryState::default() };
        assert_eq!(differences(&plain, &plain, Some(&state)), []);
    }
}
