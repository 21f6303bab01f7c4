//! The order in which the images of a repository are tagged at the destination: oldest first.
//!
//! ECR ranks the images of a repository by their push time, and its lifecycle policies keep the
//! newest. A migration that pushed the newest image first would make it the first to expire. The
//! plan sets this order, and `run::push_queue` keeps it while images are copied concurrently.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::plan::PlannedImage;
use transload_model::{Digest, RepositoryName};

/// Sets the position of each image in its repository. `dates_ms` holds the date of each image at
/// its source in milliseconds since 1970, if known.
pub(crate) fn set_push_order(images: &mut [PlannedImage], dates_ms: &[Option<u64>]) {
    let mut repositories: HashMap<RepositoryName, Vec<usize>> = HashMap::new();
    for (index, image) in images.iter().enumerate() {
        repositories.entry(image.repository.clone()).or_default().push(index);
    }
    for indexes in repositories.into_values() {
        for (order, index) in (0..).zip(oldest_first(images, dates_ms, indexes)) {
            images[index].push_order = order;
        }
    }
}

/// Sorts the images of one repository by date, or by the version in the tag if there is no date.
/// Sources list the newest first, so tags that compare equal are taken in reverse.
fn oldest_first(
    images: &[PlannedImage],
    dates_ms: &[Option<u64>],
    mut indexes: Vec<usize>,
) -> Vec<usize> {
    indexes.sort_by(|one, other| {
        let by_version = by_version(images[*one].tag.as_str(), images[*other].tag.as_str());
        by_version.then(other.cmp(one))
    });
    // An image without a date gets the date of the next lower version.
    let date = |index: &usize| dates_ms.get(*index).copied().flatten();
    let mut previous_date = indexes.iter().find_map(date).unwrap_or(0);
    let mut dated: Vec<(u64, usize)> = indexes
        .iter()
        .map(|index| {
            previous_date = date(index).unwrap_or(previous_date);
            (previous_date, *index)
        })
        .collect();
    dated.sort_by_key(|(date_ms, _)| *date_ms);
    // ECR ranks an image by the first push of its digest: all tags of an image go together, at the
    // position of its newest tag.
    let mut newest: HashMap<&Digest, usize> = HashMap::new();
    for (rank, (_, index)) in dated.iter().enumerate() {
        if let Some(digest) = &images[*index].source_digest {
            newest.insert(digest, rank);
        }
    }
    let mut ranked: Vec<(usize, usize)> = dated
        .iter()
        .enumerate()
        .map(|(rank, (_, index))| {
            let digest = images[*index].source_digest.as_ref();
            (digest.and_then(|digest| newest.get(digest)).copied().unwrap_or(rank), *index)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, index)| index).collect()
}

/// A part of a tag. The variants are in the order of age: `1.0-rc1` is older than `1.0`, which is
/// older than `1.0.1`, and a word such as `latest` is newer than any version.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    /// A suffix that marks a pre-release.
    BeforeRelease(&'a str),
    End,
    /// Digits without leading zeros, preceded by their count: the longer number is the larger one.
    Number(usize, &'a str),
    Text(&'a str),
}

/// Suffixes of pre-release versions. Source: Semantic Versioning 2.0.0, section 9, and the
/// conventions of Maven and PEP 440.
const BEFORE_RELEASE: [&str; 10] =
    ["alpha", "beta", "canary", "dev", "ea", "milestone", "nightly", "pre", "rc", "snapshot"];

fn by_version(one: &str, other: &str) -> Ordering {
    parts(one).cmp(&parts(other)).then_with(|| one.cmp(other))
}

fn parts(tag: &str) -> Vec<Part<'_>> {
    let is_version = tag[1..].starts_with(|first: char| first.is_ascii_digit());
    let mut rest = if is_version { tag.trim_start_matches(['v', 'V']) } else { tag };
    let mut parts = Vec::new();
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|next: char| next.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        let number = part.trim_start_matches('0');
        let word = part.split(['-', '.', '_']).find(|word| !word.is_empty()).unwrap_or_default();
        parts.push(if digits {
            Part::Number(number.len(), number)
        } else if !parts.is_empty()
            && BEFORE_RELEASE.iter().any(|mark| word.eq_ignore_ascii_case(mark))
        {
            Part::BeforeRelease(part)
        } else {
            Part::Text(part)
        });
    }
    parts.push(Part::End);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{TestMigration, request};

    /// Returns the tags of a repository in push order. `images` are in the order of the request,
    /// each with its tag, content and date.
    async fn pushed(images: &[(&str, &str, Option<u64>)]) -> Vec<String> {
        let migration = TestMigration::new();
        let tags: Vec<&str> = images.iter().map(|(tag, ..)| *tag).collect();
        for (tag, content, _) in images {
            migration.source.image("app", Some(tag), &[content]);
        }
        let mut request = request("app", "app", &tags);
        for (image, (.., dated_ms)) in request.images.iter_mut().zip(images) {
            image.pushed_at_ms = *dated_ms;
        }
        let mut planned = migration.plan(&request).await.images;
        planned.sort_by_key(|image| image.push_order);
        planned.iter().map(|image| image.tag.to_string()).collect()
    }

    #[tokio::test]
    async fn dates_take_precedence_over_versions_and_versions_over_the_request() {
        for (case, images, expected) in [
            (
                "the date at the source",
                vec![("b", "1", Some(30)), ("c", "2", Some(10)), ("a", "3", Some(20))],
                vec!["c", "a", "b"],
            ),
            (
                "versions where no date is known",
                vec![("latest", "1", None), ("1.9", "2", None), ("1.10", "3", None)],
                vec!["1.9", "1.10", "latest"],
            ),
            (
                "equal dates leave it to the version",
                vec![("2.0", "1", Some(5)), ("2.0-rc1", "2", Some(5)), ("1.0", "3", Some(5))],
                vec!["1.0", "2.0-rc1", "2.0"],
            ),
            (
                "a version without a date stays behind the one before it",
                vec![("3", "1", Some(30)), ("2", "2", None), ("1", "3", Some(10))],
                vec!["1", "2", "3"],
            ),
            (
                "the tags of one image go together, with its newest tag",
                vec![("stable", "same", Some(30)), ("2", "2", Some(20)), ("1", "same", Some(10))],
                vec!["2", "1", "stable"],
            ),
        ] {
            assert_eq!(pushed(&images).await, expected, "{case}");
        }
    }

    #[test]
    fn tags_compare_as_versions() {
        let oldest_first = [
            "0.9",
            "1.0-alpha.1",
            "1.0-rc.2",
            "1.0-rc.10",
            "v1.0",
            "1.0.1",
            "1.0.1-alpine",
            "1.9",
            "1.10",
            "2024.09.30",
            "2024.11.01",
            "build-9",
            "build-10",
            "latest",
        ];
        for (index, older) in oldest_first.iter().enumerate() {
            for newer in &oldest_first[index + 1..] {
                assert_eq!(by_version(older, newer), Ordering::Less, "{older} {newer}");
            }
        }
    }

    proptest! {
        /// Sorting requires a total order for all tags that a registry may list.
        #[test]
        fn versions_have_a_total_order(tags in prop::collection::vec("[a-zA-Z0-9_][a-z0-9._-]{0,8}", 3)) {
            let (a, b, c) = (&tags[0], &tags[1], &tags[2]);
            prop_assert_eq!(by_version(a, b), by_version(b, a).reverse());
            if by_version(a, b).is_le() && by_version(b, c).is_le() {
                prop_assert!(by_version(a, c).is_le());
            }
        }
    }
}
