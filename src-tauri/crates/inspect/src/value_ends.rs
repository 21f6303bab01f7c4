//! Where the value of an assignment, option, header or member ends, with every form of quotation of a shell. Used by
//! `secret_values`, which hides the value.

/// What begins and ends an argument.
pub(crate) const QUOTES: [char; 3] = ['\\', '"', '\''];

/// The schemes of the header `Authorization`.
pub(crate) const SCHEMES: [&str; 4] = ["bearer", "basic", "token", "digest"];

/// What can follow the quotation mark that ends a word of a shell, or a member of JSON.
const ENDS_AFTER_QUOTE: [char; 10] = [';', '&', '|', '(', ')', '<', '>', ',', ']', '}'];

/// Finds the ends of values. A text of megabytes can consist of names of secrets without a space: what was searched
/// isn't searched again.
pub(crate) struct ValueEnds<'a> {
    text: &'a str,
    /// A space or a quotation mark, of the first word of a header and of the second one.
    header: [NextPlace; 2],
    /// The last word of a shell that was searched.
    word: (usize, usize),
    /// The last list that was searched.
    list: (usize, usize),
    /// The unescaped quotation marks before a place, double and single ones.
    quotes: (usize, [usize; 2]),
    /// What `$(…)` and `${…}` replace in a word: where each begins and ends.
    expansions: Vec<(usize, usize)>,
    /// The end of a command between two backticks.
    backtick: NextPlace,
}

impl<'a> ValueEnds<'a> {
    pub fn of(text: &'a str) -> Self {
        Self {
            text,
            header: [NextPlace::default(); 2],
            word: (0, 0),
            list: (0, 0),
            quotes: (0, [0; 2]),
            expansions: expansions(text),
            backtick: NextPlace::default(),
        }
    }

