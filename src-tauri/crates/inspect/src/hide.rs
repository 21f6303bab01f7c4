//! Hides the values of an inspection that look like secrets. Everything that shows or prints an inspection calls it,
//! unless the user asked for the values.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};

use crate::command_secrets::in_arguments;
use crate::inspection::{ConfigValue, ImageInspection, InspectedImage};
use crate::named_values::is_name_member;
use crate::secret_names::{HIDDEN, is_placeholder, is_secret_name};
use crate::secret_values::{
    hide_in_text, is_option_value, is_secret_option, looks_secret, without_known,
};
use transload_model::has_unique_names;

/// How many secrets are looked for in other values. Images have a few; a hostile one has one in each of 100,000 variables.
const KNOWN_LIMIT: usize = 200;

/// Shorter secrets are looked for in lines of a shell only: elsewhere, `root` or `test` are usually something else.
const LONG_SECRET_BYTES: usize = 8;

impl ImageInspection {
    /// Hides the values that look like secrets, in every form in which they occur, and counts them.
    pub fn hide_secrets(&mut self) {
        let known = self.image.as_ref().map(InspectedImage::known_secrets).unwrap_or_default();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut hidden = hide_values(&mut self.annotations, &known);
        for platform in &mut self.platforms {
            hidden += hide_values(&mut platform.annotations, &known);
        }
        let in_manifest = hide_document(&mut self.manifest, &known);
        if let Some(image) = &mut self.image {
            hidden += image.hide_secrets();
        }
        // A document also has what no table shows.
        self.hidden_values = hidden.max(u32::from(in_manifest));
    }
}

impl InspectedImage {
    /// Hides the values that look like secrets, and returns their number.
    pub(crate) fn hide_secrets(&mut self) -> u32 {
        let known = self.known_secrets();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut hidden = hide_values(&mut self.annotations, &known);
        for layer in &mut self.layers {
            hidden += hide_values(&mut layer.annotations, &known);
            if let Some(line) = &mut layer.line {
                // Counted with the history, which has the same line.
                hide_line(line, &known);
            }
        }
        for line in &mut self.history {
            hidden += hide_values(&mut line.arguments, &known) + hide_line(&mut line.line, &known);
            if let Some(comment) = &mut line.comment {
                hidden += hide_line(comment, &known);
            }
        }
        if let Some(config) = &mut self.config {
            hidden += hide_values(&mut config.env, &known)
                + hide_values(&mut config.labels, &known)
                + hide_values(&mut config.other, &known);
            let command = config.entrypoint.iter_mut().chain(&mut config.cmd);
            hidden += hide_arguments(command, &known);
            hidden += hide_arguments(config.shell.iter_mut(), &known);
            for line in config
                .on_build
                .iter_mut()
                .chain(&mut config.command_line)
                .chain(&mut config.healthcheck)
            {
                hidden += hide_line(line, &known);
            }
        }
        let mut in_documents = hide_document(&mut self.manifest, &known);
        if let Some(document) = &mut self.config_json {
            in_documents |= hide_document(document, &known);
        }
        hidden.max(u32::from(in_documents))
    }

    /// Returns the secret values of variables, labels and options, which other values and lines repeat.
    fn known_secrets(&self) -> Vec<String> {
        let Some(config) = &self.config else { return Vec::new() };
        let values = config.env.iter().chain(&config.labels).filter(|value| value.secret);
        let values = values.filter_map(|value| value.value.clone());
        let command = config.entrypoint.iter().chain(&config.cmd).map(String::as_str);
        let command: Vec<&str> = command.collect();
        let secrets = argument_secrets(&command).into_iter();
        let arguments = secrets.map(|(at, range)| command[at][range].to_owned());
        let mut known: Vec<String> = values.chain(arguments).take(KNOWN_LIMIT).collect();
        longest_first(&mut known);
        known
    }
}

/// Sorts secrets, so that one that contains another one is replaced first.
fn longest_first(secrets: &mut [String]) {
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
}

fn is_secret_pair(option: &str, value: &str) -> bool {
    is_secret_option(option) && is_option_value(value)
}

fn long_secrets<'a>(known: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    known.iter().copied().filter(|secret| secret.len() >= LONG_SECRET_BYTES)
}

fn hide_values(values: &mut [ConfigValue], known: &[&str]) -> u32 {
    let known: Vec<&str> = long_secrets(known).collect();
    let mut hidden = 0;
    for value in values {
        if value.secret {
            hidden += u32::from(value.value.take().is_some());
        } else if let Some(text) = &mut value.value {
            let without = without_known(text, &known);
            hidden += u32::from(*text != without);
            *text = without;
        }
    }
    hidden
}

/// Hides secrets in the arguments of a command, where a value is an argument of its own, or a part of one.
fn hide_arguments<'a>(arguments: impl Iterator<Item = &'a mut String>, known: &[&str]) -> u32 {
    let mut arguments: Vec<&mut String> = arguments.collect();
    let given: Vec<&str> = arguments.iter().map(|argument| argument.as_str()).collect();
    let secrets = argument_secrets(&given);
    let mut hidden = 0;
    for (at, range) in secrets {
        arguments[at].replace_range(range, HIDDEN);
        hidden += 1;
    }
    hidden + arguments.into_iter().map(|argument| hide_line(argument, known)).sum::<u32>()
}

/// Returns the secrets in the arguments of a command, at most one in each: the value of an option with the name of a
/// secret, or what a program takes as one.
fn argument_secrets(arguments: &[&str]) -> BTreeMap<usize, Range<usize>> {
    let taken = in_arguments(arguments).into_iter().map(|(at, (from, to))| (at, from..to));
    let mut secrets: BTreeMap<_, _> = taken.collect();
    for (at, pair) in (1..).zip(arguments.windows(2)) {
        if is_secret_pair(pair[0], pair[1]) {
            secrets.insert(at, 0..pair[1].len());
        }
    }
    secrets
}

