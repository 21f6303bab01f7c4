//! Reads a text as commands of a shell: their words without quotation marks, and where each command ends. `command_secrets`
//! looks for secrets in them.

use crate::value_ends::QUOTES;

/// The place of a text in a longer one.
pub(crate) type Range = (usize, usize);

/// The beginning of a value, and its end.
pub(crate) type Value = (usize, End);

#[derive(Clone, Copy)]
pub(crate) enum End {
    /// The end of a word of a shell.
    Word,
    /// The end of a text in quotation marks.
    Quoted,
    /// The end of a line that a program prints.
    Line,
    At(usize),
}

/// A command, without the operator that ends it.
pub(crate) struct ShellCommand<'a> {
    pub(crate) text: &'a str,
    /// Its words, without quotation marks.
    pub(crate) words: Vec<Range>,
    /// The first word that `echo` or `printf` prints.
    pub(crate) printed_from: usize,
}

impl<'a> ShellCommand<'a> {
    pub(crate) fn new(text: &'a str, words: Vec<Range>) -> Self {
        let mut command = Self { text, printed_from: words.len(), words };
        if let Some(at) = command.printer() {
            let mut arguments = at + 1..command.words.len();
            let first = arguments.find(|at| !command.word(*at).starts_with('-'));
            command.printed_from = first.unwrap_or(command.words.len());
        }
        command
    }

    pub(crate) fn word(&self, at: usize) -> &'a str {
        self.words.get(at).map_or("", |(from, to)| &self.text[*from..*to])
    }

    /// Returns where a program is named, with or without its folder.
    pub(crate) fn place_of(&self, program: &str) -> Option<usize> {
        let is_folder = |before: &str| before.is_empty() || before.ends_with("bin/");
        (0..self.words.len()).find(|at| self.word(*at).strip_suffix(program).is_some_and(is_folder))
    }

    /// Returns the program that prints its arguments. `yes` is also an answer.
    pub(crate) fn printer(&self) -> Option<usize> {
        let yes = || self.place_of("yes").filter(|at| *at == 0 || self.word(at - 1) == "RUN");
        self.place_of("echo").or_else(|| self.place_of("printf")).or_else(yes)
    }

    /// Returns the place after a program and the words of a subcommand.
    pub(crate) fn place_after(&self, command: &[&str]) -> Option<usize> {
        let (program, words) = command.split_first()?;
        let from = self.place_of(program)? + 1;
        let is_there = words.iter().enumerate().all(|(at, word)| self.word(from + at) == *word);
        is_there.then_some(from + words.len())
    }

    /// Returns the arguments from a place to a redirection, or to the end of a command in brackets, without options.
    pub(crate) fn arguments(&self, from: usize) -> impl Iterator<Item = usize> {
        let is_next = move |at: &usize| {
            let before = at.checked_sub(1).map_or(0, |before| self.words[before].1);
            let is_same = *at == from || !self.text[before..self.words[*at].0].contains([')', '`']);
            let stream = |character: char| character.is_ascii_digit();
            is_same && !self.word(*at).trim_start_matches(stream).starts_with(['<', '>'])
        };
        (from..self.words.len()).take_while(is_next).filter(|at| !self.word(*at).starts_with('-'))
    }

    pub(crate) fn count(&self, word: &str) -> usize {
        (0..self.words.len()).filter(|at| self.word(*at) == word).count()
    }

    /// Returns the value that begins with a word, with its quotation marks.
    pub(crate) fn value(&self, at: usize) -> Option<Value> {
        let before = &self.text[..self.words.get(at)?.0];
        Some((before.trim_end_matches(QUOTES).len(), End::Word))
    }

    /// Returns what the command prints.
    pub(crate) fn printed(&self) -> &[Range] {
        &self.words[self.printed_from..]
    }
}

pub(crate) fn is_operator(word: &str) -> bool {
    word.chars().all(|character| "|&;\n".contains(character))
}

/// Returns the words of commands with their places, without quotation marks, and the operators between commands.
/// `\\n` is a space, as in `printf`.
pub(crate) fn command_words(text: &str) -> impl Iterator<Item = Range> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let mut start = None;
        while let Some(character) = text[at..].chars().next() {
            let length = character.len_utf8();
            let (operator, space) = match character {
                '|' | '&' | ';' | '\n' => {
                    (operator_length(text, at), usize::from(character == '\n'))
                }
                '\\' if text[at + 1..].starts_with(['n', 't', 'r', '\n']) => (0, 2),
                '"' | '\'' | '(' | ')' | '`' => (0, length),
                ',' | '[' | ']' if is_beside_quote(text, at) => (0, length),
                other if other.is_whitespace() => (0, length),
                _ => (0, 0),
            };
            match start {
                Some(start) if operator + space > 0 => return Some((start, at)),
                None if operator > 0 => {
                    at += operator;
                    return Some((at - operator, at));
                }
                None if space == 0 => start = Some(at),
                _ => {}
            }
            at += space.max(length);
        }
        start.map(|start| (start, text.len()))
    })
}

/// Returns the length of the operator between two commands that begins at a place, or 0. `a;b` and `a&b` can also be a
/// part of a word.
fn operator_length(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    if rest.starts_with('\n') {
        return usize::from(!text[..at].ends_with('\\'));
    }
    let length = rest.len() - rest.trim_start_matches(['|', '&', ';']).len();
    let is_beside_space = text[..at].ends_with(char::is_whitespace)
        || rest[length..].starts_with(char::is_whitespace);
    match &rest[..length] {
        "" => 0,
        ";" | "&" if !is_beside_space => 0,
        _ => length,
    }
}

/// Whether a character is what a list as in `CMD ["mc", "ls"]` has beside its quoted arguments.
fn is_beside_quote(text: &str, at: usize) -> bool {
    text[..at].ends_with('"') || text[at + 1..].starts_with('"')
}
