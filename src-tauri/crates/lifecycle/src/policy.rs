//! Parses lifecycle policy documents.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_model::wildcard_matches;

/// A lifecycle policy, with its rules in the order in which they apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecyclePolicy {
    /// Sorted by priority, the lowest number first.
    pub rules: Vec<LifecycleRule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Rules with a lower number apply first.
    pub priority: u32,
    /// Which images the rule selects.
    pub tags: TagCondition,
    /// Whether the rule selects archived images instead of images in standard storage.
    pub is_for_archive: bool,
    /// Which of the selected images the action applies to.
    pub count: CountCondition,
    pub action: PolicyAction,
}

/// Which images a rule selects, by their tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagCondition {
    Any,
    /// Images without a tag.
    Untagged,
    /// Images that have, for each of these prefixes, a tag that starts with it.
    Prefixes(Vec<String>),
    /// Images that have, for each of these patterns with `*`, a tag that matches it.
    Patterns(Vec<String>),
}

/// Which of the selected images the action applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountCondition {
    /// All but this number of the newest images.
    ImageCountMoreThan(u32),
    /// Images that were pushed or restored more than this number of days ago.
    SinceImagePushed(u32),
    /// Images that were not pulled for this number of days.
    SinceImagePulled(u32),
    /// Images that were archived more than this number of days ago.
    SinceImageTransitioned(u32),
}

/// The action of a lifecycle rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "LifecycleAction", export_to = "repositories.ts")]
pub enum PolicyAction {
    /// Deletes the image.
    Expire,
    /// Moves the image to archive storage, from which it can't be pulled.
    Archive,
}

/// The error for text that is not a lifecycle policy, or that contains something unknown to this
/// version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidLifecyclePolicy(String);

impl InvalidLifecyclePolicy {
    pub(crate) fn new(problem: String) -> Self {
        Self(problem)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyJson {
    rules: Vec<RuleJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleJson {
    rule_priority: u32,
    #[serde(default, rename = "description")]
    _description: Option<String>,
    selection: SelectionJson,
    action: ActionJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SelectionJson {
    tag_status: String,
    #[serde(default)]
    tag_prefix_list: Vec<String>,
    #[serde(default)]
    tag_pattern_list: Vec<String>,
    #[serde(default)]
    storage_class: Option<String>,
    count_type: String,
    #[serde(default)]
    count_unit: Option<String>,
    count_number: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ActionJson {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    target_storage_class: Option<String>,
}

impl LifecyclePolicy {
    /// Parses the text of a policy. Source: Amazon ECR user guide, "Lifecycle policy properties in
    /// Amazon ECR".
    ///
    /// # Errors
    /// If ECR doesn't allow the policy, or it contains something unknown to this version.
    pub fn parse(text: &str) -> Result<Self, InvalidLifecyclePolicy> {
        let policy: PolicyJson = serde_json::from_str(text)
            .map_err(|error| InvalidLifecyclePolicy(error.to_string()))?;
        let rules = policy.rules.into_iter().map(parse_rule).collect::<Result<Vec<_>, _>>();
        let mut rules = rules?;
        rules.sort_by_key(|rule| rule.priority);
        if let Some(pair) = rules.windows(2).find(|pair| pair[0].priority == pair[1].priority) {
            return Err(InvalidLifecyclePolicy(format!(
                "two rules have priority {}",
                pair[0].priority
            )));
        }
        Ok(Self { rules })
    }

    /// Returns whether two texts are the same policy, apart from descriptions. ECR returns a policy without its spaces
    /// and with its rules sorted by priority. Sources: the examples of PutLifecyclePolicy in the AWS CLI; the note on
    /// `aws_ecr_lifecycle_policy` in Terraform's AWS provider.
    pub fn is_same(one: &str, other: &str) -> bool {
        one == other
            || matches!((Self::parse(one), Self::parse(other)), (Ok(one), Ok(other)) if one == other)
    }
}

fn parse_rule(rule: RuleJson) -> Result<LifecycleRule, InvalidLifecyclePolicy> {
    let priority = rule.rule_priority;
    let invalid =
        |problem: String| InvalidLifecyclePolicy(format!("rule {priority} has {problem}"));
    let SelectionJson {
        tag_status,
        tag_prefix_list: prefixes,
        tag_pattern_list: patterns,
        storage_class,
        count_type,
        count_unit,
        count_number: number,
    } = rule.selection;
    let tags = match (tag_status.as_str(), prefixes.is_empty(), patterns.is_empty()) {
        ("any", true, true) => TagCondition::Any,
        ("untagged", true, true) => TagCondition::Untagged,
        ("tagged", false, true) => TagCondition::Prefixes(prefixes),
        ("tagged", true, false) => TagCondition::Patterns(patterns),
        ("any" | "untagged" | "tagged", ..) => {
            return Err(invalid(format!("the wrong tag lists for tagStatus {tag_status:?}")));
        }
        _ => return Err(invalid(format!("the unknown tagStatus {tag_status:?}"))),
    };
    let is_for_archive = match storage_class.as_deref() {
        None | Some("standard") => false,
        Some("archive") => true,
        Some(other) => return Err(invalid(format!("the unknown storageClass {other:?}"))),
    };
    let count = match (count_type.as_str(), count_unit.as_deref()) {
        ("imageCountMoreThan", None) => CountCondition::ImageCountMoreThan(number),
        ("sinceImagePushed", Some("days")) => CountCondition::SinceImagePushed(number),
        ("sinceImagePulled", Some("days")) => CountCondition::SinceImagePulled(number),
        ("sinceImageTransitioned", Some("days")) => CountCondition::SinceImageTransitioned(number),
        (kind, unit) => {
            let unit = unit.unwrap_or("none");
            return Err(invalid(format!("the unknown countType {kind:?} with countUnit {unit:?}")));
        }
    };
    if number == 0 {
        return Err(invalid("the countNumber 0".to_owned()));
    }
    let action = match (rule.action.kind.as_str(), rule.action.target_storage_class.as_deref()) {
        ("expire", None) => PolicyAction::Expire,
        ("transition", Some("archive")) => PolicyAction::Archive,
        (kind, _) => return Err(invalid(format!("the unknown action {kind:?}"))),
    };
    Ok(LifecycleRule { priority, tags, is_for_archive, count, action })
}

impl TagCondition {
    /// Returns whether an image with these tags matches the condition.
    pub fn matches(&self, tags: &[String]) -> bool {
        let each_matches = |conditions: &[String], matches: fn(&str, &str) -> bool| {
            conditions.iter().all(|condition| tags.iter().any(|tag| matches(condition, tag)))
        };
        match self {
            Self::Any => true,
            Self::Untagged => tags.is_empty(),
            Self::Prefixes(prefixes) => {
                each_matches(prefixes, |prefix, tag| tag.starts_with(prefix))
            }
            Self::Patterns(patterns) => each_matches(patterns, wildcard_matches),
        }
    }
}