    /// Returns the end of the value that begins at a place. A header has one word, and one more after the scheme of an
    /// authorization. A quoted member of JSON and a quoted argument end with their quotation mark.
    pub fn of_value(&mut self, from: usize, is_member: bool) -> usize {
        if !is_member {
            return self.of_word(from);
        }
        if let Some(quoted) = Quoted::at(self.text, from) {
            return quoted.end(self.text).unwrap_or(self.text.len());
        }
        if self.text[from..].starts_with(['[', '{']) {
            return self.of_list(from);
        }
        let ends = |character: char| character.is_whitespace() || "\"'".contains(character);
        let word = self.header[0].after(self.text, from, ends);
        let is_scheme =
            SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(&self.text[from..word]));
        match is_scheme && self.text[word..].starts_with(' ') {
            true => self.header[1].after(self.text, word + 1, ends),
            false => word,
        }
    }

    /// Returns the end of a list or a mapping of JSON or YAML.
    fn of_list(&mut self, from: usize) -> usize {
        if (self.list.0..self.list.1).contains(&from) {
            return self.list.1;
        }
        let (mut at, mut open) = (from, 0_usize);
        while let Some(character) = self.text[at..].chars().next() {
            if let Some(quoted) = Quoted::at(self.text, at) {
                match quoted.end(self.text) {
                    Some(end) => at = end,
                    None => at = self.text.len(),
                }
                continue;
            }
            at += character.len_utf8();
            match character {
                '[' | '{' => open += 1,
                ']' | '}' => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
        self.list = (from, at);
        at
    }

    /// Returns the end of a word of a shell: parts with and without quotation marks, without a space between them.
    fn of_word(&mut self, from: usize) -> usize {
        if (self.word.0..self.word.1).contains(&from) {
            return self.word.1;
        }
        let outer = self.quotes_before(from);
        let mut at = from;
        let mut after_quote = false;
        while let Some(character) = self.text[at..].chars().next() {
            let first = at == from;
            if let Some(end) = self.expansion_end(at, first) {
                at = end;
                continue;
            }
            if character.is_whitespace() || after_quote && ENDS_AFTER_QUOTE.contains(&character) {
                break;
            }
            after_quote = false;
            // In the middle, an escaped mark begins nothing.
            let begins = first || ['"', '\'', '$'].contains(&character);
            if let Some(quoted) = begins.then(|| Quoted::at(self.text, at)).flatten() {
                if !first && quoted.ends_outer(self.text, outer) {
                    break;
                }
                match quoted.end(self.text) {
                    // The rest of a text that is quoted itself isn't part of the word.
                    Some(end) if quoted.level > 0 => {
                        at = end;
                        break;
                    }
                    Some(end) => {
                        at = end;
                        after_quote = true;
                        continue;
                    }
                    None if first => {
                        at = self.text.len();
                        break;
                    }
                    None => {}
                }
            }
            at += character.len_utf8();
            // An escaped space doesn't end a word.
            let next = self.text[at..].chars().next();
            if let Some(next) = next.filter(|next| character == '\\' && !"\n\r".contains(*next)) {
                at += next.len_utf8();
            }
        }
        self.word = (from, at);
        at
    }

    /// Returns the end of the variable, or of the command whose output is read, at a place.
    fn expansion_end(&mut self, at: usize, is_first: bool) -> Option<usize> {
        let rest = &self.text[at..];
        if rest.starts_with("$(") || rest.starts_with("${") {
            let found = self.expansions.binary_search_by_key(&at, |(open, _)| *open).ok()?;
            return Some(self.expansions[found].1);
        }
        // In the middle, it can end a command around the word.
        if !is_first || !rest.starts_with('`') {
            return None;
        }
        let close = self.backtick.after(self.text, at + 1, |character| character == '`');
        (close < self.text.len()).then_some(close + 1)
    }

    /// Returns whether a double and a single quotation is open at a place. Places may only increase.
    fn quotes_before(&mut self, place: usize) -> [bool; 2] {
        let (from, counts) = &mut self.quotes;
        if let Some(part) = self.text.get(*from..place) {
            for (found, mark) in part.match_indices(['"', '\'']) {
                if backslashes_before(self.text, *from + found, 0).is_multiple_of(2) {
                    counts[usize::from(mark == "'")] += 1;
                }
            }
            *from = place;
        }
        counts.map(|count| count % 2 == 1)
    }
}

/// Returns the places of `$(…)` and `${…}`, sorted, of those that are closed.
fn expansions(text: &str) -> Vec<(usize, usize)> {
    let (mut open, mut found) = ([Vec::new(), Vec::new()], Vec::new());
    if !text.contains("$(") && !text.contains("${") {
        return found;
    }
    for (place, bracket) in text.match_indices(['(', ')', '{', '}']) {
        let open = &mut open[usize::from(["{", "}"].contains(&bracket))];
        if ["(", "{"].contains(&bracket) {
            open.push(place);
        } else if let Some(from) = open.pop()
            && text[..from].ends_with('$')
        {
            found.push((from - 1, place + 1));
        }
    }
    found.sort_unstable();
    found
}

/// A text in quotation marks, and how often their marks are escaped: in a text that is quoted itself, once.
pub(crate) struct Quoted {
    mark: char,
    level: usize,
    /// Where the text begins.
    from: usize,
    /// Whether a backslash escapes a mark. It doesn't in `'text'`, but it does in `$'text'`.
    has_escapes: bool,
}

impl Quoted {
    /// Returns the quoted text that begins at a place.
    pub fn at(text: &str, place: usize) -> Option<Self> {
        let rest = &text[place..];
        let dollar = usize::from(rest.starts_with("$'") || rest.starts_with("$\""));
        let marks = rest[dollar..].trim_start_matches('\\');
        let level = rest.len() - dollar - marks.len();
        let mark = marks.chars().next().filter(|mark| ['"', '\''].contains(mark))?;
        (level + 1).is_power_of_two().then_some(Self {
            mark,
            level,
            from: place + dollar + level + 1,
            has_escapes: mark == '"' || dollar == 1 || level > 0,
        })
    }

    /// Returns the place after the mark that ends it.
    pub fn end(&self, text: &str) -> Option<usize> {
        let mut from = self.from;
        loop {
            let place = from + text[from..].find(self.mark)?;
            let rest = &text[place..];
            // A mark in a text in the other marks, in between: `'it'"'"'s'`.
            let between = match self.mark {
                '\'' if self.level == 0 => {
                    ["'\"'\"'", "'\\''"].iter().find(|one| rest.starts_with(**one))
                }
                '"' if self.level == 0 => ["\"'\"'\""].iter().find(|one| rest.starts_with(**one)),
                _ => None,
            };
            if let Some(between) = between {
                from = place + between.len();
                continue;
            }
            // The same in a text of JSON in single marks, which this is a member of.
            let is_inside = || text.as_bytes()[place - 1..].starts_with(b"'\"'\"'");
            if self.mark == '"' && place > self.from && is_inside() {
                from = place + 4;
                continue;
            }
            let backslashes = backslashes_before(text, place, self.from);
            let ends = match self.has_escapes {
                true => backslashes % (2 * (self.level + 1)) == self.level,
                // In other languages than a shell, it is escaped.
                false => {
                    let next = rest.chars().nth(1);
                    backslashes.is_multiple_of(2) || !next.is_some_and(char::is_alphanumeric)
                }
            };
            from = place + 1;
            if ends {
                return Some(from);
            }
        }
    }

    /// Whether its mark ends a text in the same marks around the word, as in `sh -c 'NAME=value'`.
    fn ends_outer(&self, text: &str, outer: [bool; 2]) -> bool {
        let next = text[self.from..].chars().next();
        outer[usize::from(self.mark == '\'')]
            && next.is_none_or(|next| next.is_whitespace() || ENDS_AFTER_QUOTE.contains(&next))
    }
}

/// Counts the backslashes right before a place.
fn backslashes_before(text: &str, place: usize, from: usize) -> usize {
    let before = &text.as_bytes()[from..place];
    before.iter().rev().take_while(|byte| **byte == b'\\').count()
}

/// The next character of a kind, from `from` on.
#[derive(Clone, Copy, Default)]
struct NextPlace {
    from: usize,
    /// Nothing between `from` and this is of the kind. 0 before the first search.
    place: usize,
}

impl NextPlace {
    /// Returns the place of the next character of the kind, or the end of the text.
    fn after(&mut self, text: &str, from: usize, is_kind: impl Fn(char) -> bool) -> usize {
        if from < self.from || from > self.place || self.place == 0 {
            let place = text[from..].find(is_kind).map_or(text.len(), |found| from + found);
            *self = Self { from, place };
        }
        self.place
    }
}
