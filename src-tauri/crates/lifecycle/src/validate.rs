//! Checks a policy that someone is about to set against the rules of ECR, before a call.

use std::collections::HashSet;

use crate::policy::{
    CountCondition, InvalidLifecyclePolicy, LifecyclePolicy, LifecycleRule, PolicyAction,
    TagCondition,
};

/// The length of a policy in characters. Source: `LifecyclePolicyText` in the service model of ECR.
const LENGTH: std::ops::RangeInclusive<usize> = 100..=30_720;

/// Sources of the following: Amazon ECR user guide, "Lifecycle policy properties in Amazon ECR".
const MAX_RULES: usize = 50;
const MAX_WILDCARDS: usize = 4;
const MIN_ARCHIVED_DAYS: u32 = 90;

impl LifecyclePolicy {
    /// Parses the text of a policy that is about to be set, and checks the rules that ECR applies then.
    ///
    /// # Errors
    /// If ECR would refuse the policy.
    pub fn parse_new(text: &str) -> Result<Self, InvalidLifecyclePolicy> {
        let policy = Self::parse(text)?;
        let invalid = |problem: String| Err(InvalidLifecyclePolicy::new(problem));
        if policy.rules.is_empty() || policy.rules.len() > MAX_RULES {
            return invalid(format!(
                "a policy has 1 to {MAX_RULES} rules, and this one has {}",
                policy.rules.len()
            ));
        }
        for rule in &policy.rules {
            if let Some(problem) = problem_of(rule) {
                return invalid(format!("rule {} {problem}", rule.priority));
            }
        }
        for is_for_archive in [false, true] {
            if let Some(problem) = problem_of_class(&policy, is_for_archive) {
                return invalid(problem);
            }
        }
        let length = text.chars().count();
        if !LENGTH.contains(&length) {
            return invalid(format!(
                "the text has {length} characters; ECR requires {} to {}. Add descriptions to a short policy",
                LENGTH.start(),
                LENGTH.end()
            ));
        }
        Ok(policy)
    }
}

fn problem_of(rule: &LifecycleRule) -> Option<String> {
    if rule.priority == 0 {
        return Some("has the rulePriority 0; rulePriority starts at 1".to_owned());
    }
    if let TagCondition::Patterns(patterns) = &rule.tags
        && let Some(pattern) =
            patterns.iter().find(|pattern| pattern.matches('*').count() > MAX_WILDCARDS)
    {
        return Some(format!(
            "has the pattern {pattern:?} with more than {MAX_WILDCARDS} asterisks"
        ));
    }
    let is_by_archive_time = matches!(rule.count, CountCondition::SinceImageTransitioned(_));
    match (rule.count, rule.action) {
        (CountCondition::SinceImagePulled(_), PolicyAction::Expire) => {
            Some("uses sinceImagePulled, which can only archive images, not expire them".to_owned())
        }
        (CountCondition::SinceImageTransitioned(_), PolicyAction::Archive) => {
            Some("uses sinceImageTransitioned, which can only expire images".to_owned())
        }
        (CountCondition::SinceImageTransitioned(days), _) if days < MIN_ARCHIVED_DAYS => {
            Some(format!(
                "uses sinceImageTransitioned with {days} days; archived images are kept for at least {MIN_ARCHIVED_DAYS} days"
            ))
        }
        _ if is_by_archive_time != rule.is_for_archive => Some(
            "must combine storageClass archive and countType sinceImageTransitioned, or use neither"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Returns the problem of the rules for one storage class together.
fn problem_of_class(policy: &LifecyclePolicy, is_for_archive: bool) -> Option<String> {
    let rules: Vec<&LifecycleRule> =
        policy.rules.iter().filter(|rule| rule.is_for_archive == is_for_archive).collect();
    let of = |tags: &TagCondition| rules.iter().filter(|rule| rule.tags == *tags).count();
    if of(&TagCondition::Untagged) > 1 {
        return Some("only one rule can select untagged images".to_owned());
    }
    let (_, earlier) = rules.split_last()?;
    if let Some(rule) = earlier.iter().find(|rule| rule.tags == TagCondition::Any) {
        return Some(format!(
            "rule {} selects any image, so it must have the highest rulePriority",
            rule.priority
        ));
    }
    let mut seen = HashSet::new();
    for rule in &rules {
        if let TagCondition::Prefixes(prefixes) = &rule.tags
            && let Some(prefix) = prefixes.iter().find(|prefix| !seen.insert(prefix.as_str()))
        {
            return Some(format!("two rules select the prefix {prefix:?}"));
        }
    }
    None
}
