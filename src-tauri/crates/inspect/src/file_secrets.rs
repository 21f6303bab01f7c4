//! Secrets in files that a line of a Dockerfile writes: the lines of a heredoc as YAML, JSON, INI, properties or
//! `.pgpass`, the passwords of `.netrc`, and private keys. Used by `secret_values`.
//!
//! Every search is linear, because a text of megabytes can consist of names of secrets.

use crate::secret_names::{is_mapping_of_secrets, is_placeholder, is_secret_name};
use crate::value_ends::Quoted;

/// The place of a text in a longer one.
type Range = (usize, usize);

/// Returns the contents of the heredocs of a text: the lines after `<<NAME`, before a line that is this name. A line can
/// begin several.
pub(crate) fn heredocs(text: &str) -> Vec<Range> {
    let mut found = Vec::new();
    let mut lines = Lines::of(text, (0, text.len()));
    while let Some(line) = lines.next() {
        for name in heredoc_names(&text[line.0..line.1]) {
            let body = lines.next_from;
            let mut end = body;
            for line in lines.by_ref() {
                if text[line.0..line.1].trim() == name {
                    break;
                }
                end = lines_end(text, line.1);
            }
            found.push((body, end));
        }
    }
    found
}

/// Returns the names of the heredocs that a line begins. `<<<` begins none.
fn heredoc_names(line: &str) -> Vec<&str> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let mut names = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find("<<") {
        rest = &rest[start + 2..];
        if rest.starts_with('<') {
            rest = rest.trim_start_matches('<');
            continue;
        }
        let word = rest.trim_start_matches(['-', ' ', '"', '\'', '\\']);
        let name = word.split(|character| !is_name(character)).next().unwrap_or_default();
        if !name.is_empty() {
            names.push(name);
        }
    }
    names
}

/// Whether a place is in a heredoc.
pub(crate) fn is_in_heredoc(place: usize, heredocs: &[Range]) -> bool {
    let next = heredocs.partition_point(|(from, _)| *from <= place);
    next.checked_sub(1).is_some_and(|last| place < heredocs[last].1)
}

/// Returns the values of secrets in a file.
pub(crate) fn in_file(text: &str, file: Range) -> Vec<Range> {
    let mut found = Vec::new();
    let mut lines = Lines::of(text, file);
    while let Some(line) = lines.next() {
        found.extend(pgpass_password(text, line));
        let Some(entry) = Entry::of(text, line) else { continue };
        let value = entry.value(text, file.1);
        if let Some((from, to)) = value {
            // Lines of the value aren't searched again.
            lines.skip_to(to);
            // Without the header of a block of YAML.
            let content = text[from..to].trim_start_matches(['|', '>', '-', '+']);
            if !is_placeholder(content.trim()) {
                found.push((from, to));
            }
        }
    }
    found
}

/// A line `name: value` or `name = value` whose name is that of a secret.
struct Entry {
    /// The characters before its name. A value can be in following lines with more.
    indentation: usize,
    /// The value in its line. Empty if it has none there.
    first: Range,
    is_mapping_of_secrets: bool,
}

impl Entry {
    fn of(text: &str, (start, end): Range) -> Option<Self> {
        let line = &text[start..end];
        // `:name: value` is a symbol of Ruby.
        let indentation = line.len() - line.trim_start_matches([' ', '\t', '-', ':']).len();
        let separator = line[indentation..].find([':', '='])? + indentation;
        let name = line[indentation..separator].trim_matches([' ', '\t', '"', '\'']);
        let after = &line[separator + 1..];
        let first = after.trim_matches([' ', '\t', '\r']);
        let is_name = |character: char| character.is_alphanumeric() || "_-. ".contains(character);
        // `client secret = x`, but no statement of a program.
        let is_whole = match name.split([' ', '\t']).count() {
            1 => true,
            2 => after.starts_with([' ', '\t']) && !first.is_empty(),
            _ => false,
        };
        if !is_whole || !name.chars().all(is_name) || !is_secret_name(name) {
            return None;
        }
        let from = end - after.trim_start_matches([' ', '\t']).len();
        let is_mapping_of_secrets = is_mapping_of_secrets(name);
        Some(Self { indentation, first: (from, from + first.len()), is_mapping_of_secrets })
    }

    /// Returns where its value is: in its line, in quotation marks, or in the following lines too. `None` if the value is a
    /// mapping whose members have names of their own.
    fn value(&self, text: &str, end: usize) -> Option<Range> {
        let (from, line_end) = self.first;
        let first = &text[from..line_end];
        if let Some(marks) = ["\"\"\"", "'''"].iter().find(|marks| first.starts_with(**marks)) {
            let closed = text[from + 3..end].find(marks);
            return Some((from, closed.map_or(end, |closed| from + 3 + closed + 3)));
        }
        if !first.is_empty() && Quoted::at(text, from).is_some() {
            return Some((from, quoted_end(text, from).min(end)));
        }
        let is_mapping =
            first.starts_with('{') || (first.is_empty() && begins_mapping(&text[line_end..end]));
        if is_mapping && !self.is_mapping_of_secrets {
            return None;
        }
        let following = self.following_lines(text, line_end, end);
        (from < following).then_some((from, following))
    }

