//! Compares the lifecycle forecast of a plan file with the current one, because a policy, or the
//! images of a repository, may have changed. The plan runs only if nothing expires that it didn't
//! show.

use std::collections::{BTreeMap, BTreeSet};

use transload_contract::{ExpiringImage, LifecycleAction, LifecycleForecast, PlannedRepository};
use transload_errors::{ApiError, ErrorCode};
use transload_model::RepositoryName;

use crate::forecast::shown_forecast;

/// The maximum number of tags per repository in the error.
const MAX_NAMED_TAGS: usize = 5;

/// Compares the forecasts of a plan file with the current ones.
///
/// # Errors
/// [`ErrorCode::ExpiryUnconfirmed`] if a policy now applies to images that the plan doesn't show, or
/// to some earlier than shown, or if it can no longer be read.
pub fn expect_as_planned(
    planned: &[PlannedRepository],
    now: &BTreeMap<RepositoryName, transload_migration::LifecycleForecast>,
) -> Result<(), ApiError> {
    let shown: BTreeMap<&str, &LifecycleForecast> = planned
        .iter()
        .map(|repository| (repository.name.as_str(), &repository.lifecycle))
        .collect();
    let (mut names, mut reasons) = (Vec::new(), Vec::new());
    for (name, forecast) in now {
        let before =
            shown.get(name.as_str()).copied().unwrap_or(&LifecycleForecast::NothingExpires);
        if let Some(reason) = difference(before, &shown_forecast(forecast)) {
            names.push(name.to_string());
            reasons.push(format!("{name}: {reason}"));
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Lifecycle policies would now do more than the plan shows, because a policy or the images of \
         the repository changed since the plan was made. {}.",
        reasons.join("; ")
    );
    Err(ApiError::new(ErrorCode::ExpiryUnconfirmed, message)
        .about(names.join(", "))
        .hint("Make the plan again, look at what expires, and confirm it."))
}

/// Returns what the current forecast contains and the one of the plan doesn't.
fn difference(before: &LifecycleForecast, now: &LifecycleForecast) -> Option<String> {
    match (before, now) {
        // A role that may not read the policy knows no more and no less than a plan without it.
        (_, LifecycleForecast::NothingExpires | LifecycleForecast::Unknown) => None,
        (LifecycleForecast::Unreadable { .. }, LifecycleForecast::Unreadable { .. }) => None,
        (_, LifecycleForecast::Unreadable { reason }) => {
            Some(format!("the policy can't be evaluated any more ({reason})"))
        }
        (before, LifecycleForecast::Expires { planned, existing }) => {
            let shown: BTreeSet<_> = match before {
                LifecycleForecast::Expires { planned, existing } => {
                    planned.iter().chain(existing).flat_map(keys).collect()
                }
                _ => BTreeSet::new(),
            };
            let all = planned.iter().chain(existing);
            let more: Vec<_> =
                all.filter(|image| keys(image).iter().any(|key| !shown.contains(key))).collect();
            (!more.is_empty()).then(|| in_words(&more))
        }
    }
}

/// The compared facts of an image: which one, what happens, and whether immediately.
type Key = (Option<u32>, String, bool, bool);

/// An image that arrived since the plan was made is still an image of the plan.
fn keys(image: &ExpiringImage) -> Vec<Key> {
    let (is_archived, is_now) =
        (image.action == LifecycleAction::Archive, image.after_days.is_none());
    let key = |name: &String| (image.image, name.clone(), is_archived, is_now);
    match &image.digest {
        Some(digest) if image.image.is_none() => vec![key(digest)],
        _ => image.tags.iter().map(key).collect(),
    }
}

fn in_words(more: &[&ExpiringImage]) -> String {
    let name = |image: &&ExpiringImage| match image.tags.first() {
        Some(tag) => tag.clone(),
        None => image.digest.clone().unwrap_or_default(),
    };
    let mut names: Vec<_> = more.iter().take(MAX_NAMED_TAGS).map(name).collect();
    if more.len() > MAX_NAMED_TAGS {
        names.push(format!("{} more", more.len() - MAX_NAMED_TAGS));
    }
    let images = if more.len() == 1 { "1 image" } else { "images" };
    let count = if more.len() == 1 { String::new() } else { format!("{} ", more.len()) };
    format!("{count}{images} would expire or be archived ({})", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(number: Option<u32>, name: &str, days: Option<u32>) -> ExpiringImage {
        ExpiringImage {
            image: number,
            tags: vec![name.to_owned()],
            digest: Some(format!("sha256:{name}")),
            rule: 1,
            action: LifecycleAction::Expire,
            after_days: days,
        }
    }

    fn expires(planned: &[ExpiringImage], existing: &[ExpiringImage]) -> LifecycleForecast {
        LifecycleForecast::Expires { planned: planned.to_vec(), existing: existing.to_vec() }
    }

    #[test]
    fn only_what_the_plan_did_not_show_is_a_difference() {
        use LifecycleForecast::{NothingExpires, Unknown};
        let (one, two) = (image(Some(1), "one", None), image(Some(2), "two", None));
        let (old, later) = (image(None, "old", None), image(Some(1), "one", Some(30)));
        let mut archived = one.clone();
        archived.action = LifecycleAction::Archive;
        let unreadable = LifecycleForecast::Unreadable { reason: "new rules".to_owned() };
        let of = |images: &[&ExpiringImage]| {
            expires(&images.iter().map(|image| (*image).clone()).collect::<Vec<_>>(), &[])
        };
        for (before, now, differs) in [
            (NothingExpires, NothingExpires, false),
            (of(&[&one]), NothingExpires, false),
            (of(&[&one]), of(&[&one]), false),
            (of(&[&one, &two]), of(&[&one]), false),
            (NothingExpires, of(&[&one]), true),
            (Unknown, of(&[&one]), true),
            (of(&[&one]), of(&[&one, &two]), true),
            (of(&[&one]), expires(std::slice::from_ref(&one), std::slice::from_ref(&old)), true),
            (
                expires(&[], std::slice::from_ref(&old)),
                expires(&[], std::slice::from_ref(&old)),
                false,
            ),
            (of(&[&later]), of(&[&one]), true),
            (of(&[&one]), of(&[&archived]), true),
            (NothingExpires, unreadable.clone(), true),
            (unreadable.clone(), unreadable.clone(), false),
            // What was to be confirmed as unknown is known now, and expires images.
            (unreadable, of(&[&one]), true),
            (NothingExpires, Unknown, false),
        ] {
            assert_eq!(difference(&before, &now).is_some(), differs, "{before:?} {now:?}");
        }
        let many: Vec<_> = (0..7).map(|number| image(Some(number), "tag", None)).collect();
        let words = difference(&NothingExpires, &expires(&many, &[])).unwrap_or_default();
        assert_eq!(words, "7 images would expire or be archived (tag, tag, tag, tag, tag, 2 more)");
    }
}
