//! Image tags.

use std::fmt;
use std::sync::Arc;

/// A tag of an image in its repository, such as `latest`. Clones share the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(Arc<str>);

/// The error for text that is not a tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a tag: a tag has 1 to 128 letters, digits, '_', '.' or '-', and doesn't start with '.' or '-'"
)]
pub struct InvalidTag(pub String);

impl Tag {
    /// Parses a tag. Source of the rule: `[\w][\w.-]{0,127}` of the distribution reference grammar.
    ///
    /// # Errors
    /// If the text does not match the pattern.
    pub fn parse(text: &str) -> Result<Self, InvalidTag> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut bytes = text.bytes();
        let is_first_valid = bytes.next().is_some_and(is_word);
        if is_first_valid
            && text.len() <= 128
            && bytes.all(|byte| is_word(byte) || byte == b'.' || byte == b'-')
        {
            Ok(Self(text.into()))
        } else {
            Err(InvalidTag(text.to_owned()))
        }
    }

    /// Returns `latest`, the tag of a reference without a tag and a digest.
    pub fn latest() -> Self {
        Self("latest".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_follows_the_distribution_grammar() {
        for text in ["latest", "1.0", "_x", "V2-rc.1", &"a".repeat(128)] {
            assert_eq!(Tag::parse(text).unwrap().as_str(), text);
        }
        for text in ["", ".x", "-x", "a b", "a/b", "a:b", "é", &"a".repeat(129)] {
            assert!(Tag::parse(text).is_err(), "{text}");
        }
    }
}
