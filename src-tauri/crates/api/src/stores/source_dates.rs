//! When the tags of a source were pushed. A plan pushes the oldest image first, and only the lists
//! of a source contain the dates.

use std::collections::HashMap;
use std::sync::Mutex;

use transload_contract::{ImageSource, SourceTag};

use crate::locks::locked;

/// The maximum number of dates in memory. If it is exceeded, all are dropped and read again when
/// needed.
const MAX_DATES: usize = 200_000;
/// The known dates, by source and repository.
#[derive(Default)]
pub(crate) struct SourceDates(Mutex<Dates>);

#[derive(Default)]
struct Dates {
    count: usize,
    repositories: HashMap<(String, String), HashMap<String, u64>>,
}

impl SourceDates {
    /// Adds the dates of a page of tags.
    pub fn add(&self, source: &ImageSource, repository: &str, tags: &[SourceTag]) {
        let mut dates = locked(&self.0);
        if dates.count > MAX_DATES {
            *dates = Dates::default();
        }
        let Dates { count, repositories } = &mut *dates;
        let known = repositories.entry(key(source, repository)).or_default();
        for tag in tags {
            if let Some(updated_at_ms) = tag.updated_at_ms {
                let is_new = known.insert(tag.tag.clone(), updated_at_ms).is_none();
                *count += usize::from(is_new);
            }
        }
    }

    /// Returns when a tag was pushed, if known.
    pub fn date(&self, source: &ImageSource, repository: &str, tag: &str) -> Option<u64> {
        let dates = locked(&self.0);
        dates.repositories.get(&key(source, repository))?.get(tag).copied()
    }
}

fn key(source: &ImageSource, repository: &str) -> (String, String) {
    (serde_json::to_string(source).unwrap_or_default(), repository.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(tag: &str, updated_at_ms: Option<u64>) -> SourceTag {
        SourceTag {
            tag: tag.to_owned(),
            digest: None,
            platforms: Vec::new(),
            size_bytes: None,
            updated_at_ms,
            pulled_at_ms: None,
            missing_platforms: None,
        }
    }

    #[test]
    fn dates_are_kept_by_source_and_repository() {
        let dates = SourceDates::default();
        let practice = ImageSource::PracticeAccount { namespace: None };
        dates.add(&practice, "app", &[tag("1", Some(5)), tag("2", None)]);
        dates.add(&practice, "app", &[tag("1", Some(7))]);
        assert_eq!(dates.date(&practice, "app", "1"), Some(7));
        assert_eq!(dates.date(&practice, "app", "2"), None);
        assert_eq!(dates.date(&practice, "web", "1"), None);
        assert_eq!(dates.date(&ImageSource::DockerEngine, "app", "1"), None);
        assert_eq!(locked(&dates.0).count, 1);
    }
}
