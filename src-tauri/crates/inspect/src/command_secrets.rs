//! Secrets in commands, which no name right before them tells: the value of an option of one program (`sshpass -p x`), an
//! argument (`cargo login x`, `npm config set NAME x`), what a program reads (`echo x | docker login --password-stdin`),
//! passwords in SQL, and lines of files that `echo` and `printf` write. `command_words` reads the commands, `secret_options`
//! has the tables of programs, and `script_secrets` searches the scripts of `sed`. Used by `secret_values` and `hide`.
//!
//! Every search is linear, because a text of megabytes can consist of names of secrets.

use crate::command_words::{End, Range, ShellCommand, Value, command_words, is_operator};
use crate::script_secrets::in_scripts;
use crate::secret_names::{is_placeholder, is_secret_name};
use crate::secret_options::{Form, LOGIN_OPTIONS, LOGINS, OPTIONS, PASSWORD_ARGUMENTS, READERS};
use crate::value_ends::{QUOTES, ValueEnds};

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
        let command = ShellCommand::new(text, std::mem::take(&mut words));
        command.add_options(&mut found);
        command.add_arguments(&mut found);
        command.add_positional(&mut found);
        command.add_assigned(&mut found);
        found.extend(in_scripts(&command).into_iter().map(|(from, to)| (from, End::At(to))));
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

/// Returns the values of secrets in the arguments of a command, each with the place of its argument. A script in one of
/// them, as after `sh -c`, isn't searched.
pub(crate) fn in_arguments(arguments: &[&str]) -> Vec<(usize, Range)> {
    let (mut line, mut starts) = (String::new(), Vec::with_capacity(arguments.len()));
    for argument in arguments {
        starts.push(line.len());
        for character in argument.chars() {
            // Each argument is one word, of the same length.
            match character.is_whitespace() || "\"'\\`()|&;,[]".contains(character) {
                true => line.extend(std::iter::repeat_n('_', character.len_utf8())),
                false => line.push(character),
            }
        }
        line.push(' ');
    }
    let place = |(from, to): Range| {
        let argument = starts.partition_point(|start| *start <= from) - 1;
        let start = starts[argument];
        (argument, (from - start, (to - start).min(arguments[argument].len())))
    };
    in_commands(&line).into_iter().map(place).filter(|(_, (from, to))| from < to).collect()
}

/// Returns the value of `ENV NAME value`, which isn't a word of a shell.
fn env_value(text: &str) -> Option<Value> {
    let (name, value) = text.strip_prefix("ENV ")?.split_once(' ')?;
    let is_name = !name.contains('=') && is_secret_name(name);
    is_name.then_some((text.len() - value.len(), End::At(text.len())))
}

impl ShellCommand<'_> {
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
        let is_filter = ["jq", "yq"].iter().any(|program| self.place_of(program).is_some());
        let (is_identified, is_file) =
            (has("identified"), is_filter || has("set") || !self.printed().is_empty());
        for at in 0..self.words.len() {
            let (name, next) = (self.word(at), self.word(at + 1));
            if is_filter && ["--arg", "--argjson"].contains(&name) && is_secret_name(next) {
                found.extend(self.value(at + 2));
            }
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
