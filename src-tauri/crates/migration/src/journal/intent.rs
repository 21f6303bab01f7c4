//! Intents: the writes of a migration at the destination, journaled before each call. After a crash
//! between a call and its response, the intent says which write to look up.
//!
//! *Resume* and *Undo* read intents to distinguish the writes of this migration from those of others.

use std::collections::BTreeMap;
use std::time::Duration;

use transload_model::{Digest, RepositoryName, Tag};

/// Longest time between an intent and the creation time that ECR reports for the repository. The call
/// may have waited for a new sign-in, and is repeated while ECR throttles.
const MAX_CREATION_DELAY: Duration = Duration::from_secs(15 * 60);
/// Largest difference between the clocks of this computer and of ECR. AWS rejects older signatures.
/// Source: AWS General Reference, "Signature Version 4", request time stamps.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);
/// Resolution of the creation time of a repository: ECR reports seconds, or more precisely.
const CREATION_TIME_RESOLUTION_MS: u64 = 1000;

/// A write that a migration was about to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Sequence number among the intents of the migration.
    pub number: u32,
    pub repository: RepositoryName,
    pub write: Write,
    /// Time of the intent in milliseconds since 1970.
    pub intended_at_ms: u64,
    /// `None` if the process ended before it received the response, or if the response was lost.
    pub outcome: Option<WriteOutcome>,
}

/// A write at the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    CreateRepository,
    /// Set the lifecycle policy of a repository that this migration created.
    SetLifecyclePolicy,
    /// Set the repository policy of a repository that this migration created.
    SetRepositoryPolicy,
    Tag(TagWrite),
}

/// A tag that is about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagWrite {
    pub tag: Tag,
    pub kind: TagKind,
    /// Index of the planned image that the tag names, or whose referrer it names.
    pub image: u32,
    /// The digest that the tag pointed to immediately before.
    pub earlier: Option<Digest>,
    /// The digest that is written. `None` while only the Docker Engine knows it.
    pub digest: Option<Digest>,
}

/// What a written tag names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKind {
    /// An image of the plan.
    Image,
    /// A signature, attestation or SBOM that is found by a tag, or the referrers tag schema's list of
    /// referrers.
    Referrer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The write succeeded.
    Done,
    /// The destination refused the write, so nothing was written.
    Refused,
}

/// The writes of one tag in all attempts of a migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagHistory {
    /// What the tag named in its last write.
    pub kind: Option<TagKind>,
    /// Index of the planned image that the tag names, or whose referrer it names.
    pub image: u32,
    /// What the tag pointed to before the migration wrote it.
    pub earlier: Option<Digest>,
    /// The digests that were written, or may have been written, oldest first.
    pub digests: Vec<Digest>,
    /// Whether a push of the Docker Engine was interrupted, so that the written digest is unknown.
    pub is_uncertain: bool,
    /// Whether the destination confirmed the last write.
    pub is_confirmed: bool,
}

impl TagHistory {
    /// Whether the migration wrote this digest.
    pub fn wrote(&self, digest: &Digest) -> bool {
        self.digests.contains(digest)
    }

    /// Adds a digest that was written, for example after a push of the Docker Engine reported it.
    pub(crate) fn add_digest(&mut self, digest: &Digest) {
        self.digests.retain(|known| known != digest);
        self.digests.push(digest.clone());
        self.is_uncertain = false;
    }

    /// Adds a write, unless the destination refused it.
    pub(crate) fn add(&mut self, write: &TagWrite, outcome: Option<WriteOutcome>) {
        if outcome == Some(WriteOutcome::Refused) {
            return;
        }
        // A digest that this migration wrote is not the tag's original digest.
        let is_own = write.earlier.as_ref().is_some_and(|earlier| self.wrote(earlier));
        if !is_own {
            self.earlier.clone_from(&write.earlier);
        }
        (self.kind, self.image) = (Some(write.kind), write.image);
        self.is_confirmed = outcome == Some(WriteOutcome::Done);
        match &write.digest {
            Some(digest) => self.add_digest(digest),
            None => self.is_uncertain = true,
        }
    }
}

/// Returns the history of each written tag, by repository and tag.
pub fn tag_histories(intents: &[Intent]) -> BTreeMap<(RepositoryName, Tag), TagHistory> {
    let mut histories: BTreeMap<_, TagHistory> = BTreeMap::new();
    for intent in intents {
        if let Write::Tag(write) = &intent.write
            && intent.outcome != Some(WriteOutcome::Refused)
        {
            let key = (intent.repository.clone(), write.tag.clone());
            histories.entry(key).or_default().add(write, intent.outcome);
        }
    }
    histories
}