    /// Returns the end of the lines that continue a value: those that are indented further, the items of a list, and those
    /// that follow a backslash.
    fn following_lines(&self, text: &str, line_end: usize, end: usize) -> usize {
        let mut value_end = line_end;
        let mut is_escaped = text[..line_end].ends_with('\\');
        let is_list = self.first.0 == self.first.1;
        for (start, stop) in Lines::of(text, (lines_end(text, line_end), end)) {
            let line = &text[start..stop];
            let content = line.trim();
            if content.is_empty() {
                continue;
            }
            let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
            let is_item = is_list && indentation == self.indentation && content.starts_with("- ");
            if !(indentation > self.indentation || is_escaped || is_item) {
                break;
            }
            is_escaped = content.ends_with('\\');
            value_end = start + line.trim_end().len();
        }
        value_end
    }
}

/// Returns the end of texts in quotation marks without a space between them, as in `'it''s'`.
fn quoted_end(text: &str, from: usize) -> usize {
    let mut end = from;
    while let Some(quoted) = Quoted::at(text, end) {
        match quoted.end(text) {
            Some(next) => end = next,
            None => return text.len(),
        }
    }
    end
}

/// Whether the next line that isn't empty begins with a member of a mapping, `name: value`.
fn begins_mapping(lines: &str) -> bool {
    let first = lines.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let name = first.split([' ', '\t']).next().unwrap_or_default();
    first.starts_with(['{', '}']) || name.ends_with(':')
}

/// Returns the password of a line of `.pgpass`: `host:port:database:user:password`.
/// Source: PostgreSQL documentation, "The Password File".
fn pgpass_password(text: &str, (start, end): Range) -> Option<Range> {
    let line = text[start..end].trim();
    let [host, port, database, user, password] =
        line.splitn(5, ':').collect::<Vec<_>>().try_into().ok()?;
    let is_port = port == "*" || (!port.is_empty() && port.bytes().all(|one| one.is_ascii_digit()));
    let is_word = |part: &&str| !part.is_empty() && !part.contains([' ', '"', '/']);
    if !is_port || ![host, database, user].iter().all(is_word) || is_placeholder(password) {
        return None;
    }
    let from = start + text[start..end].rfind(password)?;
    Some((from, from + password.len()))
}

/// Returns the passwords of `.netrc`, also in one line: `machine HOST login NAME password VALUE`.
/// Source: GNU inetutils manual, "The .netrc file".
pub(crate) fn login_file_passwords(text: &str) -> Vec<Range> {
    let mut found = Vec::new();
    let mut all = words(text);
    let mut next = all.next();
    while let Some((_, word)) = next {
        next = all.next();
        match word {
            "machine" => next = all.next(),
            "default" => {}
            _ => continue,
        }
        while let Some((_, name @ ("login" | "account" | "password"))) = next {
            if let Some((from, value)) = all.next().filter(|_| name == "password")
                && !is_placeholder(value)
            {
                found.push((from, from + value.len()));
            }
            next = all.next();
        }
    }
    found
}

/// Returns the words of a text with their places, without quotation marks. `\\n` is a space, too, as in `printf`.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let mut start = None;
        while let Some((place, character)) = rest.next() {
            let is_escape = character == '\\'
                && rest.next_if(|(_, next)| ['n', 't', 'r'].contains(next)).is_some();
            let is_space = is_escape || character.is_whitespace() || "\"'".contains(character);
            match start {
                Some(start) if is_space => return Some((start, &text[start..place])),
                None if !is_space => start = Some(place),
                _ => {}
            }
        }
        start.map(|start| (start, &text[start..]))
    })
}

/// Returns the private keys in a text, each from its first line to its last one, or to the end of the text.
pub(crate) fn private_keys(text: &str) -> Vec<Range> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(BEGIN).map(|found| from + found) {
        let label = &text[start + BEGIN.len()..];
        let label = label.split("-----").next().unwrap_or_default();
        from = start + BEGIN.len();
        if !label.contains("PRIVATE KEY") {
            continue;
        }
        let last = text[from..].find(END).map(|found| from + found + END.len());
        let end = last.and_then(|last| Some(last + text[last..].find("-----")? + 5));
        from = end.unwrap_or(text.len());
        found.push((start, from));
    }
    found
}

/// The lines of a part of a text, each without its end.
struct Lines<'a> {
    text: &'a str,
    next_from: usize,
    end: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str, (from, end): Range) -> Self {
        Self { text, next_from: from.min(end), end }
    }

    /// Continues after the line of a place.
    fn skip_to(&mut self, place: usize) {
        if place > self.next_from {
            self.next_from = lines_end(self.text, place).min(self.end);
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Range;

    fn next(&mut self) -> Option<Range> {
        let from = self.next_from;
        if from >= self.end {
            return None;
        }
        let length = self.text[from..self.end].find('\n');
        let end = length.map_or(self.end, |length| from + length);
        self.next_from = (end + 1).min(self.end.max(end));
        Some((from, end))
    }
}

/// Returns the place after the end of the line of a place.
fn lines_end(text: &str, place: usize) -> usize {
    text[place..].find('\n').map_or(text.len(), |found| place + found + 1)
}
