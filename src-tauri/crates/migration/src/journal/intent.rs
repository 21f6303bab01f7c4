//! What a migration is about to write at the destination, journaled before each call: a crash between
//! the call and its answer leaves a fact to look up, not a gap.
//!
//! *Resume* and *Undo* read intents to tell what this migration wrote from what others wrote.

use std::collections::BTreeMap;
use std::time::Duration;

use transload_model::{Digest, RepositoryName, Tag};

/// How much later than its intent ECR may date a repository that the migration created. The call may
/// have waited for a new sign-in, and is repeated while ECR throttles.
const CREATED_WITHIN: Duration = Duration::from_secs(15 * 60);
/// How far the clocks of this computer and of ECR may differ. AWS refuses signatures that are older.
/// Source: AWS General Reference, "Signature Version 4", request time stamps.
const CLOCKS_DIFFER_BY: Duration = Duration::from_secs(5 * 60);
/// ECR dates a repository to the second, or more precisely.
const DATED_TO_MS: u64 = 1000;

/// Something that a migration was about to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its number among the intents of its migration, in their order.
    pub number: u32,
    /// The repository.
    pub repository: RepositoryName,
    /// What was to be written.
    pub write: Write,
    /// When, in milliseconds since 1970.
    pub intended_at_ms: u64,
    /// What came of it. `None` if the process ended before it knew, or the answer was lost.
    pub outcome: Option<WriteOutcome>,
}

/// A write at the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Create the repository.
    CreateRepository,
    /// Set the lifecycle policy of a repository that this migration created.
    SetLifecyclePolicy,
    /// Set the repository policy of a repository that this migration created.
    SetRepositoryPolicy,
    /// Write a tag.
    Tag(TagWrite),
}

/// A tag that is about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagWrite {
    /// The tag.
    pub tag: Tag,
    /// What is written.
    pub kind: TagKind,
    /// The image of the plan that it is, or belongs to.
    pub image: u32,
    /// The digest that the tag pointed to immediately before.
    pub earlier: Option<Digest>,
    /// The digest that is written. `None` while only the Docker Engine knows it.
    pub digest: Option<Digest>,
}

/// What a tag is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKind {
    /// An image of the plan.
    Image,
    /// A signature, attestation or SBOM that is found by a tag, or the list of referrers that stands
    /// in for the API.
    Referrer,
}

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It succeeded.
    Done,
    /// The destination refused it: nothing was written.
    Refused,
}

/// What a migration wrote under one tag, in all its tries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagHistory {
    /// What it was last written for.
    pub kind: Option<TagKind>,
    /// The image of the plan that it is, or belongs to.
    pub image: u32,
    /// What the tag pointed to before the migration wrote it.
    pub earlier: Option<Digest>,
    /// The digests that were written, or may have been, oldest first.
    pub digests: Vec<Digest>,
    /// Whether a push of the Docker Engine was interrupted, so that nobody knows what it wrote.
    pub is_uncertain: bool,
    /// Whether the destination confirmed the last write.
    pub is_confirmed: bool,
}

impl TagHistory {
    /// Whether the migration wrote this digest.
    pub fn wrote(&self, digest: &Digest) -> bool {
        self.digests.contains(digest)
    }

    /// Takes what the Docker Engine pushed into account.
    pub(crate) fn learn(&mut self, digest: &Digest) {
        self.digests.retain(|known| known != digest);
        self.digests.push(digest.clone());
        self.is_uncertain = false;
    }

    /// Takes another write into account.
    pub(crate) fn add(&mut self, write: &TagWrite, outcome: Option<WriteOutcome>) {
        if outcome == Some(WriteOutcome::Refused) {
            return;
        }
        // What this migration wrote itself is not what was there before it.
        let is_own = write.earlier.as_ref().is_some_and(|earlier| self.wrote(earlier));
        if !is_own {
            self.earlier.clone_from(&write.earlier);
        }
        (self.kind, self.image) = (Some(write.kind), write.image);
        self.is_confirmed = outcome == Some(WriteOutcome::Done);
        match &write.digest {
            Some(digest) => self.learn(digest),
            None => self.is_uncertain = true,
        }
    }
}

/// What was written under each tag, by repository and tag.
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

/// When the creation of a repository was intended whose outcome is not known, in milliseconds since
/// 1970. `None` if there is no such intent, or ECR answered it.
pub fn unanswered_creation(intents: &[Intent], repository: &RepositoryName) -> Option<u64> {
    let creations = intents.iter().filter(|intent| {
        intent.repository == *repository && intent.write == Write::CreateRepository
    });
    // A refusal after a lost answer says only that the repository exists.
    creations.filter(|intent| intent.outcome.is_none()).map(|intent| intent.intended_at_ms).next()
}

/// Whether a repository that ECR dates to `created_at_ms` is the one whose creation was intended.
///
/// The plan found no such repository, and ECR's answer is not known. Nothing in ECR says who created
/// a repository, so the time has to: it must lie close to the intent.
pub fn is_intended_creation(intended_at_ms: u64, created_at_ms: Option<u64>) -> bool {
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    created_at_ms.is_some_and(|created| {
        created.saturating_add(ms(CLOCKS_DIFFER_BY)) >= intended_at_ms
            && created <= intended_at_ms.saturating_add(ms(CLOCKS_DIFFER_BY + CREATED_WITHIN))
    })
}

/// Whether a repository was created since a call of this process began that ECR answered with "it
/// exists": the SDK repeats a call whose answer was lost.
pub fn is_recent_creation(since_ms: u64, created_at_ms: Option<u64>) -> bool {
    created_at_ms.is_some_and(|created| created.saturating_add(DATED_TO_MS) >= since_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    /// The histories of one tag that was written in this order: what was there, what was written.
    fn history(writes: &[(&str, &str, Option<WriteOutcome>)]) -> TagHistory {
        let known = |text: &str| (!text.is_empty()).then(|| digest(text));
        let intents: Vec<_> = (0..)
            .zip(writes)
            .map(|(number, (earlier, written, outcome))| Intent {
                number,
                repository: RepositoryName::parse("app").unwrap(),
                write: Write::Tag(TagWrite {
                    tag: Tag::parse("1").unwrap(),
                    kind: TagKind::Image,
                    image: 7,
                    earlier: known(earlier),
                    digest: known(written),
                }),
                intended_at_ms: 1,
                outcome: *outcome,
            })
            .collect();
        tag_histories(&intents).into_values().next().unwrap_or_default()
    }

    #[test]
    fn what_a_tag_was_before_a_migration_survives_all_its_tries() {
        use WriteOutcome::{Done, Refused};
        let cases: [(&[_], Option<&str>, &[&str], bool); 7] = [
            (&[("", "a", Some(Done))], None, &["a"], false),
            (&[("old", "a", None), ("old", "a", Some(Done))], Some("old"), &["a"], false),
            (&[("old", "a", Some(Done)), ("a", "b", Some(Done))], Some("old"), &["a", "b"], false),
            // The first call never reached ECR, and somebody else wrote the tag in between.
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
    fn a_repository_is_the_intended_one_only_close_to_the_intent() {
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
