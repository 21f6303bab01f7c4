//! The pull-through cache rule that each repository belongs to, since its images were last listed.

use std::collections::HashMap;
use std::sync::Mutex;

use transload_manifest_cache::PullScope;

use crate::locks::locked;

/// The prefix of a rule that applies to all repositories without a rule of their own.
/// Source: Amazon ECR API reference, CreatePullThroughCacheRule, `ecrRepositoryPrefix`.
const ROOT: &str = "ROOT";

/// The prefix of the rule of each repository, or `None` if no rule applies.
#[derive(Default)]
pub(crate) struct CachePrefixes(Mutex<HashMap<PullScope, Option<String>>>);

impl CachePrefixes {
    /// Returns the prefix of the rule, or `None` if the rules weren't read.
    pub fn get(&self, scope: &PullScope) -> Option<Option<String>> {
        locked(&self.0).get(scope).cloned()
    }

    pub fn put(&self, scope: PullScope, prefix: Option<String>) {
        locked(&self.0).insert(scope, prefix);
    }

    pub fn forget(&self, scope: &PullScope) {
        locked(&self.0).remove(scope);
    }
}

/// Returns the prefix of the rule that a repository belongs to: the longest one, or that of all repositories.
pub(crate) fn prefix_of<'a>(
    name: &str,
    prefixes: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let applies = |prefix: &&str| {
        // ECR allows a prefix with a slash at its end, which means the same.
        let folder = prefix.trim_end_matches('/');
        *prefix == ROOT || name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    prefixes.filter(applies).max_by_key(|prefix| if *prefix == ROOT { 0 } else { prefix.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_belongs_to_the_rule_with_the_longest_prefix() {
        let cases: [(&str, &[&str], Option<&str>); 8] = [
            ("hub/library/redis", &["hub"], Some("hub")),
            ("hub/library/redis", &["hub", "hub/library", "ROOT"], Some("hub/library")),
            ("hubble/redis", &["hub"], None),
            ("hub/library/redis", &["hub/"], Some("hub/")),
            ("hub", &["hub"], None),
            ("team/hub/redis", &["hub"], None),
            ("team/app", &["hub", "ROOT"], Some("ROOT")),
            ("team/app", &[], None),
        ];
        for (name, prefixes, expected) in cases {
            assert_eq!(prefix_of(name, prefixes.iter().copied()), expected, "{name} {prefixes:?}");
        }
    }
}
