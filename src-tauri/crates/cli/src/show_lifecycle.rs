//! What lifecycle policies do with the images of a plan, as lines.

use transload_api::contract::{
    ExpiringImage, LifecycleAction, LifecycleForecast, MigrationPlan, PlannedRepository,
};

/// Images that are named in one line.
const NAMED: usize = 20;

/// The repositories whose policies a person has to confirm.
pub fn to_confirm(plan: &MigrationPlan) -> Vec<String> {
    let repositories = plan.repositories.iter();
    let open = repositories.filter(|repository| repository.lifecycle.needs_confirmation());
    open.map(|repository| repository.name.clone()).collect()
}

/// A line for each repository whose policy does something, or isn't known.
pub fn lines(plan: &MigrationPlan) -> Vec<String> {
    plan.repositories.iter().flat_map(lines_of).collect()
}

fn lines_of(repository: &PlannedRepository) -> Vec<String> {
    let name = &repository.name;
    match &repository.lifecycle {
        LifecycleForecast::NothingExpires => Vec::new(),
        LifecycleForecast::Expires { planned, existing } => {
            let groups = [("of this plan", planned), ("that it has", existing)];
            let groups = groups.iter().filter(|(_, images)| !images.is_empty());
            groups
                .map(|(whose, images)| {
                    let count = images.len();
                    let noun = if count == 1 { "image" } else { "images" };
                    format!("EXPIRES  {name}: {count} {noun} {whose}: {}", listed(images))
                })
                .collect()
        }
        LifecycleForecast::Unreadable { reason } => {
            vec![format!(
                "UNKNOWN  {name}: the effect of its lifecycle policy is unknown: {reason}"
            )]
        }
        LifecycleForecast::Unknown => vec![format!(
            "UNKNOWN  {name}: its lifecycle policy can't be read; ecr:GetLifecyclePolicy is required"
        )],
    }
}

fn listed(images: &[ExpiringImage]) -> String {
    let mut parts: Vec<_> = images.iter().take(NAMED).map(one).collect();
    if images.len() > NAMED {
        parts.push(format!("and {} more", images.len() - NAMED));
    }
    parts.join(", ")
}

fn one(image: &ExpiringImage) -> String {
    let name = match (image.tags.as_slice(), &image.digest) {
        ([], Some(digest)) => digest.clone(),
        (tags, _) => tags.join("+"),
    };
    let when = match image.after_days {
        None => "within 24 hours".to_owned(),
        Some(1) => "after 1 day".to_owned(),
        Some(days) => format!("after {days} days"),
    };
    let what = match image.action {
        LifecycleAction::Expire => "",
        LifecycleAction::Archive => "archived, ",
    };
    format!("{name} ({what}rule {}, {when})", image.rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(tag: &str, after_days: Option<u32>) -> ExpiringImage {
        ExpiringImage {
            image: Some(0),
            tags: vec![tag.to_owned()],
            digest: None,
            rule: 3,
            action: LifecycleAction::Expire,
            after_days,
        }
    }

    #[test]
    fn every_image_is_named_with_its_rule_up_to_a_limit() {
        assert_eq!(listed(&[image("1", None)]), "1 (rule 3, within 24 hours)");
        assert_eq!(listed(&[image("1", Some(14))]), "1 (rule 3, after 14 days)");
        let many = vec![image("1", None); 25];
        assert!(listed(&many).ends_with(", and 5 more"));
        let untagged = ExpiringImage {
            tags: Vec::new(),
            digest: Some("sha256:aa".to_owned()),
            action: LifecycleAction::Archive,
            ..image("", None)
        };
        assert_eq!(listed(&[untagged]), "sha256:aa (archived, rule 3, within 24 hours)");
    }
}
