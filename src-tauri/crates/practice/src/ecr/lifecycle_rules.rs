//! The rules of lifecycle policies: which texts ECR allows, and what a policy does with the images of a repository.
//! Source: Amazon ECR user guide, "Lifecycle policy properties in Amazon ECR" and "Automate the cleanup of images by
//! using lifecycle policies".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::store::state::{Image, ImageStatus, PolicyEffect, Repository};
use crate::wildcard::matches;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A rule of a policy.
pub(crate) struct Rule {
    priority: i64,
    tags: TagRule,
    is_for_archive: bool,
    count: Count,
    archives: bool,
}

#[derive(PartialEq)]
enum TagRule {
    Any,
    Untagged,
    /// Every pattern has to match a tag.
    Tagged(Vec<String>),
}

#[derive(Clone, Copy)]
enum Count {
    MoreThan(usize),
    SincePushed(i64),
    SincePulled(i64),
    SinceTransitioned(i64),
}

/// Parses a policy, with its rules by priority.
///
/// # Errors
/// The rule that it breaks, in the words of ECR's validation.
pub(crate) fn parse(text: &str) -> Result<Vec<Rule>, String> {
    let invalid = |why: &str| format!("Lifecycle policy validation failure: {why}");
    let policy: Value = serde_json::from_str(text).map_err(|_| invalid("not valid JSON"))?;
    let rules = policy["rules"].as_array().ok_or_else(|| invalid("'rules' is missing"))?;
    if rules.is_empty() || rules.len() > 50 {
        return Err(invalid("there must be 1 to 50 rules"));
    }
    let rules: Result<Vec<Rule>, String> = rules.iter().map(rule).collect();
    let mut rules = rules.map_err(|why| invalid(&why))?;
    rules.sort_by_key(|rule| rule.priority);
    let mut seen = BTreeSet::new();
    if rules.iter().any(|rule| !seen.insert(rule.priority)) {
        return Err(invalid("'rulePriority' must be unique"));
    }
    for is_for_archive in [false, true] {
        let of_class = || rules.iter().filter(|rule| rule.is_for_archive == is_for_archive);
        if of_class().filter(|rule| rule.tags == TagRule::Untagged).count() > 1 {
            return Err(invalid("only one rule may select untagged images"));
        }
        if of_class().rev().skip(1).any(|rule| rule.tags == TagRule::Any) {
            return Err(invalid("a rule for any image must have the highest 'rulePriority'"));
        }
    }
    Ok(rules)
}

fn rule(json: &Value) -> Result<Rule, String> {
    let priority = json["rulePriority"].as_i64().filter(|priority| *priority > 0);
    let priority = priority.ok_or("'rulePriority' must be a positive number")?;
    let selection = &json["selection"];
    let list = |name: &str| -> Vec<String> {
        let list = selection[name].as_array().into_iter().flatten();
        list.filter_map(|value| value.as_str().map(str::to_owned)).collect()
    };
    let (patterns, prefixes) = (list("tagPatternList"), list("tagPrefixList"));
    if !patterns.is_empty() && !prefixes.is_empty() {
        return Err("'tagPatternList' and 'tagPrefixList' can't be combined".to_owned());
    }
    if patterns.iter().any(|pattern| pattern.matches('*').count() > 4) {
        return Err("a pattern may have at most four wildcards".to_owned());
    }
    let has_list = !patterns.is_empty() || !prefixes.is_empty();
    let tags = match selection["tagStatus"].as_str() {
        Some("any") if !has_list => TagRule::Any,
        Some("untagged") if !has_list => TagRule::Untagged,
        Some("tagged") if has_list => {
            let prefixes = prefixes.into_iter().map(|prefix| format!("{prefix}*"));
            TagRule::Tagged(patterns.into_iter().chain(prefixes).collect())
        }
        Some("tagged") => return Err("'tagStatus' tagged requires a list of tags".to_owned()),
        Some("any" | "untagged") => return Err("only tagged images have a list of tags".to_owned()),
        _ => return Err("'tagStatus' must be tagged, untagged or any".to_owned()),
    };
    let is_for_archive = match selection["storageClass"].as_str() {
        None | Some("standard") => false,
        Some("archive") => true,
        Some(_) => return Err("'storageClass' must be standard or archive".to_owned()),
    };
    let number = selection["countNumber"].as_i64().filter(|number| *number > 0);
    let number = number.ok_or("'countNumber' must be a positive number")?;
    let count = match selection["countType"].as_str() {
        Some("imageCountMoreThan") => {
            Count::MoreThan(usize::try_from(number).unwrap_or(usize::MAX))
        }
        Some("sinceImagePushed") => Count::SincePushed(number),
        Some("sinceImagePulled") => Count::SincePulled(number),
        Some("sinceImageTransitioned") => Count::SinceTransitioned(number),
        _ => return Err("'countType' is unknown".to_owned()),
    };
    let unit = selection["countUnit"].as_str();
    match (count, unit) {
        (Count::MoreThan(_), None) => {}
        (Count::MoreThan(_), Some(_)) => {
            return Err("'countUnit' is not allowed with imageCountMoreThan".to_owned());
        }
        (_, Some("days")) => {}
        _ => return Err("'countUnit' must be days".to_owned()),
    }
    let archives = match (json["action"]["type"].as_str(), &json["action"]["targetStorageClass"]) {
        (Some("expire"), Value::Null) => false,
        (Some("transition"), class) if class == "archive" => true,
        _ => return Err("'action' must be expire, or transition to archive".to_owned()),
    };
    match (count, archives) {
        (Count::SincePulled(_), false) => {
            return Err("sinceImagePulled requires the action transition".to_owned());
        }
        (Count::SinceTransitioned(_), true) => {
            return Err("sinceImageTransitioned requires the action expire".to_owned());
        }
        (Count::SinceTransitioned(days), _) if days < 90 => {
            return Err("'countNumber' must be at least 90 with sinceImageTransitioned".to_owned());
        }
        _ => {}
    }
    if is_for_archive != matches!(count, Count::SinceTransitioned(_)) {
        return Err("'storageClass' archive requires sinceImageTransitioned".to_owned());
    }
    Ok(Rule { priority, tags, is_for_archive, count, archives })
}

