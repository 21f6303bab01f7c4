//! Secrets in commands, which no name right before them tells: the value of an option of one program (`sshpass -p x`), an
//! argument (`cargo login x`, `npm config set NAME x`), what a program reads (`echo x | docker login --password-stdin`),
//! passwords in SQL, and lines of files that `echo` and `printf` write. `secret_options` has the tables of programs. Used by
//! `secret_values`.
//!
//! Every search is linear, because a text of megabytes can consist of names of secrets.

use crate::secret_names::{is_placeholder, is_secret_name};
use crate::secret_options::{Form, LOGIN_OPTIONS, LOGINS, OPTIONS, PASSWORD_ARGUMENTS, READERS};
use crate::value_ends::{QUOTES, ValueEnds};

/// The place of a text in a longer one.
type Range = (usize, usize);

/// The beginning of a value, and its end.
type Value = (usize, End);

#[derive(Clone, Copy)]
enum End {
    /// The end of a word of a shell.
    Word,
    /// The end of a text in quotation marks.
    Quoted,
    /// The end of a line that a program prints.
    Line,
    At(usize),
}

/// Returns the values of secrets in the commands of a text.
pub(crate) fn in_commands(text: &str) -> Vec<Range> {
    // Most values are one word.
    if !text.contains([' ', '\n']) {
        return Vec::new();
    }
    let mut found: Vec<Value> = env_value(text).into_iter().collect();
    let (mut words, mut printed) = (Vec::new(), Vec::new());
    let (mut group, mut command_from, mut is_piped) = (0_usize, 0, false);
    for word in command_words(text).chain([(text.len(), text.len())]) {
        let operator = &text[word.0..word.1];
        if !is_operator(operator) {
            words.push(word);
            continue;
        }
        let command = Command::new(text, std::mem::take(&mut words));
        command.add_options(&mut found);
        command.add_arguments(&mut found);
        command.add_positional(&mut found);
        command.add_assigned(&mut found);
        // What was printed in brackets is read only after the pipe, and once.
        let was_piped = std::mem::replace(&mut is_piped, operator == "|");
        let read: &[Range] = if was_piped { &printed } else { &[] };
        if command.add_read(read, &mut found) {
            printed.clear();
        }
        command.add_printed_lines(&mut found);
        command.add_written(&mut found);
        // All commands of `(echo x; echo x) | passwd` print for the one after the pipe.
        let [open, close] =
            ['(', ')'].map(|bracket| text[command_from..word.0].matches(bracket).count());
        let [opened, closed] = ["{", "}"].map(|brace| command.count(brace));
        let (before, after) = (group, (group + open + opened).saturating_sub(close + closed));
        (group, command_from) = (after, word.1);
        let own = command.printed();
        match operator {
            // A filter between two pipes passes on what was printed.
            "|" if own.is_empty() && (was_piped || after < before) => {}
            "|" if after >= before => printed = own.to_vec(),
            _ if operator == "|" || after > 0 => printed.extend_from_slice(own),
            _ => printed.clear(),
        }
    }
    found.sort_unstable_by_key(|(from, _)| *from);
    let (mut words, mut line_end) = (ValueEnds::of(text), 0);
    let ranges = found.into_iter().map(|(from, end)| match end {
        End::At(to) => (from, to),
        End::Word => (from, words.of_value(from, false)),
        End::Quoted => (from, words.of_value(from, true)),
        End::Line => {
            // What was searched isn't searched again.
            if from >= line_end {
                line_end = printed_line_end(text, from);
            }
            (from, line_end)
        }
    });
    ranges.filter(|(from, to)| !is_placeholder(&text[*from..*to])).collect()
}

/// Returns the value of `ENV NAME value`, which isn't a word of a shell.
fn env_value(text: &str) -> Option<Value> {
    let (name, value) = text.strip_prefix("ENV ")?.split_once(' ')?;
    let is_name = !name.contains('=') && is_secret_name(name);
    is_name.then_some((text.len() - value.len(), End::At(text.len())))
}

/// A command, without the operator that ends it.
struct Command<'a> {
    text: &'a str,
    /// Its words, without quotation marks.
    words: Vec<Range>,
    /// The first word that `echo` or `printf` prints.
    printed_from: usize,
}

