//! The effect of lifecycle policies on the images of a plan. `plan` prints it and asks for
//! `--allow-expiry`. Also ECR's preview of a policy, for `lifecycle preview`.

use transload_contract::{
    ExpiringImage, LifecycleAction, LifecycleForecast, LifecyclePreviewState, MigrationPlan,
    PlannedRepository, Reported,
};

use crate::output::cleanup::freed_text;
use crate::output::{counted, line, note};

/// More images are only counted, so that a line stays readable.
const MAX_NAMED: usize = 20;

/// Returns the repositories whose policies have to be confirmed.
pub fn to_confirm(plan: &MigrationPlan) -> Vec<String> {
    let repositories = plan.repositories.iter();
    let open = repositories.filter(|repository| repository.lifecycle.needs_confirmation());
    open.map(|repository| repository.name.clone()).collect()
}

/// Returns a line for each repository whose policy expires images or can't be evaluated.
pub fn lines(plan: &MigrationPlan) -> Vec<String> {
    plan.repositories.iter().flat_map(lines_of).collect()
}

/// Prints what a policy would delete and archive in a repository, a line for each image.
pub fn preview(repository: &str, state: &LifecyclePreviewState) {
    let LifecyclePreviewState::Complete { expiring, archiving, unknown, images, freed } = state
    else {
        return;
    };
    for image in images {
        let action = match &image.action {
            Reported::Known(LifecycleAction::Expire) => "DELETE ",
            Reported::Known(LifecycleAction::Archive) => "ARCHIVE",
            Reported::Unknown { unknown } => unknown,
        };
        let tags =
            if image.tags.is_empty() { "untagged".to_owned() } else { image.tags.join(", ") };
        line(&format!("{action}  {}  {tags}  (rule {})", image.digest, image.rule));
    }
    line(&format!(
        "{repository}: {} deleted, {} archived, {} freed",
        counted(*expiring, "image would be", "images would be"),
        counted(*archiving, "image would be", "images would be"),
        freed_text(*freed)
    ));
    if *unknown > 0 {
        note(&format!(
            "ECR reports an action for {} that Transload doesn't know.",
            counted(*unknown, "image", "images")
        ));
    }
}

fn lines_of(repository: &PlannedRepository) -> Vec<String> {
    let name = &repository.name;
    match &repository.lifecycle {
        LifecycleForecast::NothingExpires => Vec::new(),
        LifecycleForecast::Expires { planned, existing } => {
            let groups = [("of this plan", planned), ("that already exist", existing)];
            let groups = groups.iter().filter(|(_, images)| !images.is_empty());
            groups
                .map(|(origin, images)| {
                    let count = images.len();
                    let noun = if count == 1 { "image" } else { "images" };
                    format!("EXPIRES  {name}: {count} {noun} {origin}: {}", listed(images))
                })
                .collect()
        }
        LifecycleForecast::Unreadable { reason } => {
            vec![format!("UNKNOWN  {name}: couldn't evaluate its lifecycle policy: {reason}")]
        }
        LifecycleForecast::Unknown => vec![format!(
            "UNKNOWN  {name}: couldn't read its lifecycle policy; requires ecr:GetLifecyclePolicy"
        )],
    }
}

fn listed(images: &[ExpiringImage]) -> String {
    let mut parts: Vec<_> = images.iter().take(MAX_NAMED).map(one).collect();
    if images.len() > MAX_NAMED {
        parts.push(format!("and {} more", images.len() - MAX_NAMED));
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
mod tests;
