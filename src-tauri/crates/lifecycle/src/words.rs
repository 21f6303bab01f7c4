//! Rules in plain words, for the window and the command line.

use crate::policy::{CountCondition, LifecycleRule, PolicyAction, TagCondition};

impl LifecycleRule {
    /// Returns what the rule does, as a sentence.
    pub fn in_words(&self) -> String {
        let images = self.images();
        let (verb, rest) = match self.action {
            PolicyAction::Expire => ("Delete", "delete the others"),
            PolicyAction::Archive => ("Archive", "archive the others"),
        };
        match self.count {
            CountCondition::ImageCountMoreThan(1) => {
                format!("Keep the newest of {images}, and {rest}.")
            }
            CountCondition::ImageCountMoreThan(count) => {
                format!("Keep the newest {count} of {images}, and {rest}.")
            }
            CountCondition::SinceImagePushed(days) => {
                format!("{verb} {images} {} after they were pushed.", in_days(days))
            }
            CountCondition::SinceImagePulled(days) => {
                format!("{verb} {images} that were not pulled for {}.", in_days(days))
            }
            CountCondition::SinceImageTransitioned(days) => {
                format!("{verb} {images} {} after they were archived.", in_days(days))
            }
        }
    }

    /// Returns what people often misread about the rule.
    pub fn caution(&self) -> Option<&'static str> {
        let (TagCondition::Patterns(conditions) | TagCondition::Prefixes(conditions)) = &self.tags
        else {
            return None;
        };
        (conditions.len() > 1).then_some(
            "An image must have a matching tag for every entry of the list. To select images that match any of them, \
             add one rule for each.",
        )
    }

    fn images(&self) -> String {
        let archived = if self.is_for_archive { "archived " } else { "" };
        match &self.tags {
            TagCondition::Any => format!("all {archived}images"),
            TagCondition::Untagged => format!("untagged {archived}images"),
            TagCondition::Prefixes(prefixes) => {
                format!("{archived}images with {}", tags("that starts with", prefixes))
            }
            TagCondition::Patterns(patterns) => {
                format!("{archived}images with {}", tags("like", patterns))
            }
        }
    }
}

fn tags(relation: &str, conditions: &[String]) -> String {
    let each = conditions.iter().map(|condition| format!("a tag {relation} {condition}"));
    each.collect::<Vec<_>>().join(" and ")
}

fn in_days(days: u32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}
