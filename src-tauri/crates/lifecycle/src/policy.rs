use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_model::wildcard_matches;

/// A lifecycle policy, with its rules in the order in which they apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecyclePolicy {
    /// The rules, by priority.
    pub rules: Vec<LifecycleRule>,
}

/// One rule of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleRule {
    /// The lowest number applies first.
    pub priority: u32,
    /// Which images the rule is about.
    pub tags: TagCondition,
    /// Whether the rule is about archived images instead of standard ones.
    pub is_for_archive: bool,
    /// Which of these images the action applies to.
    pub count: CountCondition,
    /// What happens to them.
    pub action: PolicyAction,
}

/// Which images a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagCondition {
    /// All images.
    Any,
    /// Images without a tag.
    Untagged,
    /// Images for which each of these prefixes matches some tag.
    Prefixes(Vec<String>),
    /// Images for which each of these patterns with `*` matches some tag.
    Patterns(Vec<String>),
}

/// Which of its images the action of a rule applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountCondition {
    /// All but the newest.
    ImageCountMoreThan(u32),
    /// Those that were pushed, or restored, more than so many days ago.
    SinceImagePushed(u32),
    /// Those that nobody pulled for so many days.
    SinceImagePulled(u32),
    /// Those that were archived more than so many days ago.
    SinceImageTransitioned(u32),
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "LifecycleAction", export_to = "repositories.ts")]
pub enum PolicyAction {
    /// Deletes the image.
    Expire,
    /// Moves the image to the archive, where nobody can pull it.
    Archive,
}

/// A text that is no lifecycle policy, or has something in it that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidPolicy(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyText {
    rules: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleText {
    rule_priority: u32,
    #[serde(default, rename = "description")]
    _description: Option<String>,
    selection: SelectionText,
    action: ActionText,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SelectionText {
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
struct ActionText {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    target_storage_class: Option<String>,
}

impl LifecyclePolicy {
    /// Reads the text of a policy.
    ///
    /// # Errors
    /// Where ECR's grammar does not allow it, or has a part that this version does not know. Source:
    /// Amazon ECR user guide, "Lifecycle policy properties in Amazon ECR".
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        let policy: PolicyText =
            serde_json::from_str(text).map_err(|error| InvalidPolicy(error.to_string()))?;
        let rules = policy.rules.into_iter().map(read_rule).collect::<Result<Vec<_>, _>>();
        let mut rules = rules?;
        rules.sort_by_key(|rule| rule.priority);
        if let Some(pair) = rules.windows(2).find(|pair| pair[0].priority == pair[1].priority) {
            return Err(InvalidPolicy(format!("two rules have priority {}", pair[0].priority)));
        }
        Ok(Self { rules })
    }
}

fn read_rule(rule: RuleText) -> Result<LifecycleRule, InvalidPolicy> {
    let priority = rule.rule_priority;
    let invalid = |what: String| InvalidPolicy(format!("rule {priority} has {what}"));
    let SelectionText {
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
    /// Whether an image with these tags meets the condition.
    pub fn matches(&self, tags: &[String]) -> bool {
        let each_matches = |wanted: &[String], matches: fn(&str, &str) -> bool| {
            wanted.iter().all(|wanted| tags.iter().any(|tag| matches(wanted, tag)))
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