impl<'a> Command<'a> {
    fn new(text: &'a str, words: Vec<Range>) -> Self {
        let mut command = Self { text, printed_from: words.len(), words };
        if let Some(at) = command.printer() {
            let mut arguments = at + 1..command.words.len();
            let first = arguments.find(|at| !command.word(*at).starts_with('-'));
            command.printed_from = first.unwrap_or(command.words.len());
        }
        command
    }

    fn word(&self, at: usize) -> &'a str {
        self.words.get(at).map_or("", |(from, to)| &self.text[*from..*to])
    }

    /// Returns where a program is named, with or without its folder.
    fn place_of(&self, program: &str) -> Option<usize> {
        let is_folder = |before: &str| before.is_empty() || before.ends_with("bin/");
        (0..self.words.len()).find(|at| self.word(*at).strip_suffix(program).is_some_and(is_folder))
    }

    /// Returns the program that prints its arguments. `yes` is also an answer.
    fn printer(&self) -> Option<usize> {
        let yes = || self.place_of("yes").filter(|at| *at == 0 || self.word(at - 1) == "RUN");
        self.place_of("echo").or_else(|| self.place_of("printf")).or_else(yes)
    }

    /// Returns the place after a program and the words of a subcommand.
    fn place_after(&self, command: &[&str]) -> Option<usize> {
        let (program, words) = command.split_first()?;
        let from = self.place_of(program)? + 1;
        let is_there = words.iter().enumerate().all(|(at, word)| self.word(from + at) == *word);
        is_there.then_some(from + words.len())
    }

    /// Returns the arguments from a place to a redirection, or to the end of a command in brackets, without options.
    fn arguments(&self, from: usize) -> impl Iterator<Item = usize> {
        let is_next = move |at: &usize| {
            let before = at.checked_sub(1).map_or(0, |before| self.words[before].1);
            let is_same = *at == from || !self.text[before..self.words[*at].0].contains([')', '`']);
            let stream = |character: char| character.is_ascii_digit();
            is_same && !self.word(*at).trim_start_matches(stream).starts_with(['<', '>'])
        };
        (from..self.words.len()).take_while(is_next).filter(|at| !self.word(*at).starts_with('-'))
    }

    fn count(&self, word: &str) -> usize {
        (0..self.words.len()).filter(|at| self.word(*at) == word).count()
    }

    /// Returns the value that begins with a word, with its quotation marks.
    fn value(&self, at: usize) -> Option<Value> {
        let before = &self.text[..self.words.get(at)?.0];
        Some((before.trim_end_matches(QUOTES).len(), End::Word))
    }

    fn add_options(&self, found: &mut Vec<Value>) {
        if !(0..self.words.len()).any(|at| self.word(at).starts_with('-')) {
            return;
        }
        for (program, option, form) in OPTIONS {
            let Some(program) = self.place_of(program) else { continue };
            for (at, (from, _)) in self.words.iter().enumerate().skip(program + 1) {
                match self.word(at).strip_prefix(option) {
                    Some("") if form != Form::Attached && !self.word(at + 1).starts_with('-') => {
                        found.extend(self.value(at + 1));
                    }
                    Some(rest) if form != Form::Word && !rest.starts_with(['=', '-']) => {
                        found.push((from + option.len(), End::Word));
                    }
                    _ => {}
                }
            }
        }
        for (program, option, separator) in LOGIN_OPTIONS {
            let Some(program) = self.place_of(program) else { continue };
            for at in (program + 1..self.words.len()).filter(|at| self.word(*at) == option) {
                let login = self.words.get(at + 1).copied();
                found.extend(login.and_then(|login| self.password_after(login, separator)));
            }
        }
        if self.place_of("curl").is_some() {
            // Another word after the option is found as every other assignment.
            let logins = self.words.iter().filter(|(from, to)| {
                self.text[*from..*to].strip_prefix("-u").is_some_and(|login| !login.is_empty())
            });
            found.extend(logins.filter_map(|word| self.login_password(*word)));
        }
        if self.place_of("openssl").is_some() {
            let passwords =
                self.words.iter().filter(|(from, to)| self.text[*from..*to].starts_with("pass:"));
            found.extend(passwords.map(|(from, _)| (from + 5, End::Word)));
        }
    }

    fn add_arguments(&self, found: &mut Vec<Value>) {
        if self.words.len() < 3 {
            return;
        }
        let is_argument = |at: &usize| {
            let word = self.word(*at);
            !word.starts_with('-') && !word.contains('=')
        };
        for from in LOGINS.iter().filter_map(|login| self.place_after(login)) {
            let arguments = self.arguments(from).filter(is_argument);
            found.extend(arguments.filter_map(|at| self.value(at)));
        }
        let npm = || self.place_after(&["npm", "set"]).or_else(|| self.place_after(&["setx"]));
        let config = self.place_of("config").or_else(|| self.place_of("configure"));
        let Some(config) = config.or_else(|| npm().map(|after| after - 1)) else { return };
        let mut arguments = (config + 1..self.words.len())
            .filter(|at| is_argument(at) && !self.word(*at).starts_with("set"));
        let Some(setting) = arguments.next() else { return };
        let name = self.word(setting);
        if name.starts_with("http-basic.") {
            // A user and a password.
            found.extend(arguments.nth(1).and_then(|at| self.value(at)));
        } else if is_secret_name(name) || name.starts_with("github-oauth.") {
            found.extend(arguments.next().and_then(|at| self.value(at)));
        } else if name.contains('.') && self.place_of("bundle").is_some() {
            // The host of a server of gems.
            found.extend(arguments.next().and_then(|at| self.login_password(self.words[at])));
        }
    }

    /// Adds the passwords of commands such as `rabbitmqctl add_user NAME PASSWORD`.
    fn add_positional(&self, found: &mut Vec<Value>) {
        for (command, before) in PASSWORD_ARGUMENTS {
            let password =
                self.place_after(command).and_then(|from| self.arguments(from).nth(before));
            found.extend(password.and_then(|at| self.value(at)));
        }
        // `htpasswd -b FILE NAME PASSWORD`, or `-nb NAME PASSWORD`.
        let Some(from) = self.place_after(&["htpasswd"]) else { return };
        let is_given = |at: usize| {
            self.word(at)
                .strip_prefix('-')
                .is_some_and(|flags| !flags.starts_with('-') && flags.contains('b'))
        };
        if (from..self.words.len()).any(is_given) {
            found.extend(self.arguments(from).skip(1).last().and_then(|at| self.value(at)));
        }
    }

    /// Adds the values of `PASSWORD 'x'`, `IDENTIFIED BY 'x'`, and `name = x` in SQL and files.
    fn add_assigned(&self, found: &mut Vec<Value>) {
        let has =
            |word: &str| (0..self.words.len()).any(|at| self.word(at).eq_ignore_ascii_case(word));
        let (is_identified, is_file) =
            (has("identified"), has("set") || !self.printed().is_empty());
        for at in 0..self.words.len() {
            let (name, next) = (self.word(at), self.word(at + 1));
            if next == "=" {
                // PowerShell sets `$env:NAME = "x"`.
                let (is_assigned, name) = match name.strip_prefix("$env:") {
                    Some(name) => (true, name),
                    None => (is_file && !name.starts_with('-') && !name.contains('$'), name),
                };
                if is_assigned && is_secret_name(name) {
                    found.extend(self.value(at + 2).map(|value| self.in_line(value)));
                }
                continue;
            }
            let is_by = is_identified && name.eq_ignore_ascii_case("by");
            let text =
                self.value(at + 1).filter(|_| is_by || name.eq_ignore_ascii_case("password"));
            let is_text = |(from, _): &Value| {
                let before = self.text[self.words[at].1..*from].trim_start_matches([' ', '(']);
                let first = self.text[*from..].trim_start_matches('\\');
                before.is_empty() && (first.starts_with('\'') || is_by && first.starts_with('"'))
            };
            found.extend(text.filter(is_text));
            // `debconf-set-selections` reads the package, a question, its type and the answer.
            let question = at.checked_sub(1).map_or("", |before| self.word(before));
            if name == "password" && question.contains('/') && is_secret_name(question) {
                found.extend(self.words.get(at + 1).map(|(from, to)| (*from, End::At(*to))));
            }
        }
    }

    /// Adds what a program reads: what the command before a pipe printed, or the word after `<<<`. Returns whether it reads
    /// a secret.
    fn add_read(&self, printed: &[Range], found: &mut Vec<Value>) -> bool {
        let is_used = |reader: &&&str| self.place_of(reader).is_some();
        let is_sudo = || self.place_of("sudo").is_some() && self.place_of("-S").is_some();
        let is_login = || LOGINS.iter().any(|login| self.place_after(login).is_some());
        let reader = READERS.iter().find(is_used).copied();
        if reader.is_none() && !is_sudo() && !is_login() {
            return false;
        }
        let given = (0..self.words.len()).filter(|at| *at > 0 && self.word(at - 1) == "<<<");
        let all: Vec<Range> =
            printed.iter().copied().chain(given.map(|at| self.words[at])).collect();
        if reader == Some("chpasswd") {
            found.extend(all.iter().filter_map(|word| self.login_password(*word)));
        } else if let (Some((from, _)), Some((_, to))) = (all.first(), all.last()) {
            found.push((*from, End::At(*to)));
        }
        true
    }

    /// Returns the password of `user:password`.
    fn login_password(&self, login: Range) -> Option<Value> {
        self.password_after(login, ':')
    }

    fn password_after(&self, (from, to): Range, separator: char) -> Option<Value> {
        let (user, password) = self.text[from..to].split_once(separator)?;
        (!password.starts_with("//")).then_some((from + user.len() + 1, End::At(to)))
    }

    /// Ends a value of a file with its quotation mark, or where a printed line ends.
    fn in_line(&self, (from, end): Value) -> Value {
        match self.text[from..].starts_with(QUOTES) {
            true => (from, End::Quoted),
            false if self.printed().is_empty() => (from, end),
            false => (from, End::Line),
        }
    }

    /// Returns what the command prints.
    fn printed(&self) -> &[Range] {
        &self.words[self.printed_from..]
    }

    /// Adds a single word that is written to a file with the name of a secret.
    fn add_written(&self, found: &mut Vec<Value>) {
        let at = self.printed_from;
        let file = self.word(at + 1).trim_start_matches('>');
        let is_written = self.word(at + 1).starts_with('>');
        let file = if file.is_empty() { self.word(at + 2) } else { file };
        let name = file.rsplit('/').next().unwrap_or_default();
        if is_written
            && name != "passwd"
            && is_secret_name(name)
            && !self.word(at).contains([':', '=', '{', '<'])
        {
            found.extend(self.value(at));
        }
    }

    /// Adds the values of `name: value` at the beginning of printed lines.
    fn add_printed_lines(&self, found: &mut Vec<Value>) {
        for (at, (from, to)) in self.words.iter().enumerate().skip(self.printed_from) {
            let before = self.text[..*from].trim_end_matches([' ', '\t']);
            let is_first = before.ends_with(['"', '\'', '\n']) || before.ends_with("\\n");
            let name = self.text[*from..*to].strip_suffix(':').filter(|_| is_first);
            let Some(value) = self.value(at + 1).filter(|_| name.is_some_and(is_secret_name))
            else {
                continue;
            };
            // After a mark that ends the text comes another argument.
            if !self.text[*to..].starts_with(['"', '\'']) {
                found.push(self.in_line(value));
            }
        }
    }
}

/// Returns the end of a printed line: a quotation mark, or the end that `\n` writes.
fn printed_line_end(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let ends = |(place, character): &(usize, char)| {
        "\"'\n".contains(*character) || rest[*place..].starts_with("\\n")
    };
    rest.char_indices().find(ends).map_or(text.len(), |(place, _)| from + place)
}

fn is_operator(word: &str) -> bool {
    word.chars().all(|character| "|&;\n".contains(character))
}

/// Returns the words of commands with their places, without quotation marks, and the operators between commands.
/// `\\n` is a space, as in `printf`.
fn command_words(text: &str) -> impl Iterator<Item = Range> {
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
