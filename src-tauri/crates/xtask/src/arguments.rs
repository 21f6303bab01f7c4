//! The command line: a command, and options behind it.

use anyhow::{Result, bail};

/// What was typed behind `cargo xtask`.
pub struct Arguments {
    words: Vec<String>,
}

impl Arguments {
    /// Takes the words as they come.
    pub fn read(words: impl Iterator<Item = String>) -> Self {
        Self { words: words.collect() }
    }

    /// The first word.
    pub fn command(&self) -> Option<&str> {
        self.words.first().map(String::as_str)
    }

    /// Takes an option without a value out of the line, and says whether it was there.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() < before
    }

    /// Takes every value behind an option out of the line, up to the next option.
    pub fn values(&mut self, name: &str) -> Vec<String> {
        let mut values = Vec::new();
        while let Some(at) = self.words.iter().position(|word| word == name) {
            let end = self.words[at + 1..]
                .iter()
                .position(|word| word.starts_with("--"))
                .map_or(self.words.len(), |length| at + 1 + length);
            values.extend(self.words.drain(at..end).skip(1));
        }
        values
    }

    /// Refuses what is left of the line behind the command.
    ///
    /// # Errors
    /// A word that the command does not know.
    pub fn finish(&self) -> Result<()> {
        match self.words.get(1) {
            None => Ok(()),
            Some(word) => bail!("`{}` has no option {word}", self.words[0]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Arguments {
        Arguments::read(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_taken_wherever_they_stand() {
        let mut arguments = line("test --yes --only rust docs --only ui");
        assert!(arguments.flag("--yes"));
        assert!(!arguments.flag("--yes"));
        assert_eq!(arguments.values("--only"), ["rust", "docs", "ui"]);
        assert!(arguments.finish().is_ok());
    }

    #[test]
    fn an_unknown_option_is_refused() {
        assert!(line("run --practise").finish().is_err());
    }
}
