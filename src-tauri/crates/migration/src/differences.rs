//! Where an existing repository differs from what was asked for. It is said, and left as it is.

use serde_json::Value;

use super::there::{Document, RepositoryHolds};
use transload_model::{Encryption, LifecyclePreset, RepositorySettings};

/// A setting of an existing repository that is not as asked for. It is left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Whether tags may move, or the exceptions.
    TagMutability {
        /// What was asked for.
        wanted: RepositorySettings,
    },
    /// Scan on push.
    ScanOnPush {
        /// What was asked for.
        wanted: bool,
    },
    /// Encryption, which can never be changed.
    Encryption {
        /// What was asked for.
        wanted: Encryption,
    },
    /// The lifecycle policy.
    Lifecycle {
        /// What was asked for.
        wanted: LifecyclePreset,
        /// Whether there is another one; otherwise there is none.
        has_another: bool,
    },
    /// The repository policy.
    Policy {
        /// Whether there is another one; otherwise there is none.
        has_another: bool,
    },
}

/// Compares. Of lifecycle and repository policy only what was asked for counts.
pub(super) fn differences(
    wanted: &RepositorySettings,
    actual: &RepositorySettings,
    holds: Option<&RepositoryHolds>,
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
    if !same_encryption(&wanted.encryption, &actual.encryption) {
        differences.push(Difference::Encryption { wanted: wanted.encryption.clone() });
    }
    let Some(holds) = holds else { return differences };
    if let Some(text) = wanted.lifecycle.policy_text()
        && let Some(has_another) = differs(&holds.lifecycle, |held| same_rules(&text, held))
    {
        differences.push(Difference::Lifecycle { wanted: wanted.lifecycle, has_another });
    }
    if let Some(policy) = &wanted.policy
        && let Some(has_another) = differs(&holds.policy, |held| policy.says_the_same_as(held))
    {
        differences.push(Difference::Policy { has_another });
    }
    differences
}

/// Whether there is another document, where it is not the same one.
fn differs(held: &Document, is_same: impl Fn(&str) -> bool) -> Option<bool> {
    match held {
        Document::Unknown => None,
        Document::Missing => Some(false),
        Document::Text(text) => (!is_same(text)).then_some(true),
    }
}

/// Whether two lifecycle policies do the same, whatever their rules are called.
fn same_rules(wanted: &str, held: &str) -> bool {
    let read = |text: &str| {
        let mut policy: Value = serde_json::from_str(text).ok()?;
        for rule in policy["rules"].as_array_mut()? {
            rule.as_object_mut()?.remove("description");
        }
        Some(policy)
    };
    let wanted = read(wanted);
    wanted.is_some() && wanted == read(held)
}

/// ECR answers with the ARN of the key, whatever name it was asked with; a key that was not named
/// is as good as any.
fn same_encryption(wanted: &Encryption, actual: &Encryption) -> bool {
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
    fn other_documents_are_said_and_the_same_ones_are_not() {
        let plain = RepositorySettings::default();
        let wanted = wanted();
        let found = |lifecycle: Document, policy: Document| {
            let holds = RepositoryHolds { lifecycle, policy, ..RepositoryHolds::default() };
            differences(&wanted, &plain, Some(&holds))
        };
        let text = |text: &str| Document::Text(text.to_owned());
        let rules = wanted.lifecycle.policy_text().unwrap();
        let renamed = rules.replace("Keep the newest 5 images", "ours");
        assert_eq!(found(text(&renamed), text(&DENY.replace("\":", "\" : "))), []);
        assert_eq!(found(Document::Unknown, Document::Unknown), []);
        let missing = |has_another| {
            vec![
                Difference::Lifecycle { wanted: wanted.lifecycle, has_another },
                Difference::Policy { has_another },
            ]
        };
        assert_eq!(found(Document::Missing, Document::Missing), missing(false));
        let (fewer, allow) = (rules.replace('5', "4"), DENY.replace("Deny", "Allow"));
        assert_eq!(found(text(&fewer), text(&allow)), missing(true));
    }

    #[test]
    fn what_was_not_asked_for_is_no_difference() {
        let plain = RepositorySettings::default();
        let policy = Document::Text(DENY.to_owned());
        let holds = RepositoryHolds { policy, ..RepositoryHolds::default() };
        assert_eq!(differences(&plain, &plain, Some(&holds)), []);
    }
}
