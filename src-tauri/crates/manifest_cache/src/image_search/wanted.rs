//! What a text that someone searches for can mean: the beginning of a digest, a part of a tag, or a pattern for one.
//! `image_search` parses the text in lower case.

use memchr::memmem::Finder;
use memchr::{memchr, memrchr};
use transload_model::wildcard_matches;

/// The fewest hexadecimal characters that are searched for as the beginning of a digest. Shorter ones match too much.
const MIN_DIGEST_CHARACTERS: usize = 4;

/// Longer texts are in no tag. Source: the API model of ECR, `ImageTag`.
const MAX_TAG_CHARACTERS: usize = 300;

/// The beginning of a digest, such as `sha256:3f2a`, `3f2a`, or `shop/api@sha256:3f2a`.
pub(super) struct WantedDigest {
    /// With the algorithm.
    pub(super) prefix: String,
    /// The text before `@`, without a tag.
    place: Option<String>,
}

impl WantedDigest {
    /// Returns `None` if the text isn't the beginning of a digest.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (place, digest) = text
            .rsplit_once('@')
            .map_or((None, text), |(place, digest)| (Some(without_tag(place).to_owned()), digest));
        let (algorithm, hex) = digest.split_once(':').unwrap_or(("sha256", digest));
        let is_algorithm = matches!(algorithm, "sha256" | "sha512");
        let is_prefix =
            hex.len() >= MIN_DIGEST_CHARACTERS && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_algorithm && is_prefix).then(|| Self { prefix: format!("{algorithm}:{hex}"), place })
    }

    /// Whether the text names a repository.
    pub(super) fn names(&self, repository: &str) -> bool {
        self.place.as_ref().is_some_and(|place| is_in(repository, place))
    }
}

/// What a tag must be like.
pub(super) struct WantedTag {
    /// What the repository is called, with a registry before it or not. Empty for any.
    place: String,
    tag: String,
    /// The parts of the tag between the wildcards, the longest first.
    literals: Vec<Finder<'static>>,
}

impl WantedTag {
    /// Returns `None` if no tag can match.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (place, tag) = text.rsplit_once(':').unwrap_or(("", text));
        let is_of_tags = tag.len() <= MAX_TAG_CHARACTERS && tag.chars().all(is_of_tag);
        if !is_of_tags || text.is_empty() || text == ":" {
            return None;
        }
        let mut literals: Vec<&str> = tag.split('*').filter(|part| !part.is_empty()).collect();
        literals.sort_by_key(|part| std::cmp::Reverse(part.len()));
        let literals = literals.into_iter().map(|part| Finder::new(part).into_owned()).collect();
        Some(Self { place: place.to_owned(), tag: tag.to_owned(), literals })
    }

    /// Whether a repository can have such a tag.
    pub(super) fn is_in(&self, repository: &str) -> bool {
        is_in(repository, &self.place)
    }

    /// Returns where the next line with a tag that matches starts and ends. A line has the tags of an image in lower
    /// case, with spaces between them. `from` is the start of a line.
    pub(super) fn next_line(&self, lines: &[u8], mut from: usize) -> Option<(usize, usize)> {
        loop {
            let start = self.next_candidate(lines, from)?;
            let end = memchr(b'\n', &lines[start..]).map_or(lines.len(), |at| start + at);
            if self.matches(&lines[start..end]) {
                return Some((start, end));
            }
            from = end + 1;
        }
    }

    /// Returns the start of the next line that has all literals. Without a literal, of the next line with a tag.
    ///
    /// Each literal moves on to the next line that has it, until all are in the same one: a rare literal skips the
    /// lines that only have the others.
    fn next_candidate(&self, lines: &[u8], from: usize) -> Option<usize> {
        let mut start = from;
        if self.literals.is_empty() {
            let tagged = lines.get(start..)?.iter().position(|byte| *byte != b'\n')?;
            return Some(start + tagged);
        }
        let mut in_line = 0;
        for literal in self.literals.iter().cycle() {
            let hit = start + literal.find(lines.get(start..)?)?;
            let line = memrchr(b'\n', &lines[start..hit]).map_or(start, |at| start + at + 1);
            in_line = if line == start { in_line + 1 } else { 1 };
            start = line;
            if in_line == self.literals.len() {
                break;
            }
        }
        Some(start)
    }

    /// Whether one of the tags of a line matches, which has all literals.
    fn matches(&self, line: &[u8]) -> bool {
        let tags = str::from_utf8(line).unwrap_or_default();
        !self.tag.contains('*') || tags.split(' ').any(|tag| wildcard_matches(&self.tag, tag))
    }
}

/// Whether a place names a repository, with a registry before it or not, or only a part of its name.
fn is_in(repository: &str, place: &str) -> bool {
    repository.contains(place) || place.ends_with(&format!("/{repository}"))
}

/// Removes the tag of a reference.
fn without_tag(place: &str) -> &str {
    let name = place.rfind('/').map_or(0, |at| at + 1);
    place[name..].find(':').map_or(place, |at| &place[..name + at])
}

/// Whether a tag, or a pattern for one, can contain a character.
fn is_of_tag(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-' | '*')
}
