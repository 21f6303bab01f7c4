//! The command line of xtask: a command followed by options. Each command takes its options out of the
//! line and then calls [`Arguments::finish`], which rejects the rest.

use anyhow::{Result, bail};

/// The words after `cargo xtask`.
pub struct Arguments {
    words: Vec<String>,
}

impl Arguments {
    pub fn read(words: impl Iterator<Item = String>) -> Self {
        Self { words: words.collect() }
    }

    /// Returns the first word.
    pub fn command(&self) -> Option<&str> {
        self.words.first().map(String::as_str)
    }

    /// Removes an option without a value and returns whether it was given.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() < before
    }

    /// Removes an option and returns all its values, up to the next option.
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

    /// Rejects options that the command doesn't have.
    pub fn finish(&self) -> Result<()> {
        match self.words.get(1) {
            None => Ok(()),
            Some(word) => bail!("`{}` has no option {word}", self.words[0]),
        }
    }
}

#[cfg(test)]
mod tests;