impl Rule {
    fn selects(&self, image: &Image, tags: &[&str]) -> bool {
        let matches_tags = match &self.tags {
            TagRule::Any => true,
            TagRule::Untagged => tags.is_empty(),
            TagRule::Tagged(patterns) => {
                patterns.iter().all(|pattern| tags.iter().any(|tag| matches(pattern, tag)))
            }
        };
        let status = if self.is_for_archive { ImageStatus::Archived } else { ImageStatus::Active };
        matches_tags && image.status() == status
    }

    fn applies(&self, image: &Image, rank: usize, now: i64) -> bool {
        let pushed = image.activated_at.unwrap_or(image.pushed_at);
        let older = |since: i64, days: i64| now - since > days * DAY_MILLIS;
        match self.count {
            Count::MoreThan(count) => rank >= count,
            Count::SincePushed(days) => older(pushed, days),
            Count::SincePulled(days) => {
                let pulled =
                    image.pulled_at.filter(|pulled| *pulled >= image.activated_at.unwrap_or(0));
                older(pulled.unwrap_or(pushed), days)
            }
            Count::SinceTransitioned(days) => {
                image.archived_at.is_some_and(|since| older(since, days))
            }
        }
    }
}

/// Returns what a policy does with the images of a repository. The first rule whose tags match an image decides about
/// it. Parts of an index and referrers are neither selected nor counted.
pub(crate) fn evaluate(rules: &[Rule], repository: &Repository, now: i64) -> Vec<PolicyEffect> {
    let parts: BTreeSet<&String> =
        repository.images.values().flat_map(|image| &image.children).collect();
    let mut tags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (tag, digest) in &repository.tags {
        tags.entry(digest).or_default().push(tag);
    }
    let candidates: Vec<(&String, &Image, &[&str])> = repository
        .images
        .iter()
        .filter(|(digest, image)| !parts.contains(digest) && image.subject.is_none())
        .map(|(digest, image)| {
            (digest, image, tags.get(digest.as_str()).map(Vec::as_slice).unwrap_or_default())
        })
        .collect();
    let (mut decided, mut effects) = (BTreeSet::new(), Vec::new());
    for rule in rules {
        let mut selected: Vec<_> =
            candidates.iter().filter(|(_, image, tags)| rule.selects(image, tags)).collect();
        selected.sort_by_key(|(digest, image, _)| {
            (std::cmp::Reverse(image.activated_at.unwrap_or(image.pushed_at)), *digest)
        });
        for (rank, (digest, image, _)) in selected.into_iter().enumerate() {
            if decided.insert(*digest) && rule.applies(image, rank, now) {
                let digest = (*digest).clone();
                effects.push(PolicyEffect { digest, rule: rule.priority, archives: rule.archives });
            }
        }
    }
    effects.sort_by(|one, other| one.digest.cmp(&other.digest));
    effects
}