fn hide_line(line: &mut String, known: &[&str]) -> u32 {
    let without = hide_in_text(line, known);
    let changed = *line != without;
    *line = without;
    u32::from(changed)
}

/// Replaces a JSON document by one without values that look like secrets, if it has any. It is formatted again, because
/// the exact text would contain them. Text that can't be searched is hidden as a whole. Returns whether something was
/// hidden.
pub(crate) fn hide_document(document: &mut String, known: &[&str]) -> bool {
    if document.trim().is_empty() {
        return false;
    }
    let Ok(before) = serde_json::from_str::<Value>(document) else {
        *document = HIDDEN.to_owned();
        return true;
    };
    let mut after = before.clone();
    let mut own = Vec::new();
    collect_secrets(&before, &mut own);
    longest_first(&mut own);
    let known: Vec<&str> =
        own.iter().map(String::as_str).chain(long_secrets(known)).take(KNOWN_LIMIT).collect();
    hide_in_json(&mut after, &known);
    // Of two members with the same name, only one was searched.
    if after == before && has_unique_names(document) {
        return false;
    }
    *document = serde_json::to_string_pretty(&after).unwrap_or_default();
    true
}

/// Collects the values of variables such as `TOKEN=x`, of options, and of members such as `"token": "x"`.
fn collect_secrets(json: &Value, known: &mut Vec<String>) {
    match json {
        Value::Array(list) => {
            let texts = texts(list);
            let secrets = argument_secrets(&texts).into_iter();
            known.extend(secrets.map(|(at, range)| texts[at][range].to_owned()));
            for item in list {
                if let Some((name, value)) = item.as_str().and_then(|text| text.split_once('='))
                    && looks_secret(name, value)
                {
                    known.push(value.to_owned());
                }
                collect_secrets(item, known);
            }
        }
        Value::Object(members) => {
            known.extend(command_secrets(members).into_iter().map(|one| one.value));
            let is_named = has_secret_name(members);
            for (name, member) in members {
                let is_secret = |value: &&str| is_secret_member(name, value, is_named);
                known.extend(member.as_str().filter(is_secret).map(str::to_owned));
                collect_secrets(member, known);
            }
        }
        _ => {}
    }
}

fn hide_in_json(json: &mut Value, known: &[&str]) {
    match json {
        Value::String(text) => *text = hide_text(text, known),
        Value::Array(list) => {
            for (at, range) in argument_secrets(&texts(list)) {
                if let Value::String(text) = &mut list[at] {
                    text.replace_range(range, HIDDEN);
                }
            }
            list.iter_mut().for_each(|item| hide_in_json(item, known));
        }
        Value::Object(members) => {
            for CommandSecret { member, at, range, .. } in command_secrets(members) {
                let argument = match members.get_mut(member) {
                    Some(Value::Array(list)) => list.get_mut(at),
                    single => single,
                };
                if let Some(Value::String(text)) = argument {
                    text.replace_range(range, HIDDEN);
                }
            }
            let is_named = has_secret_name(members);
            for (name, member) in members.iter_mut() {
                match member.as_str() {
                    Some(value) if is_secret_member(name, value, is_named) => {
                        *member = HIDDEN.into();
                    }
                    _ => hide_in_json(member, known),
                }
            }
        }
        _ => {}
    }
}

/// A secret in the command of a configuration.
struct CommandSecret {
    member: &'static str,
    /// Which argument of the member it is in.
    at: usize,
    range: Range<usize>,
    value: String,
}

/// Returns the secrets in the command of a configuration, which `Entrypoint` and `Cmd` have together: what is a secret in
/// one of them can depend on the program, or the option, in the other one.
fn command_secrets(members: &Map<String, Value>) -> Vec<CommandSecret> {
    let arguments = |member: &'static str| {
        let of = match members.get(member) {
            Some(Value::Array(list)) => texts(list),
            Some(Value::String(text)) => vec![text.as_str()],
            _ => Vec::new(),
        };
        (0..).zip(of).map(move |(at, text)| (member, at, text))
    };
    let command: Vec<(&'static str, usize, &str)> =
        arguments("Entrypoint").chain(arguments("Cmd")).collect();
    let given: Vec<&str> = command.iter().map(|(_, _, text)| *text).collect();
    let secrets = argument_secrets(&given).into_iter();
    let secrets = secrets.map(|(place, range)| {
        let (member, at, text) = command[place];
        CommandSecret { member, at, value: text[range.clone()].to_owned(), range }
    });
    secrets.collect()
}

/// Returns the texts of a list. Others are empty.
fn texts(list: &[Value]) -> Vec<&str> {
    list.iter().map(|item| item.as_str().unwrap_or_default()).collect()
}

/// Whether a member holds the name of a secret that another member, `value`, holds the value of.
fn has_secret_name(members: &Map<String, Value>) -> bool {
    let mut names = members.iter().filter(|(member, _)| is_name_member(member));
    names.any(|(_, name)| name.as_str().is_some_and(is_secret_name))
}

fn is_secret_member(member: &str, value: &str, is_named: bool) -> bool {
    looks_secret(member, value)
        || (is_named && member.eq_ignore_ascii_case("value") && !is_placeholder(value))
}

/// Hides a text of a document. A variable with spaces in its value is not a line of a shell.
fn hide_text(text: &str, known: &[&str]) -> String {
    match text.split_once('=') {
        Some((name, value)) if !name.contains(' ') && looks_secret(name, value) => {
            format!("{name}={HIDDEN}")
        }
        _ => hide_in_text(text, known),
    }
}

#[cfg(test)]
mod tests;