/// Returns the time of the intent to create `repository` whose outcome is unknown, in milliseconds
/// since 1970. `None` if there is no such intent, or if ECR's response is known.
pub fn unanswered_creation(intents: &[Intent], repository: &RepositoryName) -> Option<u64> {
    let creations = intents.iter().filter(|intent| {
        intent.repository == *repository && intent.write == Write::CreateRepository
    });
    // A refusal after a lost response says only that the repository exists.
    creations.filter(|intent| intent.outcome.is_none()).map(|intent| intent.intended_at_ms).next()
}

/// Whether a repository with the creation time `created_at_ms` is the one whose creation was intended.
///
/// The plan found no such repository, and ECR's response to the creation is unknown. ECR does not
/// record who created a repository, so the creation time decides: it must be close to the intent.
pub fn is_intended_creation(intended_at_ms: u64, created_at_ms: Option<u64>) -> bool {
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    created_at_ms.is_some_and(|created| {
        created.saturating_add(ms(MAX_CLOCK_SKEW)) >= intended_at_ms
            && created <= intended_at_ms.saturating_add(ms(MAX_CLOCK_SKEW + MAX_CREATION_DELAY))
    })
}

/// Whether a repository was created after a call of this process started to which ECR responded
/// "already exists": the SDK repeats a call whose response was lost.
pub fn is_recent_creation(since_ms: u64, created_at_ms: Option<u64>) -> bool {
    created_at_ms
        .is_some_and(|created| created.saturating_add(CREATION_TIME_RESOLUTION_MS) >= since_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    /// Returns the history of one tag after these writes, each with the previous and the written digest.
    fn history(writes: &[(&str, &str, Option<WriteOutcome>)]) -> TagHistory {
        let digest_unless_empty = |text: &str| (!text.is_empty()).then(|| digest(text));
        let intents: Vec<_> = (0..)
            .zip(writes)
            .map(|(number, (earlier, written, outcome))| Intent {
                number,
                repository: RepositoryName::parse("app").unwrap(),
                write: Write::Tag(TagWrite {
                    tag: Tag::parse("1").unwrap(),
                    kind: TagKind::Image,
                    image: 7,
                    earlier: digest_unless_empty(earlier),
                    digest: digest_unless_empty(written),
                }),
                intended_at_ms: 1,
                outcome: *outcome,
            })
            .collect();
        tag_histories(&intents).into_values().next().unwrap_or_default()
    }

    #[test]
    fn the_original_digest_of_a_tag_survives_all_attempts_of_a_migration() {
        use WriteOutcome::{Done, Refused};
        let cases: [(&[_], Option<&str>, &[&str], bool); 7] = [
            (&[("", "a", Some(Done))], None, &["a"], false),
            (&[("old", "a", None), ("old", "a", Some(Done))], Some("old"), &["a"], false),
            (&[("old", "a", Some(Done)), ("a", "b", Some(Done))], Some("old"), &["a", "b"], false),
            // The first call never reached ECR, and another client wrote the tag in between.
            (
                &[("old", "a", None), ("theirs", "b", Some(Done))],
                Some("theirs"),
                &["a", "b"],
                false,
            ),
            (&[("old", "a", Some(Refused))], None, &[], false),
            (&[("old", "", None)], Some("old"), &[], true),
            (&[("old", "", None), ("old", "b", Some(Done))], Some("old"), &["b"], false),
        ];
        for (writes, earlier, digests, is_uncertain) in cases {
            let found = history(writes);
            assert_eq!(found.earlier, earlier.map(digest), "{writes:?}");
            let digests: Vec<_> = digests.iter().map(|text| digest(text)).collect();
            assert_eq!(found.digests, digests, "{writes:?}");
            assert_eq!(found.is_uncertain, is_uncertain, "{writes:?}");
        }
    }

    #[test]
    fn a_repository_is_the_intended_one_only_if_created_close_to_the_intent() {
        let intended: u64 = 1_795_000_000_000;
        let minutes = |minutes: i64| intended.saturating_add_signed(minutes * 60_000);
        for (created, expected) in [(0, true), (1, true), (-4, true), (19, true)] {
            assert_eq!(is_intended_creation(intended, Some(minutes(created))), expected);
        }
        for created in [-6, 21, 60 * 24] {
            assert!(!is_intended_creation(intended, Some(minutes(created))), "{created}");
        }
        assert!(!is_intended_creation(intended, None));
    }
}
